"""The consolidation plan: how few trucks would have done, with a proof of how few cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.transport.bounds import lower_bound
from kpi_engine.logistics.transport.groups import Group
from kpi_engine.logistics.transport.packing import improve, pack
from kpi_engine.shared.arrays import Ints


@dataclass(frozen=True)
class Plan:
    """The plan of one group: `load` is the trip that each shipment goes with; trips that no shipment goes with are `cancelled`.

    lower_bound <= planned <= used always holds: the trucks that were used are a plan too, and are kept unless a better one is found.
    """

    group: Group
    load: Ints
    cancelled: Ints
    used: int
    planned: int
    l1: Ints
    l2: Ints

    @property
    def lower_bound(self) -> int:
        """The largest of the bounds of the dimensions."""
        return max(int(self.l1.max()), int(self.l2.max()))

    @property
    def bounding(self) -> int:
        """The dimension with the largest bound (by L2, then by L1, then by how close the sum is to it)."""
        filled = self.group.low.sum(axis=0) / self.group.capacity
        return int(self.group.dimensions[np.lexsort((filled, self.l1, self.l2))[-1]])


def plan_group(group: Group, rounds: int) -> Plan:
    """Pack the group's shipments into as few trucks as found; keep the loads that were used when that saves nothing."""
    trips, current = np.unique(group.trip, return_inverse=True)
    first, second = lower_bound(group.low, group.capacity)
    least = max(int(first.max()), int(second.max()))
    packed = _search(group, current, least, rounds) if len(trips) > least else current
    planned = int(packed.max()) + 1
    if planned >= len(trips):
        return Plan(group, group.trip, trips[:0], len(trips), len(trips), first, second)
    keep = _keep(packed, current, planned, len(trips))
    cancelled = np.delete(trips, keep)
    return Plan(group, trips[keep][packed], cancelled, len(trips), planned, first, second)


def _search(group: Group, current: Ints, least: int, rounds: int) -> Ints:
    """The better of a plan made from nothing and, when they differ in number, the used loads packed closer."""
    if (group.high > group.capacity).any():
        return current
    packed = pack(group.high, group.capacity, least, rounds)
    return (
        packed
        if packed.max() < current.max() or not _within(group, current)
        else improve(group.high, group.capacity, current, least, rounds)
    )


def _within(group: Group, plan: Ints) -> bool:
    load = np.zeros((int(plan.max()) + 1, len(group.capacity)), dtype=np.int64)
    np.add.at(load, plan, group.high)
    return bool((load <= group.capacity).all())


def _keep(packed: Ints, current: Ints, loads: int, trips: int) -> Ints:
    """The trip that each planned load keeps: pairs with the most shipments in common first, so that few have to move."""
    pairs, common = np.unique(packed * trips + current, return_counts=True)
    kept, free = np.full(loads, -1, dtype=np.int64), np.ones(trips, dtype=np.bool_)
    for pair in pairs[np.argsort(-common, kind="stable")].tolist():
        load, trip = divmod(pair, trips)
        if kept[load] < 0 and free[trip]:
            kept[load], free[trip] = trip, False
    lost = np.flatnonzero(kept < 0)
    kept[lost] = np.flatnonzero(free)[: len(lost)]
    return kept
