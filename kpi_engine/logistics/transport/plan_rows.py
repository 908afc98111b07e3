"""The rows of the consolidation plan as they are answered: a group, and each of its loads."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from kpi_engine.logistics.inputs.columns import day_name
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.vehicles import DIMENSIONS, Vehicles
from kpi_engine.logistics.transport.groups import CLASS
from kpi_engine.logistics.transport.plan import Plan
from kpi_engine.logistics.transport.savings import Rates, saving
from kpi_engine.logistics.transport.utilisation import load_percent

Told: TypeAlias = Mapping[Hashable, Sequence[Any]]
"""Columns of the shipments as lists: reading them per group from a frame would take longer than planning."""


def told_of(shipments: Shipments) -> Told:
    """What the rows repeat of the shipments."""
    return shipments.frame[[*CLASS, "shipment_id", "ship_date"]].to_dict("list")


def group_row(plan: Plan, shipments: Shipments, told: Told, vehicles: Vehicles, rates: Rates) -> dict[str, Any]:
    """One group: its bounds, its plan, what it saves, and every load."""
    group, at = plan.group, int(plan.group.items[0])
    return {
        "lane_id": told["lane_id"][at],
        "ship_date": day_name(group.first_day),
        "last_ship_date": day_name(group.last_day),
        "temp_class": told["temp_class"][at] or None,
        "hazmat": bool(told["hazmat"][at] == 1),
        "exclusive_customer": told["exclusive_customer"][at] or None,
        "vehicle_type": vehicles.names[group.vehicle],
        "shipments": len(group.items),
        "trucks_used": plan.used,
        "trucks_lower_bound": plan.lower_bound,
        "l1": int(plan.l1.max()),
        "l2": int(plan.l2.max()),
        "trucks_planned": plan.planned,
        "gap": plan.planned - plan.lower_bound,
        "avoidable_trucks": plan.used - plan.planned,
        "binding": DIMENSIONS[plan.bounding],
        "saving": saving(rates, plan.cancelled),
        "cancelled_trips": [shipments.trips[trip] for trip in plan.cancelled.tolist()],
        "loads": _loads(plan, shipments, told, vehicles),
    }


def _loads(plan: Plan, shipments: Shipments, told: Told, vehicles: Vehicles) -> list[dict[str, Any]]:
    """Each truck of the plan, named by the trip it keeps and leaving with it: its load, and what moves into it by how many days."""
    group, ids, day = plan.group, told["shipment_id"], told["ship_date"]
    leaves = dict(sorted((trip, day[item]) for trip, item in zip(group.trip.tolist(), group.items.tolist(), strict=True)))
    order = np.argsort(plan.load, kind="stable")
    bounds = np.flatnonzero(np.diff(plan.load[order])) + 1
    rows = []
    for places in np.split(order, bounds):
        items, trip = group.items[places].tolist(), int(plan.load[places[0]])
        filled = 100 * shipments.loads[items].sum(axis=0) / vehicles.capacity[group.vehicle]
        moved = [(item, was) for item, was in zip(items, group.trip[places].tolist(), strict=True) if was != trip]
        rows.append(
            {
                "load": shipments.trips[trip],
                "ship_date": day_name(leaves[trip]),
                "shipments": [ids[item] for item in items],
                "moved_in": [
                    {"shipment_id": ids[item], "from_trip": shipments.trips[was], "days": int(leaves[trip] - day[item])}
                    for item, was in moved
                ],
                **load_percent(filled),
            }
        )
    return rows
