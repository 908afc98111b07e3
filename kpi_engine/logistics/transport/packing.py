"""Packing shipments into as few trucks as possible, with every dimension at once (vector bin packing).

First-fit and best-fit decreasing under several orders, then improvement: the loads of the best plan, put in another order, are packed
again shipment by shipment. The shipments of one load always fit together, so that this never takes more trucks, and often fewer. Sources:
Johnson et al., SIAM J. Comput. 3 (1974); Panigrahy et al., Heuristics for Vector Bin Packing (2011); Culberson and Luo (1996).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kpi_engine.shared.arrays import Floats, Ints

SEED = 20_260_101


def pack(loads: Ints, capacity: Ints, enough: int, rounds: int) -> Ints:
    """The truck of each shipment, 0..trucks-1; no truck over capacity in any dimension. Stops once `enough` trucks do.

    loads: shipments x dimensions, each at most `capacity`. The answer depends on the order of the shipments only where several plans are
    equally good; it never depends on chance, for the search is seeded.
    """
    best = _first_fit(loads, capacity, np.arange(len(loads)))
    for order in _decreasing(loads / capacity):
        for fit in (_first_fit, _best_fit):
            if _trucks(best) > enough:
                best = _fewer(fit(loads, capacity, order), best)
    return improve(loads, capacity, best, enough, rounds)


def improve(loads: Ints, capacity: Ints, plan: Ints, enough: int, rounds: int) -> Ints:
    """A plan of at most as many trucks as the one given, which must be within capacity."""
    chance = np.random.default_rng(SEED)
    sizes = (loads / capacity).sum(axis=1)
    for turn in range(rounds):
        if _trucks(plan) <= enough:
            break
        filled = np.bincount(plan, weights=sizes)
        key = (-filled, np.arange(len(filled), 0, -1), chance.random(len(filled)))[turn % 3]
        plan = _first_fit(loads, capacity, np.lexsort((-sizes, key[plan])))
    return plan


def _trucks(plan: Ints) -> int:
    return int(plan.max(initial=-1)) + 1


def _fewer(new: Ints, old: Ints) -> Ints:
    return new if _trucks(new) < _trucks(old) else old


def _decreasing(share: Floats) -> Iterator[Ints]:
    """Orders by size, largest first; what counts as size when there are several dimensions has no one best answer."""
    scarce = share.sum(axis=0)
    sizes = [share.max(axis=1), share.sum(axis=1), share @ scarce, (share**2).sum(axis=1), *share.T]
    return (np.argsort(-size, kind="stable") for size in sizes)


def _first_fit(loads: Ints, capacity: Ints, order: Ints) -> Ints:
    """Each shipment in turn into the first truck that can take it."""
    room = np.tile(capacity, (len(loads), 1))
    plan = np.zeros(len(loads), dtype=np.int64)
    trucks = 1
    for item in order.tolist():
        # The truck after the last open one is empty, so that there always is a first.
        truck = int((room[: trucks + 1] >= loads[item]).all(axis=1).argmax())
        room[truck] -= loads[item]
        plan[item] = truck
        trucks = max(trucks, truck + 1)
    return plan


def _best_fit(loads: Ints, capacity: Ints, order: Ints) -> Ints:
    """Each shipment in turn into the truck that has the least room left of those that can take it."""
    room = np.tile(capacity, (len(loads), 1))
    space = np.full(len(loads), float(len(capacity)))
    plan = np.zeros(len(loads), dtype=np.int64)
    trucks = 0
    share = (loads / capacity).sum(axis=1)
    for item in order.tolist():
        fits = (room[: trucks + 1] >= loads[item]).all(axis=1)
        truck = int(np.where(fits, space[: trucks + 1], np.inf).argmin())
        room[truck] -= loads[item]
        space[truck] -= share[item]
        plan[item] = truck
        trucks = max(trucks, truck + 1)
    return plan
