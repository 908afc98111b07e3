"""TRANSPORT_UTILISATION: trucks of the last week that a consolidation plan does without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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
    Value,
)
from kpi_engine.insights.formats import format_count, format_period
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.logistics_facts import LogisticsFacts
from kpi_engine.insights.rules.rule_set import (
    RuleSet,
    find_logistics_silence,
    list_window_sources,
    quality_factor,
    quality_limits,
    rank_drivers,
)
from kpi_engine.insights.terms import TRANSPORT_PLANNER, InsightCategory

CATEGORY = InsightCategory.TRANSPORT_UTILISATION
AVOIDABLE = Rule("avoidable_trucks.v1", CATEGORY, "Which trucks were not needed, and which shipments go where instead?")
WEEK_DAYS = 7
ENOUGH_TRUCKS = 10
IMPACT_OF_A_PERCENT = 5.0
"""Without prices, each percent of avoidable trucks counts so many points of impact."""
DIMENSIONS = ("weight", "cube", "pallet", "ldm")
NO_RATE = "no_rate_or_distance_of_every_trip"


@dataclass(frozen=True)
class SiteWeek:
    """The groups of a site whose shipments left in the last week. site: of the lane's origin, the lane itself when it has several."""

    site_id: str
    scope: dict[str, str]
    groups: tuple[JsonDocument, ...]
    first_day: date
    last_day: date

    def sum_of(self, name: str) -> int:
        """Return the sum of a number over all groups."""
        return sum(int(group[name]) for group in self.groups)

    @property
    def avoidable_groups(self) -> tuple[JsonDocument, ...]:
        """The groups with at least one truck too many."""
        return tuple(group for group in self.groups if group["avoidable_trucks"])

    @property
    def worst(self) -> JsonDocument:
        """The group with most trucks too many."""
        return max(self.avoidable_groups, key=lambda group: (group["avoidable_trucks"], group["trucks_used"]))

    def sum_saving(self, name: str) -> float | None:
        """Return what the trucks cost that are not needed, None when that of one is unknown or the currencies differ."""
        savings = [group["saving"] for group in self.avoidable_groups]
        if any(each[name] is None for each in savings) or (name == "money" and len({each["currency"] for each in savings}) > 1):
            return None
        return fsum(each[name] for each in savings)

    @property
    def money(self) -> Money | None:
        """The saving in money."""
        amount, currency = self.sum_saving("money"), next((group["saving"]["currency"] for group in self.avoidable_groups), None)
        return Money(amount, currency) if amount is not None and currency else None


def find_silence(facts: RunFacts) -> str | None:
    """Return why there is no plan."""
    if facts.logistics is not None and facts.logistics.groups:
        return None
    return find_logistics_silence(facts, "truck_utilization.plan", "no trips with lane, day, load and vehicle type are loaded")


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding for each site with a truck too many in the last week of the window."""
    for week in _split_sites(facts.logistics) if facts.logistics else ():
        if facts.logistics and week.sum_of("avoidable_trucks") >= 1:
            yield _explain(facts, facts.logistics, week)


def _split_sites(logistics: LogisticsFacts) -> Iterator[SiteWeek]:
    if logistics.last_day is None:
        return
    first = logistics.last_day - timedelta(days=WEEK_DAYS - 1)
    by_scope: dict[tuple[str, str], list[JsonDocument]] = {}
    for group in logistics.groups:
        if first <= date.fromisoformat(group["ship_date"]) <= logistics.last_day:
            key = ("site_id", group["site_id"]) if group["site_id"] else ("lane_id", group["lane_id"])
            by_scope.setdefault(key, []).append(group)
    for (name, value), groups in sorted(by_scope.items()):
        yield SiteWeek(value, {name: value}, tuple(groups), first, logistics.last_day)


def _explain(facts: RunFacts, logistics: LogisticsFacts, week: SiteWeek) -> Finding:
    used, planned_trucks, avoidable = (week.sum_of(name) for name in ("trucks_used", "trucks_planned", "avoidable_trucks"))
    lanes = sorted({group["lane_id"] for group in week.avoidable_groups})
    counterfactuals = _list_counterfactuals(week)
    trips = logistics.trips_planned + logistics.trips_left
    percent = 100 * avoidable / used
    return Finding(
        rule=AVOIDABLE,
        scope=week.scope,
        headline=_write_headline(week, used, avoidable, lanes),
        cause=_write_cause(week),
        action="Load together what the plan puts on one truck, and agree with the lanes named here on one departure a day",
        owner_role=TRANSPORT_PLANNER,
        first_day=facts.as_of_date + timedelta(days=1),
        measurement=Measurement("trucks", float(used), "trucks", float(planned_trucks)),
        impact=Impact(float(avoidable), "trucks", week.money, None if week.money else NO_RATE),
        volume_share=min(100.0, IMPACT_OF_A_PERCENT * percent),
        confidence=Confidence(
            evidence=min(1.0, used / ENOUGH_TRUCKS), data_quality=quality_factor(facts), statistical=logistics.trips_planned / trips
        ),
        next_command="./signify explain {id}",
        direction="avoidable",
        is_cause=True,
        drivers=rank_drivers(_sum_lanes(week), float(avoidable)),
        counterfactuals=counterfactuals,
        sensitivities=(Sensitivity("usable_percent_of_a_truck", "<=", float(counterfactuals[1].result["highest_load_percent"] or 0.0)),),
        assumptions=(
            "what leaves on the same day on the same lane may leave together",
            "every load may be stacked and mixed as far as its temperature class, hazard and customer allow",
            f"without prices the impact is {IMPACT_OF_A_PERCENT:.0f} points for each percent of trucks that are not needed",
        ),
        rejections=(Rejection("even fewer trucks would do", _describe_bound(week)),),
        limits=(*quality_limits(facts), "hours of departure and time windows of customers within a day are not compared"),
        parameters={
            "trucks_used": used,
            "trucks_planned": planned_trucks,
            "trucks_lower_bound": week.sum_of("trucks_lower_bound"),
            "avoidable_trucks": avoidable,
            "avoidable_percent": percent,
            "lanes": len(lanes),
            "worst_lane": week.worst["lane_id"],
            "worst_day": week.worst["ship_date"],
            "worst_day_trucks_used": week.worst["trucks_used"],
            "worst_day_trucks_planned": week.worst["trucks_planned"],
            "trips_left_as_they_are": logistics.trips_left,
            "trips_in_the_plan": logistics.trips_planned,
            "first_day": str(week.first_day),
            "last_day": str(week.last_day),
            "impact_of_a_percent": IMPACT_OF_A_PERCENT,
            "enough_trucks": ENOUGH_TRUCKS,
        },
        evidence=Evidence(week.first_day, week.last_day, (week.site_id,) if "site_id" in week.scope else (), dataset="shipments"),
        occurrence=Occurrence(max(date.fromisoformat(group["ship_date"]) for group in week.avoidable_groups)),
        sources=list_window_sources(logistics),
        details={"plan": [row for group in week.avoidable_groups for row in _describe_group(group)]},
    )


def _write_headline(week: SiteWeek, used: int, avoidable: int, lanes: Sequence[str]) -> str:
    place = f"at site {week.site_id}" if "site_id" in week.scope else f"on lane {week.site_id}"
    where = f" on lane {lanes[0]}" if len(lanes) == 1 and "site_id" in week.scope else f" on {format_count(len(lanes), 'lane')}"
    where = where if "site_id" in week.scope else ""
    verb = "was" if avoidable == 1 else "were"
    return f"{avoidable} of {format_count(used, 'truck')} {place} {verb} not needed{where}, {format_period(week.first_day, week.last_day)}"


def _write_cause(week: SiteWeek) -> str:
    worst = week.worst
    day = date.fromisoformat(worst["ship_date"])
    return (
        f"On {day.day} {day:%b} {format_count(int(worst['trucks_used']), 'truck')} left on lane {worst['lane_id']}; "
        f"{format_count(int(worst['trucks_planned']), 'truck')} could carry it"
    )


def _describe_bound(week: SiteWeek) -> str:
    planned_trucks, lower_bound = week.sum_of("trucks_planned"), week.sum_of("trucks_lower_bound")
    if planned_trucks == lower_bound:
        return f"the loads cannot go on fewer than {lower_bound} trucks"
    return f"the loads cannot go on fewer than {lower_bound} trucks; no plan with fewer than {planned_trucks} was found"


def _sum_lanes(week: SiteWeek) -> list[Driver]:
    lanes: dict[str, float] = {}
    for group in week.avoidable_groups:
        lanes[group["lane_id"]] = lanes.get(group["lane_id"], 0.0) + group["avoidable_trucks"]
    return [Driver("lane", lane, trucks) for lane, trucks in sorted(lanes.items())]


def _list_counterfactuals(week: SiteWeek) -> tuple[Counterfactual, ...]:
    loads = [load for group in week.avoidable_groups for load in group["loads"]]
    fill = [load[name] for load in loads for name in DIMENSIONS if load[name] is not None]
    money, used = week.money, week.sum_of("trucks_used")
    keep: dict[str, Value] = {"trucks": used, "trucks_not_needed": week.sum_of("avoidable_trucks")}
    consolidate: dict[str, Value] = {
        "trucks": week.sum_of("trucks_planned"),
        "trucks_not_needed": 0,
        "km_avoided": week.sum_saving("km"),
        "co2e_kg_avoided": week.sum_saving("co2e_kg"),
        "shipments_moved": sum(len(load["moved_in"]) for load in loads),
        "highest_load_percent": max(fill, default=None),
    }
    return (
        Counterfactual(DO_NOTHING, keep, money, NO_RATE, is_feasible=True),
        Counterfactual(
            f"move {format_count(int(consolidate['shipments_moved'] or 0), 'shipment')} and cancel "
            f"{format_count(week.sum_of('avoidable_trucks'), 'truck')}",
            consolidate,
            Money(0.0, money.currency) if money else None,
            NO_RATE,
            is_feasible=True,
            feasibility_reason=None,
            constraints=("weight, volume, pallets and loading metres", "same lane and day", "temperature class, hazard, customer"),
        ),
    )


def _describe_group(group: JsonDocument) -> Iterator[dict[str, object]]:
    """Yield a row for each truck of the plan, and one for each that it cancels."""
    head = {"lane_id": group["lane_id"], "vehicle_type": group["vehicle_type"]}
    for load in group["loads"]:
        yield {
            **head,
            "truck": load["load"],
            "ship_date": load["ship_date"],
            "shipments": list(load["shipments"]),
            "moved_in": [move["shipment_id"] for move in load["moved_in"]],
            **{f"{name}_percent": load[name] for name in DIMENSIONS},
        }
    for trip in group["cancelled_trips"]:
        yield {**head, "truck": trip, "ship_date": group["ship_date"], "shipments": [], "moved_in": []}


RULES = RuleSet(CATEGORY, (AVOIDABLE,), derive, find_silence)
