"""CAPACITY: a resource of a site that the forecast probably overloads on some day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kpi_engine.insights.facts import PartName, RunFacts
from kpi_engine.insights.finding import Confidence, Evidence, Finding, Impact, Measurement, Rule, Sensitivity
from kpi_engine.insights.rules.overload import (
    STORAGE,
    Overload,
    describe_days,
    list_assumptions,
    list_drivers,
    list_limits,
    list_parameters,
    list_predictions,
    list_rejections,
    list_sources,
    write_cause,
    write_headline,
)
from kpi_engine.insights.rules.overload_actions import list_counterfactuals, recommend
from kpi_engine.insights.rules.rule_set import RuleSet, quality_factor
from kpi_engine.insights.scores import score_volume
from kpi_engine.insights.terms import SITE_MANAGER, InsightCategory
from kpi_engine.insights.what_if.capacity import find_safe_load, is_at_risk

CATEGORY = InsightCategory.CAPACITY
OVERLOAD = Rule("overload.v1", CATEGORY, "Which days cannot be handled, why, and what is the cheapest fix?")
ENOUGH_DAYS = 7
NO_CAPACITY = "no capacity of the forecast days is loaded"


def find_silence(facts: RunFacts) -> str | None:
    """Return why no load is known beside a capacity."""
    if facts.logistics is None:
        return facts.missing.get(PartName.LOGISTICS, "the run has no logistics report")
    if facts.logistics.resources:
        return None
    reasons = ", ".join(sorted(set(facts.logistics.unknown_resources.values()))).replace("_", " ")
    return f"the load of no resource is known: {reasons}" if reasons else NO_CAPACITY


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding for each resource with a day at risk."""
    logistics = facts.logistics
    for resource in logistics.resources if logistics else ():
        days = tuple(day for day in resource.days if is_at_risk(day))
        if logistics and days and resource.use_per_unit:
            yield _explain(Overload(facts, logistics, resource, days))


def _explain(overload: Overload) -> Finding:
    facts, resource, worst = overload.facts, overload.resource, overload.worst
    counterfactuals = list_counterfactuals(overload)
    nothing, first_day = counterfactuals[0], overload.days[0].date
    units = float(nothing.result["expected_units_over"] or 0.0)
    return Finding(
        rule=OVERLOAD,
        scope={"site_id": resource.site_id, "resource": resource.resource},
        headline=write_headline(overload),
        cause=write_cause(overload),
        action=recommend(counterfactuals),
        owner_role=SITE_MANAGER,
        first_day=first_day,
        deadline=max(facts.as_of_date + timedelta(days=1), first_day - timedelta(days=1)),
        measurement=_measure(overload),
        impact=Impact(units, "units", nothing.cost, None if nothing.cost else nothing.cost_reason),
        volume_share=score_volume(units, facts.site_days),
        confidence=Confidence(
            evidence=1.0 if resource.resource == STORAGE else min(1.0, len(resource.days) / ENOUGH_DAYS),
            data_quality=quality_factor(facts),
            statistical=1.0 if overload.probability is None else overload.probability,
        ),
        next_command="./signify explain {id}",
        direction="over",
        is_cause=True,
        drivers=list_drivers(overload),
        counterfactuals=counterfactuals,
        sensitivities=(Sensitivity(f"{overload.words.unit}_available", ">=", worst.capacity + worst.load - find_safe_load(worst)),),
        assumptions=list_assumptions(overload),
        rejections=list_rejections(overload),
        limits=list_limits(overload),
        parameters=list_parameters(overload),
        evidence=Evidence(first_day, overload.days[-1].date, (resource.site_id,), dataset="capacity"),
        sources=list_sources(overload),
        predictions=list_predictions(overload),
        details=describe_days(overload),
    )


def _measure(overload: Overload) -> Measurement:
    """Return the headroom of the peak day beside that of a usual day; it is negative where the load exceeds the capacity."""
    worst, unit = overload.worst, overload.words.unit
    usual = overload.usual_capacity - overload.usual_load if len(overload.resource.days) > 1 else None
    headroom = worst.capacity - worst.load
    if worst.p10 is None or worst.p90 is None:
        return Measurement(f"headroom_of_{unit}", headroom, unit, usual, 0.0)
    return Measurement(f"headroom_of_{unit}", headroom, unit, usual, 0.0, worst.capacity - worst.p90, worst.capacity - worst.p10, 0.8)


RULES = RuleSet(CATEGORY, (OVERLOAD,), derive, find_silence)
