"""The consolidation plan of all groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import percentage
from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.logistics.metric import (
    CONVENTION,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    compute_figures,
    count_metric,
    explain_missing_columns,
    parameter_metric,
)
from kpi_engine.logistics.transport.cells import round_to_cells
from kpi_engine.logistics.transport.fleet_plan import FleetPlan
from kpi_engine.logistics.transport.group_rows import GroupRows, PlannedGroup, ShipmentLists
from kpi_engine.logistics.transport.groups import group_shipments, split_groups
from kpi_engine.logistics.transport.plan import GroupPlan, plan_group
from kpi_engine.logistics.transport.savings import Saving, compute_trip_costs, sum_savings
from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.metric import NO_OBSERVATIONS, ScorAttribute, Unit

PATH = "truck_utilization.plan"
MARTELLO_TOTH = "Martello and Toth, Knapsack Problems (1990), 8.3"
LARGER_SAVING = "larger is more to save"


@dataclass(frozen=True)
class ConsolidationPlan:
    """Plan with the fewest trucks found: lower bound <= planned <= used. not_planned: numbers of trips that stay as they are, by reason."""

    trucks_used: int
    trucks_lower_bound: int
    trucks_planned: int
    gap: int
    avoidable_trucks: int
    avoidable_percent: float | None
    saving: Saving
    shift_days: int
    not_planned: Mapping[str, int]
    groups: tuple[PlannedGroup, ...]


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


def plan_consolidation(
    shipments: Shipments, trips: Trips, vehicle_types: VehicleTypes, parameters: TransportParameters
) -> Part[ConsolidationPlan | None]:
    """Return the plan per lane, ship date (+- shift_days), vehicle type and compatibility class; null when lanes or dates are not there.

    Trips that are overloaded, lack a load, or mix groups are left as they are and counted in `not_planned`. Bound: the largest over the
    dimensions of L1 and Martello and Toth's L2. With shift_days the days of a lane are cut into runs of at most that length from the
    first one on, and the bound holds for these runs.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.trips import sum_by_trip
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [10]}))
    >>> rows = {"shipment_id": ["S1", "S2", "S3"], "lane_id": "A", "ship_date": "2026-07-20", "gross_kg": [4, 5, 9]}
    >>> shipments = read_shipments(pd.DataFrame(rows), vans)
    >>> plan = plan_consolidation(shipments, sum_by_trip(shipments, vans), vans, TransportParameters()).value
    >>> plan.trucks_used, plan.trucks_planned, plan.gap
    (3, 2, 0)
    """
    reason = _explain_missing_plan(shipments, vehicle_types)
    if reason:
        return Part(None, {PATH: reason})
    cells, costs = round_to_cells(shipments, vehicle_types), compute_trip_costs(shipments, trips, vehicle_types)
    grouping = group_shipments(shipments, trips, cells, parameters.shift_days)
    plans = tuple(plan_group(group, parameters.search_rounds) for group in split_groups(grouping, shipments, cells))
    cancelled_trips = _join_cancelled_trips(plans)
    saving, currencies = sum_savings(costs, cancelled_trips), costs.list_currencies(cancelled_trips)
    figures = compute_figures(FleetPlan(plans, saving, currencies, grouping.n_not_planned), FIGURES)
    rows = GroupRows(shipments, vehicle_types, costs, ShipmentLists.of(shipments))
    plan = ConsolidationPlan(
        trucks_used=figures[TRUCKS_USED],
        trucks_lower_bound=figures[TRUCKS_LOWER_BOUND],
        trucks_planned=figures[TRUCKS_PLANNED],
        gap=figures[PLAN_GAP],
        avoidable_trucks=figures[AVOIDABLE_TRUCKS],
        avoidable_percent=figures[AVOIDABLE_PERCENT],
        saving=saving,
        shift_days=parameters.shift_days,
        not_planned=grouping.n_not_planned,
        groups=tuple(map(rows.build_group, plans)),
    )
    return Part(plan, figures.undefined_reasons)


def _explain_missing_plan(shipments: Shipments, vehicle_types: VehicleTypes) -> str | None:
    columns = shipments.columns
    lane = () if {"origin", "destination"} <= columns else ("lane_id",)
    day = () if "actual_departure" in columns else ("ship_date",)
    missing = explain_missing_columns(columns, "shipment_id", *lane, *day)
    if missing or not len(shipments):
        return missing or NO_OBSERVATIONS
    return None if vehicle_types.names else "no_vehicle_types"


def _join_cancelled_trips(plans: tuple[GroupPlan, ...]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *(plan.cancelled_trips for plan in plans)])
