"""COST: a week whose shipments cost more per unit than the weeks before let expect, or than the baseline allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import fsum

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import (
    DO_NOTHING,
    Confidence,
    Counterfactual,
    Driver,
    Evidence,
    Finding,
    Impact,
    Measurement,
    Money,
    Occurrence,
    Rejection,
    Rule,
    Sensitivity,
)
from kpi_engine.insights.logistics_facts import CostWeek, LogisticsFacts
from kpi_engine.insights.rules.rule_set import (
    RuleSet,
    find_logistics_silence,
    list_window_sources,
    quality_factor,
    quality_limits,
    rank_drivers,
)
from kpi_engine.insights.terms import FINANCE, InsightCategory

CATEGORY = InsightCategory.COST
COST = Rule("cost_above_band.v1", CATEGORY, "Did a unit cost more than usual, and which cost rose?")
EARLIER_WEEKS = 4
RANGE_FACTOR = 2.66
"""Limits of an individuals chart: mean + 2.66 * mean moving range, about three standard deviations."""
BASELINE_PERCENT = 20.0
"""Percent above the baseline at which the cost counts as too high: the floor of its component of the efficiency grade."""
SIGNIFICANT = 0.99


@dataclass(frozen=True)
class CostBand:
    """The newest complete week beside those before it. limit: what a unit may cost."""

    week: CostWeek
    earlier: tuple[CostWeek, ...]
    usual: float
    mean_range: float
    limit: float
    baseline: float | None

    @classmethod
    def of(cls, logistics: LogisticsFacts) -> CostBand | None:
        """Return the band, None with too few complete weeks before the newest."""
        weeks = sorted(logistics.cost_weeks, key=lambda each: each.first_day)
        if len(weeks) <= EARLIER_WEEKS:
            return None
        *earlier, week = weeks
        costs = [each.per_unit for each in earlier]
        usual = fsum(costs) / len(costs)
        mean_range = fsum(abs(after - before) for before, after in pairwise(costs)) / (len(costs) - 1)
        baseline = logistics.baseline_per_unit
        limit = usual + RANGE_FACTOR * mean_range if baseline is None else baseline * (1 + BASELINE_PERCENT / 100)
        return cls(week, tuple(earlier), usual, mean_range, limit, baseline)

    @property
    def reference(self) -> float:
        """What a unit should cost: the baseline, else the mean of the weeks before."""
        return self.usual if self.baseline is None else self.baseline


def find_silence(facts: RunFacts) -> str | None:
    """Return why no week can be compared."""
    logistics = facts.logistics
    if logistics is not None and CostBand.of(logistics) is not None and logistics.currency:
        return None
    if logistics is not None and logistics.cost_weeks:
        return f"fewer than {EARLIER_WEEKS + 1} complete weeks have costs"
    return find_logistics_silence(facts, "cost_per_unit", "no costs of shipments are known")


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding when the newest complete week is above the limit."""
    band = CostBand.of(facts.logistics) if facts.logistics else None
    if facts.logistics and facts.logistics.currency and band and band.week.per_unit > band.limit:
        yield _explain(facts, facts.logistics, band, facts.logistics.currency)


def _explain(facts: RunFacts, logistics: LogisticsFacts, band: CostBand, currency: str) -> Finding:
    week, reference = band.week, band.reference
    excess = week.total - reference * week.units
    drivers = rank_drivers(_compare_kinds(band), excess)
    largest = next((each for each in drivers if each.kind == "cost"), None)
    percent = 100 * (week.per_unit / reference - 1)
    name = "the baseline" if band.baseline is not None else f"the mean of the {len(band.earlier)} weeks before"
    return Finding(
        rule=COST,
        scope={"level": "whole operation"},
        headline=f"A unit cost {week.per_unit:.4g} {currency} in week {week.iso_week}, {percent:.0f} % above {name} ({reference:.4g})",
        cause=f"Most of it is {largest.key}" if largest and largest.units > 0 else "No kind of cost is known that rose",
        action="Compare the shipments of the week with those before: rates, distance, and how full the trucks were",
        owner_role=FINANCE,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=Measurement("cost_of_shipments", week.total, currency, reference * week.units, band.limit * week.units),
        impact=Impact(week.units, "units", Money(excess, currency)),
        volume_share=min(100.0, 100 * percent / BASELINE_PERCENT),
        confidence=Confidence(min(1.0, len(band.earlier) / EARLIER_WEEKS), quality_factor(facts), SIGNIFICANT),
        next_command="./signify explain {id}",
        direction="above",
        is_cause=True,
        drivers=drivers,
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"cost_per_unit": week.per_unit, "cost_above_reference_a_week": excess}, Money(excess, currency)),
            Counterfactual(
                "bring a unit back to its usual cost",
                {"cost_per_unit": reference, "cost_above_reference_a_week": 0.0},
                Money(0.0, currency),
                feasibility_reason="what it takes is in no data set",
            ),
        ),
        sensitivities=(Sensitivity("cost_per_unit", "<=", band.limit),),
        assumptions=("the same units would have cost as much each as in the weeks before", "the coming week is like this one"),
        rejections=_reject_volume(band),
        limits=quality_limits(facts),
        parameters={
            "iso_week": week.iso_week,
            "cost_per_unit": week.per_unit,
            "units": week.units,
            "usual_cost_per_unit": band.usual,
            "baseline_cost_per_unit": band.baseline,
            "limit_cost_per_unit": band.limit,
            "mean_moving_range": band.mean_range,
            "range_factor": RANGE_FACTOR,
            "baseline_percent": BASELINE_PERCENT,
            "percent_above": percent,
            "weeks_before": len(band.earlier),
        },
        evidence=Evidence(week.first_day, week.last_day, dataset="shipments"),
        occurrence=Occurrence(week.last_day),
        sources=list_window_sources(logistics),
        details={"weeks": [_describe(each) for each in (*band.earlier, week)]},
    )


def _compare_kinds(band: CostBand) -> list[Driver]:
    """Return by kind of cost what the units cost beyond what the mean week would have paid for them."""
    week = band.week
    scale = band.reference / band.usual if band.usual else 1.0
    kinds = sorted(week.by_cost)
    usual = {kind: fsum(each.by_cost.get(kind, 0.0) / each.units for each in band.earlier) / len(band.earlier) for kind in kinds}
    return [Driver("cost", kind.replace("_", " "), week.by_cost[kind] - usual[kind] * scale * week.units) for kind in kinds]


def _reject_volume(band: CostBand) -> tuple[Rejection, ...]:
    usual_units = fsum(each.units for each in band.earlier) / len(band.earlier)
    if band.week.units < 0.9 * usual_units:
        return ()
    return (Rejection("fewer units carried the same fixed cost", "as many units were shipped as in the weeks before, or more"),)


def _describe(week: CostWeek) -> dict[str, object]:
    return {"iso_week": week.iso_week, "cost_per_unit": week.per_unit, "total": week.total, "units": week.units, **week.by_cost}


RULES = RuleSet(CATEGORY, (COST,), derive, find_silence)
