"""The metrics of the consolidation plan."""

from __future__ import annotations

from collections.abc import Callable

from kpi_engine.logistics.arithmetic import percentage
from kpi_engine.logistics.metric import CONVENTION, SMALLER_IS_BETTER, LogisticsMetric, count_metric, parameter_metric
from kpi_engine.logistics.transport.fleet_plan import FleetPlan
from kpi_engine.shared.metric import ScorAttribute, Unit

PATH = "truck_utilization.plan"
MARTELLO_TOTH = "Martello and Toth, Knapsack Problems (1990), 8.3"
LARGER_SAVING = "larger is more to save"


def _truck_metric(
    name: str,
    title: str,
    formula: str,
    compute: Callable[[FleetPlan], int],
    *,
    key: str | None = None,
    sign: str = SMALLER_IS_BETTER,
    source: str = CONVENTION,
) -> LogisticsMetric[FleetPlan, int]:
    return count_metric(
        name,
        title,
        f"{PATH}.{key or name}",
        formula,
        compute,
        sign=sign,
        zero_policy="null (the whole plan) when lanes, dates or vehicle types are not there",
        source=source,
        scor=ScorAttribute.ASSETS,
    )


TRUCKS_USED = _truck_metric("trucks_used", "Trucks used", "trips of the groups that are planned", lambda plan: plan.trucks_used)
TRUCKS_LOWER_BOUND = _truck_metric(
    "trucks_lower_bound",
    "Trucks needed at least",
    "sum over groups of the largest L1 = ceil(sum load / capacity) and L2 of all dimensions",
    lambda plan: plan.trucks_lower_bound,
    sign="no plan needs fewer",
    source=MARTELLO_TOTH,
)
TRUCKS_PLANNED = _truck_metric(
    "trucks_planned",
    "Trucks planned",
    "trucks of the consolidation plan; lower bound <= planned <= used",
    lambda plan: plan.trucks_planned,
    source="Johnson et al., SIAM J. Comput. 3 (1974), first-fit and best-fit decreasing; improved",
)
PLAN_GAP = _truck_metric(
    "plan_gap",
    "Gap of the plan",
    "planned - lower bound",
    lambda plan: plan.trucks_planned - plan.trucks_lower_bound,
    key="gap",
    sign="0: proven to be the best plan",
    source=MARTELLO_TOTH,
)
AVOIDABLE_TRUCKS = _truck_metric(
    "avoidable_trucks", "Avoidable trucks", "used - planned", lambda plan: plan.trucks_used - plan.trucks_planned
)
AVOIDABLE_PERCENT = LogisticsMetric[FleetPlan, float | None](
    name="avoidable_percent",
    title="Avoidable part of the trucks",
    path=f"{PATH}.avoidable_percent",
    formula="100 * (used - planned) / used",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy="null `no_trip_to_plan` when no trip can be planned",
    source=CONVENTION,
    scor=ScorAttribute.ASSETS,
    compute=lambda plan: percentage(plan.trucks_used - plan.trucks_planned, plan.trucks_used),
    reason="no_trip_to_plan",
)
SAVING_MONEY = LogisticsMetric[FleetPlan, float | None](
    name="saving_money",
    title="Money that the avoidable trucks cost",
    path=f"{PATH}.saving.money",
    formula="sum over cancelled trips of cost_fixed + cost_km * km",
    unit=Unit.MONEY,
    sign=LARGER_SAVING,
    zero_policy="null when a rate or distance is missing, or `several_currencies`",
    source=CONVENTION,
    scor=ScorAttribute.COST,
    compute=lambda plan: plan.saving.money,
    explain=lambda plan: "several_currencies" if len(plan.currencies) > 1 else None,
    reason="no_cost_rate_or_distance",
)
SAVING_KM = LogisticsMetric[FleetPlan, float | None](
    name="saving_km",
    title="Kilometres that the avoidable trucks drove",
    path=f"{PATH}.saving.km",
    formula="sum over cancelled trips of loaded and empty km",
    unit=Unit.UNITS,
    sign=LARGER_SAVING,
    zero_policy="null when a distance is missing",
    source=CONVENTION,
    scor=ScorAttribute.COST,
    compute=lambda plan: plan.saving.km,
    reason="no_distance",
)
SAVING_CO2E = LogisticsMetric[FleetPlan, float | None](
    name="saving_co2e",
    title="Kilograms of CO2e that the avoidable trucks emitted",
    path=f"{PATH}.saving.co2e_kg",
    formula="sum over cancelled trips of co2e_kg_km * km",
    unit=Unit.UNITS,
    sign=LARGER_SAVING,
    zero_policy="null when a rate or distance is missing",
    source="ISO 14083:2023",
    scor=ScorAttribute.COST,
    compute=lambda plan: plan.saving.co2e_kg,
    reason="no_emission_rate_or_distance",
)
OBSTACLES = {
    "unknown_vehicle": "vehicle type unknown",
    "unknown_load": "a load unknown",
    "unknown_lane_or_date": "lane or date unknown",
    "overloaded": "more than the vehicle may carry",
    "several_groups": "shipments of several lanes, days or classes",
}


def _obstacle_metric(obstacle: str, text: str) -> LogisticsMetric[FleetPlan, int]:
    name, title, path = f"not_planned_{obstacle}", f"Trips left as they are: {text}", f"{PATH}.not_planned.{obstacle}"
    return count_metric(
        name,
        title,
        path,
        f"trips: {text}",
        lambda plan: plan.n_not_planned[obstacle],
        sign=SMALLER_IS_BETTER,
        scor=ScorAttribute.ASSETS,
    )


FIGURES = (
    *(TRUCKS_USED, TRUCKS_LOWER_BOUND, TRUCKS_PLANNED, PLAN_GAP, AVOIDABLE_TRUCKS, AVOIDABLE_PERCENT),
    *(SAVING_MONEY, SAVING_KM, SAVING_CO2E),
)
METRICS = (
    *FIGURES,
    parameter_metric(
        "plan_shift_days",
        "Days that a shipment may move in the plan",
        f"{PATH}.shift_days",
        Unit.DAYS,
        sign="larger allows fewer trucks",
        scor=ScorAttribute.ASSETS,
    ),
    *(_obstacle_metric(obstacle, text) for obstacle, text in OBSTACLES.items()),
)
