"""Which shipments may share a truck: the same lane, days, vehicle type and compatibility class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.inputs.cells import Cells, over_capacity
from kpi_engine.logistics.inputs.columns import count
from kpi_engine.logistics.inputs.shipments import Shipments, Trips
from kpi_engine.shared.arrays import Bools, Floats, Ints

CLASS = ("lane_id", "temp_class", "hazmat", "exclusive_customer")


@dataclass(frozen=True)
class Group:
    """Shipments (places in Shipments) that may share trucks of one type; loads are shipments x `dimensions` in cells (see Cells)."""

    items: Ints
    trip: Ints
    first_day: float
    last_day: float
    vehicle: int
    dimensions: Ints
    low: Ints
    high: Ints
    capacity: Ints


@dataclass(frozen=True)
class Groups:
    """The group of each shipment, -1 for those of trips that are left as they are; and how many trips are, and why."""

    group: Ints
    day: Floats
    not_planned: dict[str, int]


def group_shipments(shipments: Shipments, trips: Trips, cells: Cells, shift_days: int) -> Groups:
    """Number the groups in order of lane, class, vehicle and day."""
    day = shipments.number("ship_date")
    block = _blocks(shipments, day, shift_days)
    lowest, highest = np.full(len(shipments.trips), len(block)), np.full(len(shipments.trips), -1)
    np.minimum.at(lowest, shipments.trip, block)
    np.maximum.at(highest, shipments.trip, block)
    nowhere = np.zeros(len(shipments.trips), dtype=np.bool_)
    nowhere[shipments.trip[np.isnan(day) | (shipments.text("lane_id") == "")]] = True
    reasons = {
        "unknown_vehicle": trips.vehicle < 0,
        "unknown_load": _incomplete(shipments, trips) | ~trips.known,
        "unknown_lane_or_date": nowhere,
        "overloaded": over_capacity(cells, shipments, trips),
        "several_groups": lowest != highest,
    }
    planned, not_planned = _sort_out(reasons, len(shipments.trips))
    return Groups(np.where(planned[shipments.trip], block, -1), day, not_planned)


def _blocks(shipments: Shipments, day: Floats, shift_days: int) -> Ints:
    """Runs of days, at most shift_days from first to last, within each class."""
    keys = shipments.frame[list(CLASS)].assign(hazmat=shipments.frame["hazmat"].fillna(0.0), vehicle=shipments.vehicle)
    kind = keys.groupby(list(keys.columns), sort=True).ngroup().to_numpy(dtype=np.int64)
    order = np.lexsort((day, kind))
    block = np.zeros(len(day), dtype=np.int64)
    at, start, previous = -1, np.nan, -1
    for place, own, when in zip(order.tolist(), kind[order].tolist(), day[order].tolist(), strict=True):
        if own != previous or not when - start <= shift_days:
            at, start, previous = at + 1, when, own
        block[place] = at
    return block


def _incomplete(shipments: Shipments, trips: Trips) -> Bools:
    """Trips that lack a load in a dimension which is known of others and limited in their vehicle."""
    measured = ~np.isnan(shipments.loads).all(axis=0)
    return np.asarray((np.isnan(trips.load) & measured & ~np.isnan(trips.capacity)).any(axis=1), dtype=np.bool_)


def _sort_out(reasons: dict[str, Bools], trips: int) -> tuple[Bools, dict[str, int]]:
    """The trips that no reason holds back, and how many the first reason of each holds back."""
    left, counts = np.ones(trips, dtype=np.bool_), {}
    for name, held in reasons.items():
        counts[name] = count(left & held)
        left &= ~held
    return left, counts


def each(groups: Groups, shipments: Shipments, cells: Cells) -> Iterator[Group]:
    """The groups in order, each with its shipments in the order of their ids."""
    order = np.argsort(groups.group, kind="stable")
    starts = np.flatnonzero(np.diff(groups.group[order])) + 1
    for items in np.split(order, starts):
        if len(items) and groups.group[items[0]] >= 0:
            yield _group(items, groups, shipments, cells)


def _group(items: Ints, groups: Groups, shipments: Shipments, cells: Cells) -> Group:
    vehicle, day = int(shipments.vehicle[items[0]]), groups.day[items]
    dimensions = np.flatnonzero(cells.limits[vehicle])
    return Group(
        items=items,
        trip=shipments.trip[items],
        first_day=float(day.min()),
        last_day=float(day.max()),
        vehicle=vehicle,
        dimensions=dimensions,
        low=cells.low[np.ix_(items, dimensions)],
        high=cells.high[np.ix_(items, dimensions)],
        capacity=cells.capacity[vehicle, dimensions],
    )
