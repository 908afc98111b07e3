"""Packing shipments into as few trucks as possible, with every dimension at once (vector bin packing), and how few cannot do.

First-fit and best-fit decreasing under several orders, then improvement: the loads of the best plan, put in another order, are packed
again shipment by shipment. The shipments of one load always fit together, so that this never takes more trucks, and often fewer. Sources:
Johnson et al., SIAM J. Comput. 3 (1974); Panigrahy et al., Heuristics for Vector Bin Packing (2011); Culberson and Luo (1996).

Lower bounds hold for every plan: L1 = ceil(sum of the sizes / capacity), and L2 of Martello and Toth, which is never less than L1 and
never more than the optimum.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kpi_engine.shared.arrays import Floats, Ints

SEED = 20_260_101


def pack(loads: Ints, capacity: Ints, enough: int, rounds: int) -> Ints:
    """Return the truck of each shipment, 0..trucks-1; no truck is over capacity in any dimension. Stops once `enough` trucks do.

    loads: shipments x dimensions, each at most `capacity`. The plan depends on the order of the shipments only where several plans are
    equally good; it never depends on chance, for the search is seeded.

    >>> pack(np.array([[6, 1], [5, 1], [4, 1], [5, 1]]), np.array([10, 10]), enough=2, rounds=40).tolist()
    [0, 1, 0, 1]
    """
    best = _first_fit(loads, capacity, np.arange(len(loads)))
    for order in _decreasing_orders(loads / capacity):
        for fit in (_first_fit, _best_fit):
            if count_trucks(best) > enough:
                best = _choose_fewer(fit(loads, capacity, order), best)
    return improve(loads, capacity, best, enough, rounds)


def improve(loads: Ints, capacity: Ints, plan: Ints, enough: int, rounds: int) -> Ints:
    """Return a plan of at most as many trucks as `plan`, which must be within capacity.

    >>> improve(np.array([[6], [4], [5]]), np.array([10]), plan=np.array([0, 1, 2]), enough=2, rounds=3).tolist()
    [0, 0, 1]
    """
    rng = np.random.default_rng(SEED)
    sizes = (loads / capacity).sum(axis=1)
    for turn in range(rounds):
        if count_trucks(plan) <= enough:
            break
        fill = np.bincount(plan, weights=sizes)
        key = (-fill, np.arange(len(fill), 0, -1), rng.random(len(fill)))[turn % 3]
        # Truck by truck, also where two trucks have the same key: only then does first fit never take one more.
        plan = _first_fit(loads, capacity, np.lexsort((-sizes, plan, key[plan])))
    return plan


def count_trucks(plan: Ints) -> int:
    """Return how many trucks a plan takes.

    >>> count_trucks(np.array([0, 2, 1, 2]))
    3
    """
    return int(plan.max(initial=-1)) + 1


def compute_l1(sizes: Ints, capacity: int) -> int:
    """Return ceil(sum of the sizes / capacity): the trucks that would do if shipments were liquid.

    >>> compute_l1(np.array([6, 6, 6, 6]), 10)
    3
    """
    return -(-int(sizes.sum()) // capacity)


def compute_l2(sizes: Ints, capacity: int) -> int:
    """Return the bound L2 of Martello and Toth for sizes of at most `capacity`.

    For every a <= capacity / 2: shipments larger than capacity - a need a truck alone, those larger than half need a truck each, and what
    the trucks of the second kind cannot take of the shipments of at least a needs further ones. Source: Martello and Toth, Knapsack
    Problems (1990), 8.3.

    >>> compute_l2(np.array([6, 6, 6, 6]), 10)
    4
    """
    ascending = np.sort(sizes)
    sums = np.concatenate([[0], np.cumsum(ascending)])
    half = int(np.searchsorted(ascending, capacity // 2, side="right"))
    thresholds = np.unique(np.concatenate([[0], ascending[:half]]))
    first_small = np.searchsorted(ascending, thresholds, side="left")
    first_alone = np.searchsorted(ascending, capacity - thresholds, side="right")
    n_large = np.maximum(first_alone, half) - half
    spare_capacity = n_large * capacity - (sums[half + n_large] - sums[half])
    remainder = sums[half] - sums[first_small] - spare_capacity
    further_trucks = np.maximum(0, -(-remainder // capacity))
    return int((len(ascending) - half + further_trucks).max())


def compute_lower_bounds(loads: Ints, capacity: Ints) -> tuple[Ints, Ints]:
    """Return L1 and L2 of each dimension for loads (shipments x dimensions); the largest of them bounds the whole.

    >>> l1, l2 = compute_lower_bounds(np.array([[6, 1], [6, 1], [6, 1], [6, 1]]), np.array([10, 10]))
    >>> l1.tolist(), l2.tolist()
    ([3, 1], [4, 1])
    """
    pairs = [(sizes, int(limit)) for sizes, limit in zip(loads.T, capacity, strict=True)]
    return np.array([compute_l1(*pair) for pair in pairs], dtype=np.int64), np.array([compute_l2(*pair) for pair in pairs], dtype=np.int64)


def _choose_fewer(plan: Ints, other: Ints) -> Ints:
    return plan if count_trucks(plan) < count_trucks(other) else other


def _decreasing_orders(share: Floats) -> Iterator[Ints]:
    """Yield orders by size, largest first; with several dimensions, no one measure of size is best for all inputs."""
    scarcity = share.sum(axis=0)
    sizes = [share.max(axis=1), share.sum(axis=1), share @ scarcity, (share**2).sum(axis=1), *share.T]
    return (np.argsort(-size, kind="stable") for size in sizes)


def _first_fit(loads: Ints, capacity: Ints, order: Ints) -> Ints:
    """Put each shipment in turn into the first truck that can take it."""
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
    """Put each shipment in turn into the truck with the least room among those that can take it."""
    room = np.tile(capacity, (len(loads), 1))
    space = np.full(len(loads), float(len(capacity)))
    plan = np.zeros(len(loads), dtype=np.int64)
    trucks = 0
    share = (loads / capacity).sum(axis=1)
    for item in order.tolist():
        can_take = (room[: trucks + 1] >= loads[item]).all(axis=1)
        truck = int(np.where(can_take, space[: trucks + 1], np.inf).argmin())
        room[truck] -= loads[item]
        space[truck] -= share[item]
        plan[item] = truck
        trucks = max(trucks, truck + 1)
    return plan
