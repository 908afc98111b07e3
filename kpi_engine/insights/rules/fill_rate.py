"""SERVICE_LEVEL: a site that ships less of what is ordered than the target says."""

from __future__ import annotations

from datetime import timedelta

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
    Occurrence,
    Rule,
    Sensitivity,
)
from kpi_engine.insights.formats import format_number
from kpi_engine.insights.logistics_facts import LogisticsFacts, ServiceFacts
from kpi_engine.insights.rules.rule_set import list_window_sources, quality_factor, quality_limits, rank_drivers
from kpi_engine.insights.rules.service_terms import (
    ENOUGH,
    IMPACT_OF_SPAN,
    NO_CHANCE,
    UNKNOWN_EFFORT,
    describe_lane,
    describe_window,
    share_of_span,
    weigh_chance,
)
from kpi_engine.insights.terms import OPERATIONS_MANAGER, InsightCategory

FILL = Rule("fill_below_target.v1", InsightCategory.SERVICE_LEVEL, "Where is too little shipped, and what would help most?")


def explain_fill(facts: RunFacts, logistics: LogisticsFacts, site: ServiceFacts, target: float, lanes: list[ServiceFacts]) -> Finding:
    """Return the finding of a site: points of fill that each lane takes."""
    fill = site.unit_fill or 0.0
    drivers = [Driver("lane", str(lane.lane_id), lane.lines / site.lines * ((lane.unit_fill or 0.0) - target)) for lane in lanes]
    worst = min(drivers, key=lambda each: each.units, default=None)
    actions = [Counterfactual(DO_NOTHING, {"unit_fill_percent": fill}, cost_reason="no_prices")]
    if worst is not None and worst.units < 0:
        result = {"unit_fill_percent": fill - worst.units}
        actions.append(Counterfactual(f"fill lane {worst.key} to the target", result, None, "no_prices", None, UNKNOWN_EFFORT))
    return Finding(
        rule=FILL,
        scope={"site_id": site.site_id or ""},
        headline=f"Site {site.site_id} shipped {fill:.1f} % of the units that were ordered, {target:.0f} % is the target",
        cause=f"{format_number(site.lines * (100 - (site.line_fill or 0.0)) / 100)} of {site.lines:,} lines were not filled",
        action="Find out which SKUs are short, and raise their stock"
        + (f"; begin with lane {worst.key}" if worst and worst.units < 0 else ""),
        owner_role=OPERATIONS_MANAGER,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=Measurement("unit_fill", fill, "percent", target),
        impact=Impact(target - fill, "points of fill", money_reason="no_prices"),
        volume_share=share_of_span(logistics, "unit_fill", fill),
        confidence=Confidence(min(1.0, site.lines / ENOUGH), quality_factor(facts), weigh_chance(fill, target, site.lines)),
        next_command="./signify explain {id}",
        direction="below",
        is_cause=True,
        drivers=rank_drivers(drivers, fill - target),
        counterfactuals=tuple(actions),
        sensitivities=(Sensitivity("unit_fill_target_percent", "<=", fill),),
        assumptions=("lanes weigh by their lines; what differs because lines are of different size is the residual", IMPACT_OF_SPAN),
        rejections=NO_CHANCE,
        limits=quality_limits(facts),
        parameters={
            "unit_fill_percent": fill,
            "line_fill_percent": site.line_fill,
            "target_percent": target,
            "floor_percent": logistics.targets.get("unit_fill_floor"),
            "lines": site.lines,
            "lines_not_full": site.lines * (100 - (site.line_fill or 0.0)) / 100,
            **describe_window(logistics),
        },
        evidence=Evidence(logistics.first_day, logistics.last_day, (site.site_id or "",), dataset="orders"),
        occurrence=Occurrence(logistics.first_day, is_larger_new=True),
        sources=list_window_sources(logistics),
        details={"lanes": [describe_lane(lane) for lane in lanes]},
    )
