"""DEMAND_ANOMALY: a material anomaly of HIGH severity or worse in the days before the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import fsum

from kpi_engine.insights.facts import AnomalyFacts, PartName, RunFacts
from kpi_engine.insights.finding import (
    DO_NOTHING,
    RESIDUAL,
    Confidence,
    Counterfactual,
    Driver,
    Evidence,
    Finding,
    Impact,
    Measurement,
    Occurrence,
    PredictedDemand,
    Rejection,
    Rule,
    Sensitivity,
    Value,
)
from kpi_engine.insights.formats import format_number, format_period, format_place, name_sku
from kpi_engine.insights.rules.rule_set import RuleSet, quality_factor, quality_limits, rank_drivers
from kpi_engine.insights.scores import score_volume
from kpi_engine.insights.terms import InsightCategory

CATEGORY = InsightCategory.DEMAND_ANOMALY
ANOMALY = Rule("anomaly_group.v2", CATEGORY, "What changed in demand, where, and does it go on?")
SEVERITIES = ("CRITICAL", "HIGH")
DATA_GAP = "DATA_GAP"
ENOUGH_VALUES = 2
"""Days of series after which more of them are no more evidence."""
DAYS_AHEAD = 7
DOMINANT_SHARE = 60.0
MOST_PERCENT = 999.0
"""Beyond it, with hardly any demand expected, the percentage says nothing; then the units of a day are named."""
WHOLE_AMOUNT_FROM = 10
INTERVAL_LEVEL = 0.8


def find_silence(facts: RunFacts) -> str | None:
    """Return why no anomalies are known."""
    return None if facts.anomalies is not None else facts.missing.get(PartName.ANOMALIES, "the run has no anomaly report")


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for each anomaly that is severe enough and has an expectation; gaps in the data are data quality.

    What somebody has said is not real, or was expected, is none.
    """
    for anomaly in facts.anomalies or ():
        if anomaly.group_id in facts.dismissals:
            continue
        if anomaly.severity in SEVERITIES and anomaly.kind != DATA_GAP and anomaly.expected is not None and anomaly.actual is not None:
            yield _explain(facts, anomaly, anomaly.expected, anomaly.actual)


def _explain(facts: RunFacts, anomaly: AnomalyFacts, expected: float, actual: float) -> Finding:
    delta = actual - expected
    drivers = _drivers(anomaly, delta)
    percent = 100 * delta / expected if expected else None
    measurement = Measurement("demand", actual, "units", expected, None, anomaly.lower, anomaly.upper, INTERVAL_LEVEL)
    return Finding(
        rule=ANOMALY,
        scope=_scope(anomaly),
        headline=_headline(anomaly, delta, percent),
        cause=_cause(anomaly, drivers, delta),
        action=anomaly.action,
        owner_role=anomaly.owner_role,
        deadline=anomaly.deadline,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=measurement,
        impact=Impact(abs(delta), "units", anomaly.money, None if anomaly.money else anomaly.money_reason),
        volume_share=score_volume(abs(delta), facts.site_days),
        confidence=Confidence(
            evidence=min(1.0, _count_values(anomaly) / ENOUGH_VALUES),
            data_quality=quality_factor(facts),
            statistical=min(1.0, anomaly.score / 100),
        ),
        next_command=f"./signify quality {facts.run_id[:8]}" if anomaly.kind == "ZERO_DEMAND" else "./signify explain {id}",
        direction=anomaly.direction,
        drivers=drivers,
        assumptions=_assumptions(anomaly),
        rejections=tuple(_rejections(facts, anomaly)),
        counterfactuals=_counterfactuals(anomaly, delta),
        sensitivities=_sensitivities(anomaly, delta),
        limits=quality_limits(facts) + (() if anomaly.planned_units is not None else ("the plan of the coming days is unknown",)),
        parameters={
            "severity": anomaly.severity,
            "anomaly_score": anomaly.score,
            "anomaly_group": anomaly.group_id,
            "change_percent": percent,
            "series": len(anomaly.series),
            "sites": len(anomaly.site_ids),
            "skus": len(anomaly.sku_ids),
            "expected_a_day": anomaly.expected_a_day,
            "actual_a_day": anomaly.actual_a_day,
            "days_ahead": DAYS_AHEAD,
            "planned_units": anomaly.planned_units,
            "known_events": ", ".join(anomaly.known_events),
            "first_day": str(anomaly.first_day),
            "last_day": str(anomaly.last_day),
        },
        predictions=_predict(facts, anomaly),
        is_cause=anomaly.scope is not None,
        evidence=Evidence(anomaly.first_day, anomaly.last_day, anomaly.site_ids, anomaly.sku_ids),
        occurrence=Occurrence(anomaly.last_day),
    )


def _headline(anomaly: AnomalyFacts, delta: float, percent: float | None) -> str:
    size = f"{format_number(percent)} %" if percent is not None and _is_telling(percent) else f"{format_number(delta)} units"
    is_from_to = not _is_telling(percent) and anomaly.expected_a_day is not None and anomaly.actual_a_day is not None
    place = format_place(anomaly.site_ids, anomaly.sku_ids)
    what = "No demand" if anomaly.kind == "ZERO_DEMAND" else f"Demand {size} {'above' if delta > 0 else 'below'} forecast"
    if is_from_to and what != "No demand":
        what = f"Demand of {_format_amount(anomaly.actual_a_day)} a day instead of {_format_amount(anomaly.expected_a_day)}"
    return f"{what} {place}, {format_period(anomaly.first_day, anomaly.last_day)}".replace("  ", " ")


def _format_amount(value: float | None) -> str:
    """Write a quantity of a day: whole from 10 on, with a decimal below, and two below 1."""
    amount = abs(value or 0.0)
    return format_number(amount, 0 if amount >= WHOLE_AMOUNT_FROM or amount == round(amount) else 1 if amount >= 1 else 2)


def _scope(anomaly: AnomalyFacts) -> dict[str, str]:
    """Return the scope of the cause; without one the sites, or the one SKU at several: the SKUs of a group change while it goes on."""
    if anomaly.scope is not None:
        return dict(anomaly.scope)
    if len(anomaly.sku_ids) == 1 and len(anomaly.site_ids) != 1:
        return {"sku_id": anomaly.sku_ids[0]}
    return {"site_id": ", ".join(sorted(anomaly.site_ids))} if anomaly.site_ids else {}


def _drivers(anomaly: AnomalyFacts, delta: float) -> tuple[Driver, ...]:
    """Return what each site, or at one site each SKU, contributes."""
    kind = "site" if len({change.site_id for change in anomaly.series}) > 1 else "sku"
    parts: dict[str, list[float]] = {}
    for change in anomaly.series:
        parts.setdefault(change.site_id if kind == "site" else change.sku_id, []).append(change.units)
    return rank_drivers([Driver(kind, key, fsum(units)) for key, units in parts.items()], delta)


def _cause(anomaly: AnomalyFacts, drivers: tuple[Driver, ...], delta: float) -> str:
    if anomaly.known_events:
        return f"Known event: {', '.join(anomaly.known_events)}"
    largest = next((driver for driver in drivers if driver.kind != RESIDUAL and driver.count is None), None)
    if largest and delta and 100 * largest.units / delta >= DOMINANT_SHARE:
        name = name_sku(largest.key) if largest.kind == "sku" else f"{largest.kind} {largest.key}"
        return f"{name} makes {100 * largest.units / delta:.1f} % of the change"
    return "Many SKUs moved together: no single one explains it" if len(anomaly.sku_ids) > 1 else "The data points to no cause"


def _count_values(anomaly: AnomalyFacts) -> int:
    return max(1, len(anomaly.series)) * ((anomaly.last_day - anomaly.first_day).days + 1)


def _assumptions(anomaly: AnomalyFacts) -> tuple[str, ...]:
    lasting = (
        () if anomaly.planned_units is None else ("if it lasts, demand stays at the mean of those days, whatever the new plan has learned",)
    )
    selection = (
        "all SKUs of the scope count, also those that moved the other way, on days in stock that had an expectation"
        if anomaly.is_whole
        else "the SKUs have no common total: only their days count that moved in this direction, were in stock and had an expectation"
    )
    return ("the expectation is the mean of the forecast that was made before those days", selection, *lasting)


def _rejections(facts: RunFacts, anomaly: AnomalyFacts) -> Iterator[Rejection]:
    quality = facts.quality
    feeds = [feed for feed in quality.feeds if feed.site_id in anomaly.site_ids] if quality else []
    if feeds and not any(feed.is_late for feed in feeds):
        yield Rejection("rows are late or missing", "every source of these sites is complete")
    if feeds and not any(feed.recent_quarantined for feed in feeds):
        yield Rejection("rows are in quarantine", "no recent row of these sites is in quarantine")
    if not anomaly.known_events:
        yield Rejection("a promotion, holiday or closure", "no known event overlaps these days")


def _is_telling(percent: float | None) -> bool:
    """Whether a change in percent says how large it is: with hardly any demand expected it does not."""
    return percent is not None and abs(percent) <= MOST_PERCENT


def _level_ahead(anomaly: AnomalyFacts) -> float | None:
    """The demand of the coming days at the level of the anomaly's days; None when unknown."""
    if anomaly.actual_a_day is not None:
        return anomaly.actual_a_day * DAYS_AHEAD
    n_days = (anomaly.last_day - anomaly.first_day).days + 1
    return None if anomaly.actual is None else anomaly.actual / n_days * DAYS_AHEAD


def _counterfactuals(anomaly: AnomalyFacts, delta: float) -> tuple[Counterfactual, ...]:
    plan, level, cost_reason = anomaly.planned_units, _level_ahead(anomaly), anomaly.money_reason or "no_prices"
    if plan is None or level is None:
        return (Counterfactual(DO_NOTHING, {"unplanned_units_so_far": delta}, cost_reason=cost_reason),)
    change = level - plan
    keep: dict[str, Value] = {"planned_units": plan, "unplanned_units_if_it_lasts": change, "unplanned_units_if_it_ends": 0.0}
    move: dict[str, Value] = {"planned_units": level, "unplanned_units_if_it_lasts": 0.0, "unplanned_units_if_it_ends": -change}
    return (
        Counterfactual(DO_NOTHING, keep, cost_reason=cost_reason),
        Counterfactual(f"plan the next {DAYS_AHEAD} days at the new level", move, cost_reason=cost_reason),
    )


def _predict(facts: RunFacts, anomaly: AnomalyFacts) -> tuple[PredictedDemand, ...]:
    """Return the demand of the coming days if the change lasts, with the plan as the limit."""
    plan, level = anomaly.planned_units, _level_ahead(anomaly)
    if plan is None or level is None:
        return ()
    first_day, last_day = facts.as_of_date + timedelta(days=1), facts.as_of_date + timedelta(days=DAYS_AHEAD)
    return (PredictedDemand(first_day, last_day, level, plan, anomaly.site_ids, anomaly.sku_ids),)


def _sensitivities(anomaly: AnomalyFacts, delta: float) -> tuple[Sensitivity, ...]:
    limit = anomaly.upper if delta > 0 else anomaly.lower
    return (Sensitivity("demand", "<=" if delta > 0 else ">=", limit),) if limit is not None else ()


RULES = RuleSet(CATEGORY, (ANOMALY,), derive, find_silence)
