"""How many trucks are needed at the very least, whatever the plan: bounds that are proven, not guessed."""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Ints


def l1(sizes: Ints, capacity: int) -> int:
    """ceil(sum of the sizes / capacity): what would do if shipments were liquid."""
    return -(-int(sizes.sum()) // capacity)


def l2(sizes: Ints, capacity: int) -> int:
    """The bound L2 of Martello and Toth for sizes of at most `capacity`; never less than L1, never more than the optimum.

    For every a <= capacity / 2: shipments larger than capacity - a need a truck alone, those larger than half need a truck each, and what
    the trucks of the second kind cannot take of the shipments of at least a needs further ones. Source: Martello and Toth, Knapsack
    Problems (1990), 8.3.
    """
    rising = np.sort(sizes)
    sums = np.concatenate([[0], np.cumsum(rising)])
    half = int(np.searchsorted(rising, capacity // 2, side="right"))
    thresholds = np.unique(np.concatenate([[0], rising[:half]]))
    first_small = np.searchsorted(rising, thresholds, side="left")
    first_alone = np.searchsorted(rising, capacity - thresholds, side="right")
    large = np.maximum(first_alone, half) - half
    spare = large * capacity - (sums[half + large] - sums[half])
    left_over = sums[half] - sums[first_small] - spare
    further = np.maximum(0, -(-left_over // capacity))
    return int((len(rising) - half + further).max())


def lower_bound(loads: Ints, capacity: Ints) -> tuple[Ints, Ints]:
    """L1 and L2 of each dimension for loads (shipments x dimensions); the bound of the whole is their largest."""
    pairs = [(column, int(limit)) for column, limit in zip(loads.T, capacity, strict=True)]
    return np.array([l1(*pair) for pair in pairs], dtype=np.int64), np.array([l2(*pair) for pair in pairs], dtype=np.int64)
