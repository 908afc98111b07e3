"""SERVICE_LEVEL: a site whose orders are less often on time and in full than the target says."""

from __future__ import annotations

from dataclasses import dataclass
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
    Money,
    Occurrence,
    Rule,
    Sensitivity,
)
from kpi_engine.insights.formats import format_number
from kpi_engine.insights.logistics_facts import LogisticsFacts, ServiceFacts
from kpi_engine.insights.rules.rule_set import list_window_sources, quality_factor, quality_limits
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

OTIF = Rule("otif_below_target.v1", InsightCategory.SERVICE_LEVEL, "Which orders were not on time in full, why, and what would help most?")
NO_PENALTY = "no_penalty_per_order"
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Otif:
    """Orders of a site by outcome, beside what the target allows to fail."""

    site: ServiceFacts
    otif: float
    target: float
    failed_orders: float
    late: float
    short: float

    @classmethod
    def of(cls, site: ServiceFacts, target: float) -> Otif:
        """Count the orders from the percentages."""
        otif = site.otif or 0.0
        failures = [site.orders * (100 - (otif if each is None else each)) / 100 for each in (otif, site.on_time, site.in_full)]
        return cls(site, otif, target, *failures)

    @property
    def both(self) -> float:
        """Orders that were late and short."""
        return self.late + self.short - self.failed_orders

    @property
    def allowed_orders(self) -> float:
        """Orders that may fail within the target."""
        return self.site.orders * (100 - self.target) / 100


def explain_otif(facts: RunFacts, logistics: LogisticsFacts, otif: Otif, lanes: list[ServiceFacts]) -> Finding:
    """Return the finding of a site: orders that failed by outcome, and the lane where most failed."""
    site, penalty, currency = otif.site, logistics.prices.penalty_per_order, logistics.prices.currency
    excess = otif.failed_orders - otif.allowed_orders
    money = Money(excess * penalty, currency) if penalty is not None and currency else None
    is_late = otif.late >= otif.short
    parts = {"late only": otif.late - otif.both, "short only": otif.short - otif.both, "late and short": otif.both}
    drivers = tuple(Driver("outcome", name, orders) for name, orders in parts.items() if abs(orders) > TOLERANCE)
    return Finding(
        rule=OTIF,
        scope={"site_id": site.site_id or ""},
        headline=f"{otif.otif:.1f} % of orders of site {site.site_id} were on time in full, {otif.target:.0f} % is the target",
        cause=f"{format_number(otif.late)} of {site.orders:,} orders were late, {format_number(otif.short)} were short",
        action=f"{'Find out why orders leave late' if is_late else 'Find out which SKUs are short'}{_name_worst(lanes, otif.target)}",
        owner_role=OPERATIONS_MANAGER,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=Measurement("orders_not_on_time_in_full", otif.failed_orders, "orders", otif.allowed_orders),
        impact=Impact(excess, "orders", money, None if money else NO_PENALTY),
        volume_share=share_of_span(logistics, "otif", otif.otif),
        confidence=Confidence(min(1.0, site.orders / ENOUGH), quality_factor(facts), weigh_chance(otif.otif, otif.target, site.orders)),
        next_command="./signify explain {id}",
        direction="below",
        is_cause=True,
        drivers=(*drivers, Driver("target", "allowed by the target", -otif.allowed_orders)),
        counterfactuals=_list_otif_actions(otif, lanes, penalty, currency),
        sensitivities=(Sensitivity("otif_target_percent", "<=", otif.otif),),
        assumptions=("the coming weeks are like the window that was measured", IMPACT_OF_SPAN),
        rejections=NO_CHANCE,
        limits=quality_limits(facts),
        parameters={
            "otif_percent": otif.otif,
            "on_time_percent": site.on_time,
            "in_full_percent": site.in_full,
            "target_percent": otif.target,
            "floor_percent": logistics.targets.get("otif_floor"),
            "orders": site.orders,
            "late_orders": otif.late,
            "short_orders": otif.short,
            "penalty_per_order": penalty,
            **describe_window(logistics),
        },
        evidence=Evidence(logistics.first_day, logistics.last_day, (site.site_id or "",), dataset="orders"),
        occurrence=Occurrence(logistics.first_day, is_larger_new=True),
        sources=list_window_sources(logistics),
        details={"lanes": [describe_lane(lane) for lane in lanes]},
    )


def _list_otif_actions(otif: Otif, lanes: list[ServiceFacts], penalty: float | None, currency: str | None) -> tuple[Counterfactual, ...]:
    def act(action: str, failed_orders: float) -> Counterfactual:
        money = Money(failed_orders * penalty, currency) if penalty is not None and currency else None
        result = {"otif_percent": 100 - 100 * failed_orders / otif.site.orders, "orders_not_on_time_in_full": failed_orders}
        return Counterfactual(action, result, money, NO_PENALTY, None, UNKNOWN_EFFORT)

    actions = [act(DO_NOTHING, otif.failed_orders)]
    if otif.late - otif.both > TOLERANCE:
        actions.append(act("deliver every late order on time", otif.short))
    if otif.short - otif.both > TOLERANCE:
        actions.append(act("ship every short order in full", otif.late))
    worst = _find_worst(lanes, otif.target)
    if worst is not None:
        actions.append(act(f"bring lane {worst.lane_id} to the target", otif.failed_orders - _excess(worst, otif.target)))
    return tuple(actions)


def _excess(lane: ServiceFacts, target: float) -> float:
    return lane.orders * max(0.0, target - (lane.otif if lane.otif is not None else target)) / 100


def _find_worst(lanes: list[ServiceFacts], target: float) -> ServiceFacts | None:
    worst = max(lanes, key=lambda lane: (_excess(lane, target), str(lane.lane_id)), default=None)
    return worst if worst is not None and _excess(worst, target) > 0 else None


def _name_worst(lanes: list[ServiceFacts], target: float) -> str:
    worst = _find_worst(lanes, target)
    return f", first on lane {worst.lane_id}, where most fail" if worst else ""
