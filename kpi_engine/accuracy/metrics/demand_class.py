"""What kind of demand a SKU has: smooth, erratic, intermittent or lumpy."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.inputs.demand import Demand
from kpi_engine.shared.arrays import Floats, Ints, ratio, starts_of, sum_by

SMOOTH_INTERVAL = 1.32
SMOOTH_VARIATION = 0.49
CLASSES = np.array(["smooth", "erratic", "intermittent", "lumpy"], dtype=object)


def demand_classes(known: Demand, sku_of: Ints, skus: int) -> list[str | None]:
    """The class of each SKU by the mean interval between demands (ADI) and the squared variation of their sizes; None without demand.

    Cut-offs 1.32 and 0.49. Source: Syntetos, Boylan and Croston 2005.
    """
    days, sold, total, squares = _sums(known, sku_of, skus)
    interval, mean = ratio(days, sold), ratio(total, sold)
    variation = ratio(ratio(squares, sold) - mean**2, mean**2)
    place = 2 * (interval >= SMOOTH_INTERVAL) + (variation >= SMOOTH_VARIATION)
    classes = CLASSES[place]
    classes[sold == 0] = None
    named: list[str | None] = classes.tolist()
    return named


def _sums(known: Demand, sku_of: Ints, skus: int) -> tuple[Floats, Floats, Floats, Floats]:
    """By SKU: known days, days with demand, and the sum and sum of squares of their sizes."""
    sums = np.zeros((4, known.grid.series))
    for part in known.blocks():
        starts, size = starts_of(part.series), np.maximum(part.values, 0.0)
        owner = part.series[starts]
        for row, values in zip(sums, (np.ones(len(size)), size > 0, size, size * size), strict=True):
            row[owner] = np.add.reduceat(values, starts, dtype=np.float64)
    days, sold, total, squares = (sum_by(sku_of, skus, row) for row in sums)
    return days, sold, total, squares
