"""The consolidation plan of all groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips
from kpi_engine.logistics.inputs.vehicles import VehicleTypes
from kpi_engine.logistics.metric import Part, compute_figures, explain_missing_columns
from kpi_engine.logistics.transport.cells import round_to_cells
from kpi_engine.logistics.transport.fleet_plan import FleetPlan
from kpi_engine.logistics.transport.group_rows import GroupRows, PlannedGroup, ShipmentLists
from kpi_engine.logistics.transport.groups import group_shipments, split_groups
from kpi_engine.logistics.transport.plan import GroupPlan, plan_group
from kpi_engine.logistics.transport.plan_metrics import (
    AVOIDABLE_PERCENT,
    AVOIDABLE_TRUCKS,
    FIGURES,
    PATH,
    PLAN_GAP,
    TRUCKS_LOWER_BOUND,
    TRUCKS_PLANNED,
    TRUCKS_USED,
)
from kpi_engine.logistics.transport.savings import Saving, compute_trip_costs, sum_savings
from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.metric import NO_OBSERVATIONS


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
