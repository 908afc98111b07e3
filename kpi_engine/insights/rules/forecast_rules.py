"""FORECAST_ACCURACY, FORECAST_BIAS and MODEL_HEALTH: forecasts compared with the demand that followed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from math import fsum

from kpi_engine.insights.facts import AccuracyFacts, PartName, RunFacts, SkuAccuracy
from kpi_engine.insights.finding import (
    DO_NOTHING,
    Confidence,
    Counterfactual,
    Driver,
    Evidence,
    Finding,
    Impact,
    Measurement,
    Occurrence,
    Rule,
    Sensitivity,
)
from kpi_engine.insights.formats import format_count, format_number
from kpi_engine.insights.rules.rule_set import RuleSet, quality_factor, quality_limits, rank_drivers
from kpi_engine.insights.scores import score_volume
from kpi_engine.insights.terms import DEMAND_PLANNER, PLATFORM_ENGINEER, InsightCategory

WORSE = Rule("accuracy_worse.v1", InsightCategory.FORECAST_ACCURACY, "Did the forecast get worse, and where?")
NO_VALUE = Rule("no_value_added.v1", InsightCategory.FORECAST_ACCURACY, "Is the forecast better than repeating the past?")
BIASED = Rule("biased_skus.v1", InsightCategory.FORECAST_BIAS, "Which SKUs are always forecast too high, or too low?")
CALIBRATION = Rule("interval_calibration.v1", InsightCategory.MODEL_HEALTH, "Does the interval contain as much demand as it states?")

WORSE_POINTS = 5.0
USUAL_COUNT = 4
WEEK_DAYS, VALUE_DAYS, BIAS_DAYS = 7, 21, 14
BIASED_SHARE = 20.0
"""Percent of the demand whose SKUs are biased."""
TRACKING_LIMIT = 4.0
CHANCE_LIMIT = 2.5
"""Errors that lean to neither side have a tracking signal that scatters by 1.25 * sqrt(n): twice that is exceeded by one SKU of 20."""
ENOUGH_BIAS_POINTS = 6
"""Points from which a SKU's errors are judged, as in the accuracy report."""
IMPACT_OF_A_PERCENT = 5.0
"""Each percent of skill below zero, and each of bias and of error where SKUs have several units, counts so many points of impact."""
GAP_POINTS = 5.0
ENOUGH_POINTS = 30
PROBABLE = 0.95
NO_PRICE_OF_ERROR = "error_has_no_price"
NO_PRICE_OF_DAYS = "days_have_no_price"


def list_actuals(facts: RunFacts, n_days: int) -> list[AccuracyFacts]:
    """Return the comparisons with actual demand over at least so many days, the longest first."""
    comparisons = [each for each in facts.accuracy or () if not each.is_backtest and each.n_days >= n_days]
    return sorted(comparisons, key=lambda each: (-each.n_days, each.run_id))


def _find_silence(n_days: int, facts: RunFacts) -> str | None:
    if facts.accuracy is None:
        return facts.missing.get(PartName.ACCURACY, "the run was not measured")
    if list_actuals(facts, n_days):
        return None
    return f"no earlier forecast has {n_days} days of actual demand yet"


def find_accuracy_silence(facts: RunFacts) -> str | None:
    """Return why accuracy cannot be judged."""
    reason = _find_silence(WEEK_DAYS, facts)
    is_usual_known = any(each.usual_count >= USUAL_COUNT for each in list_actuals(facts, WEEK_DAYS))
    if reason is None and not is_usual_known and not list_actuals(facts, VALUE_DAYS):
        return f"fewer than {USUAL_COUNT} earlier forecasts have a week of actual demand to compare with"
    return reason


def derive_accuracy(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding when the newest week is much worse than usual, and when the forecast loses against the simple method."""
    for each in list_actuals(facts, WEEK_DAYS):
        is_comparable = each.lead_days == WEEK_DAYS and each.usual_count >= USUAL_COUNT
        if is_comparable and each.wape is not None and each.usual_wape is not None and each.wape - each.usual_wape > WORSE_POINTS:
            yield _worse(facts, each, each.wape, each.usual_wape)
            break
    longest = next(iter(list_actuals(facts, VALUE_DAYS)), None)
    if longest and longest.skill is not None and longest.skill < 0:
        yield _no_value(facts, longest, longest.skill)


def _worse(facts: RunFacts, accuracy: AccuracyFacts, wape: float, usual_wape: float) -> Finding:
    headline = f"Forecast error {wape:.1f} % of demand in the last week, {wape - usual_wape:.1f} points above the usual {usual_wape:.1f} %"
    return _error_finding(
        facts,
        accuracy,
        WORSE,
        usual_wape,
        headline=headline,
        action="Look at the SKUs with the largest errors; correct their forecast where the cause will last",
        parameters={"wape": wape, "reference_wape": usual_wape, "points": wape - usual_wape, "threshold_points": WORSE_POINTS},
        counterfactuals=(Counterfactual(DO_NOTHING, {"wape_if_it_lasts": wape, "usual_wape": usual_wape}, cost_reason=NO_PRICE_OF_ERROR),),
    )


def _no_value(facts: RunFacts, accuracy: AccuracyFacts, skill: float) -> Finding:
    """Explain the skill alone: the pooled errors beside it may say the opposite, where one series decides about them."""
    days = format_count(accuracy.n_days, "day")
    return Finding(
        rule=NO_VALUE,
        scope={},
        headline=f"The forecast loses against {accuracy.benchmark}: skill {skill:.1f} % over {days}, in which no series decides alone",
        cause="Most of the demand, series by series, was forecast better by the simple method",
        action="Use the simple method for the SKUs that lose most until the forecast is better again",
        owner_role=DEMAND_PLANNER,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=Measurement("skill", skill, "percent", 0.0),
        impact=Impact(-skill, "percent of skill", money_reason=NO_PRICE_OF_ERROR),
        volume_share=min(100.0, IMPACT_OF_A_PERCENT * -skill),
        confidence=Confidence(min(1.0, accuracy.n_days / VALUE_DAYS), quality_factor(facts), PROBABLE),
        next_command="./signify kpis accuracy",
        direction="worse",
        drivers=(Driver("method", str(accuracy.benchmark), skill),),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"skill_percent": skill, "wape": accuracy.wape}, cost_reason=NO_PRICE_OF_ERROR),
            Counterfactual("use the simple method", {"skill_percent": 0.0, "wape": accuracy.benchmark_wape}, cost_reason=NO_PRICE_OF_ERROR),
        ),
        sensitivities=(Sensitivity("skill", ">=", 0.0),),
        assumptions=(f"the impact is {IMPACT_OF_A_PERCENT:.0f} times the percent that the skill is below zero",),
        limits=quality_limits(facts),
        parameters={
            "skill_percent": skill,
            "wape": accuracy.wape,
            "benchmark_wape": accuracy.benchmark_wape,
            "benchmark": accuracy.benchmark,
            "impact_of_a_percent": IMPACT_OF_A_PERCENT,
            **_describe_comparison(accuracy),
        },
        evidence=Evidence(accuracy.first_day, accuracy.last_day),
        occurrence=Occurrence(accuracy.first_day, is_larger_new=True),
    )


def _error_finding(
    facts: RunFacts,
    accuracy: AccuracyFacts,
    rule: Rule,
    reference_wape: float,
    *,
    headline: str,
    action: str,
    parameters: dict[str, float | str | None],
    counterfactuals: tuple[Counterfactual, ...],
) -> Finding:
    """Explain error in units: what is beyond the error that the reference percentage of the demand would be."""
    measurement = _measure_error(accuracy, reference_wape)
    excess = measurement.delta or 0.0
    drivers = [Driver("sku", sku.sku_id, _size(accuracy, sku, sku.abs_error - sku.demand * reference_wape / 100)) for sku in accuracy.skus]
    ranking = rank_drivers(drivers, excess)
    return Finding(
        rule=rule,
        scope={},
        headline=headline,
        cause=f"SKU {ranking[0].key} adds most to it" if ranking else "The error is not known by SKU",
        action=action,
        owner_role=DEMAND_PLANNER,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=measurement,
        impact=Impact(max(0.0, excess), measurement.unit, money_reason=NO_PRICE_OF_ERROR),
        volume_share=_score(facts, accuracy, excess),
        confidence=Confidence(min(1.0, accuracy.n_days / VALUE_DAYS), quality_factor(facts), PROBABLE),
        next_command="./signify compare",
        direction="worse",
        drivers=ranking,
        counterfactuals=counterfactuals,
        sensitivities=(Sensitivity("wape", "<=", reference_wape),),
        limits=quality_limits(facts),
        parameters={**parameters, **_describe_comparison(accuracy)},
        evidence=Evidence(accuracy.first_day, accuracy.last_day),
        occurrence=Occurrence(accuracy.first_day, is_larger_new=True),
    )


def _measure_error(accuracy: AccuracyFacts, reference_wape: float) -> Measurement:
    """Return the error beside the one that the reference would be: in units, in percent where SKUs have several units of measure."""
    if accuracy.has_several_units:
        return Measurement("wape", accuracy.wape or 0.0, "percent", reference_wape)
    errors, demand = fsum(sku.abs_error for sku in accuracy.skus), fsum(sku.demand for sku in accuracy.skus)
    return Measurement("absolute_error", errors, "units", demand * reference_wape / 100)


def _size(accuracy: AccuracyFacts, sku: SkuAccuracy, units: float, total: float | None = None) -> float:
    """Return units of a SKU as they count: in percent of the volume of all (or of `total`) where SKUs have several units of measure."""
    if not accuracy.has_several_units:
        return units
    volume = fsum(each.weight for each in accuracy.skus) if total is None else total
    return 100 * sku.weight / volume * units / sku.demand if volume and sku.demand else 0.0


def _score(facts: RunFacts, accuracy: AccuracyFacts, size: float) -> float:
    if accuracy.has_several_units:
        return min(100.0, IMPACT_OF_A_PERCENT * abs(size))
    return score_volume(max(0.0, size), facts.site_days)


def _describe_comparison(accuracy: AccuracyFacts) -> dict[str, float | str]:
    return {
        "compared_run": accuracy.run_id,
        "days": accuracy.n_days,
        "points_compared": accuracy.n,
        "first_day": str(accuracy.first_day),
        "last_day": str(accuracy.last_day),
    }


def is_judged(sku: SkuAccuracy) -> bool:
    """Whether the errors of a SKU can tell a bias, as in the accuracy report: enough points, and demand on most days."""
    return sku.n >= ENOUGH_BIAS_POINTS and not sku.is_rare


def is_biased(sku: SkuAccuracy) -> bool:
    """Whether the errors of a SKU lean to one side by more than chance: |tracking signal| > max(4, 2.5 * sqrt(n)).

    >>> is_biased(SkuAccuracy(sku_id="A", n=28, abs_error=280.0, demand=900.0, bias_units=200.0))
    True
    """
    if not sku.abs_error or not is_judged(sku):
        return False
    return abs(sku.n * sku.bias_units / sku.abs_error) > max(TRACKING_LIMIT, CHANCE_LIMIT * math.sqrt(sku.n))


def derive_bias(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding for each direction in which SKUs with much of the demand are biased."""
    accuracy = next(iter(list_actuals(facts, BIAS_DAYS)), None)
    total = fsum(sku.weight for sku in accuracy.skus if is_judged(sku)) if accuracy else 0.0
    for sign, direction in ((1, "high"), (-1, "low")):
        skus = [sku for sku in accuracy.skus if sku.bias_units * sign > 0 and is_biased(sku)] if accuracy else []
        volume = fsum(sku.weight for sku in skus)
        if accuracy and total and 100 * volume / total >= BIASED_SHARE:
            yield _explain_bias(facts, accuracy, skus, direction, 100 * volume / total)


def _explain_bias(facts: RunFacts, accuracy: AccuracyFacts, skus: list[SkuAccuracy], direction: str, share: float) -> Finding:
    volume = fsum(sku.weight for sku in skus)
    drivers = [Driver("sku", sku.sku_id, _size(accuracy, sku, sku.bias_units, volume)) for sku in skus]
    bias, demand = fsum(each.units for each in drivers), fsum(sku.demand for sku in skus)
    percent = bias if accuracy.has_several_units else 100 * bias / demand if demand else 0.0
    plan = None if accuracy.has_several_units else facts.planned_units
    error = None if plan is None else plan * share / 100 * percent / 100
    verb = "is" if len(skus) == 1 else "are"
    subject = f"{format_count(len(skus), 'SKU')} with {share:.1f} % of demand {verb}"
    return Finding(
        rule=BIASED,
        scope={},
        headline=f"{subject} forecast too {direction} by {abs(percent):.1f} %",
        cause=f"Their errors lean to one side over {format_count(accuracy.n_days, 'day')}, by more than chance",
        action="Check for a lasting change (price, listing, lost customer) and correct the forecast of these SKUs",
        owner_role=DEMAND_PLANNER,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=Measurement("forecast", demand + bias, "units", demand)
        if not accuracy.has_several_units
        else Measurement("forecast_of_demand", 100 + percent, "percent", 100.0),
        impact=Impact(abs(bias), "percent" if accuracy.has_several_units else "units", money_reason=NO_PRICE_OF_ERROR),
        volume_share=_score(facts, accuracy, abs(bias)),
        confidence=Confidence(min(1.0, accuracy.n_days / VALUE_DAYS), quality_factor(facts), PROBABLE),
        next_command="./signify compare",
        direction=direction,
        drivers=rank_drivers(drivers, bias),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"biased_units_next_28_days": error}, cost_reason=NO_PRICE_OF_ERROR),
            Counterfactual(f"correct by {format_number(percent, 1)} %", {"biased_units_next_28_days": 0.0}, cost_reason=NO_PRICE_OF_ERROR),
        ),
        sensitivities=(Sensitivity("share_of_demand_percent", "<=", BIASED_SHARE),),
        assumptions=("the share and the size of the bias stay as they were",),
        limits=quality_limits(facts),
        parameters={
            "skus": len(skus),
            "share_of_demand_percent": share,
            "bias_percent": percent,
            "tracking_limit": TRACKING_LIMIT,
            "chance_limit": CHANCE_LIMIT,
            "planned_units": plan,
            **_describe_comparison(accuracy),
        },
        evidence=Evidence(accuracy.first_day, accuracy.last_day, sku_ids=tuple(sku.sku_id for sku in skus)),
        occurrence=Occurrence(accuracy.first_day, is_larger_new=True),
    )


def find_health_silence(facts: RunFacts) -> str | None:
    """Return why the interval cannot be judged."""
    if facts.accuracy is None:
        return facts.missing.get(PartName.ACCURACY, "the run was not measured")
    if not facts.accuracy:
        return "no series is long enough for a back-test, and no earlier forecast has actual demand yet"
    if any(each.coverage is not None and each.coverage_n >= ENOUGH_POINTS for each in facts.accuracy):
        return None
    return f"fewer than {ENOUGH_POINTS} days have a demand and an interval"


def derive_health(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding when the interval is too narrow or too wide: against two weeks of actual demand, else in the back-test."""
    candidates = [*list_actuals(facts, BIAS_DAYS), *(each for each in facts.accuracy or () if each.is_backtest)]
    accuracy = next((each for each in candidates if each.coverage is not None and each.coverage_n >= ENOUGH_POINTS), None)
    if accuracy is None or accuracy.coverage is None or accuracy.nominal is None:
        return
    gap = accuracy.coverage - accuracy.nominal
    is_chance = accuracy.wilson_lower is not None and accuracy.wilson_upper is not None
    is_chance = is_chance and (accuracy.wilson_lower or 0) <= accuracy.nominal <= (accuracy.wilson_upper or 0)
    if abs(gap) > GAP_POINTS and not is_chance:
        yield _explain_calibration(facts, accuracy, accuracy.coverage, accuracy.nominal)


def _explain_calibration(facts: RunFacts, accuracy: AccuracyFacts, coverage: float, nominal: float) -> Finding:
    inside, due = accuracy.coverage_n * coverage / 100, accuracy.coverage_n * nominal / 100
    width = "narrow" if coverage < nominal else "wide"
    return Finding(
        rule=CALIBRATION,
        scope={},
        headline=f"The interval is too {width}: {coverage:.1f} % of days were inside, {nominal:.1f} % should be",
        cause=f"Measured in {'the back-test' if accuracy.is_backtest else 'actual demand'} over {accuracy.coverage_n:,} days of series",
        action="Do not plan safety stock by this interval until it is calibrated; compare the model's version with the one before",
        owner_role=PLATFORM_ENGINEER,
        first_day=facts.as_of_date + timedelta(days=7),
        measurement=Measurement("days_inside", inside, "days", due, None, None, None, nominal / 100),
        impact=Impact(abs(inside - due), "days", money_reason=NO_PRICE_OF_DAYS),
        volume_share=min(100.0, 5 * abs(coverage - nominal)),
        confidence=Confidence(1.0, quality_factor(facts), PROBABLE),
        next_command="./signify runs",
        direction=width,
        drivers=(Driver("model", facts.model_name or "forecaster", inside - due),),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"percent_of_days_outside": 100 - coverage}, cost_reason=NO_PRICE_OF_DAYS),
            Counterfactual("calibrate the interval", {"percent_of_days_outside": 100 - nominal}, cost_reason=NO_PRICE_OF_DAYS),
        ),
        sensitivities=(Sensitivity("coverage_gap_points", "<=", GAP_POINTS),),
        assumptions=("without a volume of its own, the impact is five times the gap in points",),
        limits=quality_limits(facts),
        parameters={
            "coverage": coverage,
            "nominal": nominal,
            "gap_points": coverage - nominal,
            "n": accuracy.coverage_n,
            **_describe_comparison(accuracy),
        },
        evidence=Evidence(accuracy.first_day, accuracy.last_day),
        occurrence=Occurrence(accuracy.first_day, is_larger_new=True),
    )


ACCURACY_RULES = RuleSet(InsightCategory.FORECAST_ACCURACY, (WORSE, NO_VALUE), derive_accuracy, find_accuracy_silence)
BIAS_RULES = RuleSet(InsightCategory.FORECAST_BIAS, (BIASED,), derive_bias, lambda facts: _find_silence(BIAS_DAYS, facts))
HEALTH_RULES = RuleSet(InsightCategory.MODEL_HEALTH, (CALIBRATION,), derive_health, find_health_silence)
