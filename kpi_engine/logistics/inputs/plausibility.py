"""Loads that are a thousandth of what vehicles carry: tonnes among kilograms, or other units by a factor of a thousand."""

from __future__ import annotations

import numpy as np

from kpi_engine.logistics.inputs.vehicles import DIMENSIONS
from kpi_engine.shared.arrays import Bools, Floats

FACTOR = 1000
"""From kilograms to tonnes, from cubic metres to cubic decimetres."""
FEW_TIMES = 100
MOST_PERCENT = 110.0
LEAST_GAP = 20
LEAST_LOADS = 3
CHECKED = ("weight", "cube")
"""Pallets and loading metres are counted, and one of many is no other unit."""


def find_implausible_loads(percent: Floats) -> Bools:
    """Return which loads (shipments x DIMENSIONS, percent of the vehicle's capacity) are likely in a unit a thousand times as large.

    Such a load would fit its vehicle if it were multiplied by a thousand, is less than a hundredth of the median of all loads, and is far
    below every other one: loads that become lighter step by step are light. Fewer than 3 loads say nothing about what is usual.

    >>> weights = np.array([75.0, 60.0, 0.075, 5.0])
    >>> loads = np.column_stack([weights, np.full((4, 3), np.nan)])
    >>> find_implausible_loads(loads)[:, 0].tolist()
    [False, False, True, False]
    """
    is_implausible = np.zeros(percent.shape, dtype=np.bool_)
    for name in CHECKED:
        column = DIMENSIONS.index(name)
        values = percent[:, column]
        known_values = values[values > 0]
        if len(known_values) >= LEAST_LOADS:
            is_small = (values > 0) & (values * FACTOR <= MOST_PERCENT) & (values * FEW_TIMES <= np.median(known_values))
            others = values[(values > 0) & ~is_small]
            is_apart = bool(is_small.any() and len(others) and values[is_small].max() * LEAST_GAP <= others.min())
            is_implausible[:, column] = is_small & is_apart
    return is_implausible
