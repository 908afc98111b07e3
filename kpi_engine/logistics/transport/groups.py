"""Groups of shipments that may share a truck: the same lane, days, vehicle type and compatibility class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import count_true
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import Trips
from kpi_engine.logistics.transport.cells import Cells, find_overloads
from kpi_engine.shared.arrays import Bools, Floats, Ints

CLASS = ("lane_id", "temp_class", "hazmat", "exclusive_customer")
NO_GROUP = -1


@dataclass(frozen=True, eq=False)
class ShipmentGroup:
    """Shipments (their indices in Shipments) that may share trucks of one type; loads are shipments x `dimensions` in cells (see Cells)."""

    items: Ints
    trip: Ints
    first_day: int
    last_day: int
    vehicle: int
    dimensions: Ints
    low: Ints
    high: Ints
    capacity: Ints


@dataclass(frozen=True, eq=False)
class Grouping:
    """The group of each shipment, NO_GROUP for those of trips that stay as they are. n_not_planned: how many such trips, by reason."""

    group: Ints
    day: Floats
    n_not_planned: Mapping[str, int]


def group_shipments(shipments: Shipments, trips: Trips, cells: Cells, shift_days: int) -> Grouping:
    """Number the groups in order of lane, class, vehicle and day.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.trips import sum_by_trip
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> from kpi_engine.logistics.transport.cells import round_to_cells
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [10]}))
    >>> rows = {"shipment_id": ["S1", "S2", "S3"], "lane_id": ["A", "A", None], "ship_date": "2026-07-20", "gross_kg": 4}
    >>> shipments = read_shipments(pd.DataFrame(rows), vans)
    >>> grouping = group_shipments(shipments, sum_by_trip(shipments, vans), round_to_cells(shipments, vans), shift_days=0)
    >>> int(grouping.group[0]) == int(grouping.group[1]), int(grouping.group[2]), grouping.n_not_planned["unknown_lane_or_date"]
    (True, -1, 1)
    """
    day = shipments.number("ship_date")
    group = _number_groups(shipments, day, shift_days)
    n_trips = len(trips.ids)
    lowest, highest = np.full(n_trips, len(group)), np.full(n_trips, -1)
    np.minimum.at(lowest, shipments.trip, group)
    np.maximum.at(highest, shipments.trip, group)
    lacks_lane_or_date = np.zeros(n_trips, dtype=np.bool_)
    lacks_lane_or_date[shipments.trip[np.isnan(day) | (shipments.text("lane_id") == "")]] = True
    obstacles = {
        "unknown_vehicle": trips.vehicle < 0,
        "unknown_load": _find_incomplete_loads(shipments, trips) | ~trips.is_known,
        "unknown_lane_or_date": lacks_lane_or_date,
        "overloaded": find_overloads(cells, shipments, trips),
        "several_groups": lowest != highest,
    }
    can_plan, n_not_planned = _apply_obstacles(obstacles, n_trips)
    return Grouping(np.where(can_plan[shipments.trip], group, NO_GROUP), day, n_not_planned)


def _number_groups(shipments: Shipments, day: Floats, shift_days: int) -> Ints:
    """Return runs of days, at most shift_days from first to last, within each class and vehicle type."""
    keys = shipments.frame[list(CLASS)].assign(hazmat=shipments.frame["hazmat"].fillna(0.0), vehicle=shipments.vehicle)
    classes = keys.groupby(list(keys.columns), sort=True).ngroup().to_numpy(dtype=np.int64)
    order = np.lexsort((day, classes))
    group = np.zeros(len(day), dtype=np.int64)
    number, first_day, previous_class = -1, np.nan, -1
    for item, item_class, item_day in zip(order.tolist(), classes[order].tolist(), day[order].tolist(), strict=True):
        if item_class != previous_class or not item_day - first_day <= shift_days:
            number, first_day, previous_class = number + 1, item_day, item_class
        group[item] = number
    return group


def _find_incomplete_loads(shipments: Shipments, trips: Trips) -> Bools:
    """Return which trips lack a load in a dimension that other shipments have and that their vehicle limits."""
    has_load = ~np.isnan(shipments.loads).all(axis=0)
    return np.asarray((np.isnan(trips.load) & has_load & ~np.isnan(trips.capacity)).any(axis=1), dtype=np.bool_)


def _apply_obstacles(obstacles: Mapping[str, Bools], n_trips: int) -> tuple[Bools, dict[str, int]]:
    """Return the trips without any obstacle, and how many trips have each as their first."""
    can_plan, counts = np.ones(n_trips, dtype=np.bool_), {}
    for name, has_obstacle in obstacles.items():
        counts[name] = count_true(can_plan & has_obstacle)
        can_plan &= ~has_obstacle
    return can_plan, counts


def split_groups(grouping: Grouping, shipments: Shipments, cells: Cells) -> Iterator[ShipmentGroup]:
    """Yield the groups in order, each with its shipments in the order of their ids.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> from kpi_engine.logistics.transport.cells import round_to_cells
    >>> vans = read_vehicle_types(pd.DataFrame({"vehicle_type": ["van"], "payload_kg": [10]}))
    >>> shipments = read_shipments(pd.DataFrame({"shipment_id": ["S1", "S2", "S3"], "gross_kg": 4}), vans)
    >>> grouping = Grouping(np.array([1, 0, 1]), day=np.array([20_654.0, 20_654.0, 20_655.0]), n_not_planned={})
    >>> [group.items.tolist() for group in split_groups(grouping, shipments, round_to_cells(shipments, vans))]
    [[1], [0, 2]]
    """
    order = np.argsort(grouping.group, kind="stable")
    starts = np.flatnonzero(np.diff(grouping.group[order])) + 1
    for items in np.split(order, starts):
        if len(items) and grouping.group[items[0]] != NO_GROUP:
            yield _build_group(items, grouping, shipments, cells)


def _build_group(items: Ints, grouping: Grouping, shipments: Shipments, cells: Cells) -> ShipmentGroup:
    vehicle, day = int(shipments.vehicle[items[0]]), grouping.day[items]
    dimensions = np.flatnonzero(cells.is_limited[vehicle])
    return ShipmentGroup(
        items=items,
        trip=shipments.trip[items],
        first_day=int(day.min()),
        last_day=int(day.max()),
        vehicle=vehicle,
        dimensions=dimensions,
        low=cells.low[np.ix_(items, dimensions)],
        high=cells.high[np.ix_(items, dimensions)],
        capacity=cells.capacity[vehicle, dimensions],
    )
