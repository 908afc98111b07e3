"""The consolidation plan of one group: how few trucks would have done, with a proof of how few cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.transport.groups import ShipmentGroup
from kpi_engine.logistics.transport.packing import compute_lower_bounds, count_trucks, improve, pack
from kpi_engine.shared.arrays import Ints


@dataclass(frozen=True, eq=False)
class GroupPlan:
    """The plan of one group: `load` is the trip that each shipment goes with; `cancelled_trips` are those that no shipment goes with.

    lower_bound <= trucks_planned <= trucks_used always holds: the trucks that were used are a plan too, and are kept unless a better one
    is found. l1 and l2 are the bounds of each dimension of the group.
    """

    group: ShipmentGroup
    load: Ints
    cancelled_trips: Ints
    trucks_used: int
    trucks_planned: int
    l1: Ints
    l2: Ints

    @property
    def lower_bound(self) -> int:
        """The largest of the bounds of the dimensions."""
        return max(int(self.l1.max()), int(self.l2.max()))

    @property
    def binding_dimension(self) -> int:
        """The dimension with the largest bound (by L2, then by L1, then by how close the sum is to it)."""
        fill = self.group.low.sum(axis=0) / self.group.capacity
        return int(self.group.dimensions[np.lexsort((fill, self.l1, self.l2))[-1]])


def plan_group(group: ShipmentGroup, rounds: int) -> GroupPlan:
    """Pack the group's shipments into as few trucks as the search finds; keep the loads that were used when that saves nothing.

    >>> loads = np.array([[4], [5], [9]])
    >>> group = ShipmentGroup(items=np.arange(3), trip=np.array([10, 11, 12]), first_day=0, last_day=0, vehicle=0,
    ...     dimensions=np.array([0]), low=loads, high=loads, capacity=np.array([10]))
    >>> plan = plan_group(group, rounds=40)
    >>> plan.load.tolist(), plan.cancelled_trips.tolist(), plan.trucks_planned
    ([10, 10, 12], [11], 2)
    """
    trips, current_plan = np.unique(group.trip, return_inverse=True)
    l1, l2 = compute_lower_bounds(group.low, group.capacity)
    lower_bound = max(int(l1.max()), int(l2.max()))
    plan = _search(group, current_plan, lower_bound, rounds) if len(trips) > lower_bound else current_plan
    trucks = count_trucks(plan)
    if trucks >= len(trips):
        return GroupPlan(group, group.trip, trips[:0], len(trips), len(trips), l1, l2)
    kept_trips = _match_trips(plan, current_plan, trucks, len(trips))
    cancelled_trips = np.delete(trips, kept_trips)
    return GroupPlan(group, trips[kept_trips][plan], cancelled_trips, len(trips), trucks, l1, l2)


def _search(group: ShipmentGroup, current_plan: Ints, lower_bound: int, rounds: int) -> Ints:
    """Return the better of a plan made from nothing and, when it saves no truck, the used loads packed closer."""
    if (group.high > group.capacity).any():
        return current_plan
    plan = pack(group.high, group.capacity, lower_bound, rounds)
    if count_trucks(plan) < count_trucks(current_plan) or not _is_within_capacity(group, current_plan):
        return plan
    return improve(group.high, group.capacity, current_plan, lower_bound, rounds)


def _is_within_capacity(group: ShipmentGroup, plan: Ints) -> bool:
    load = np.zeros((count_trucks(plan), len(group.capacity)), dtype=np.int64)
    np.add.at(load, plan, group.high)
    return bool((load <= group.capacity).all())


def _match_trips(plan: Ints, current_plan: Ints, n_loads: int, n_trips: int) -> Ints:
    """Return the trip that each planned load keeps: pairs with the most shipments in common first, so that few have to move."""
    pairs, n_common = np.unique(plan * n_trips + current_plan, return_counts=True)
    trip_of_load, is_free = np.full(n_loads, -1, dtype=np.int64), np.ones(n_trips, dtype=np.bool_)
    for pair in pairs[np.argsort(-n_common, kind="stable")].tolist():
        load, trip = divmod(pair, n_trips)
        if trip_of_load[load] < 0 and is_free[trip]:
            trip_of_load[load], is_free[trip] = trip, False
    open_loads = np.flatnonzero(trip_of_load < 0)
    trip_of_load[open_loads] = np.flatnonzero(is_free)[: len(open_loads)]
    return trip_of_load
