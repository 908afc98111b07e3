"""Demand class of each SKU, over all its known days at all its sites."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.inputs.demand import Demand
from kpi_engine.shared.arrays import Floats, Ints, ratio, starts_of, sum_by
from kpi_engine.shared.demand_class import NO_DEMAND, DemandClass, classify

NAMES = [demand_class.name.lower() for demand_class in DemandClass]


def demand_classes(known: Demand, sku_of: Ints, skus: int) -> list[str | None]:
    """Return smooth, erratic, intermittent or lumpy for each SKU; None for a SKU without demand.

    known: demand of every series. sku_of: the SKU of each series, 0..skus-1.
    """
    known_days, demand_days, total, squares = _sums(known, sku_of, skus)
    mean = ratio(total, demand_days)
    variance = ratio(squares, demand_days) - mean**2
    classes = classify(known_days, demand_days, mean=mean, variance=variance, without_demand=NO_DEMAND)
    return [None if number == NO_DEMAND else NAMES[number] for number in classes.tolist()]


def _sums(known: Demand, sku_of: Ints, skus: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return by SKU: known days, days with demand, and the sum and sum of squares of their sizes."""
    sums = np.zeros((4, known.grid.series))
    for part in known.blocks():
        starts, size = starts_of(part.series), np.maximum(part.values, 0.0)
        owner = part.series[starts]
        for row, values in zip(sums, (np.ones(len(size)), size > 0, size, size * size), strict=True):
            row[owner] = np.add.reduceat(values, starts, dtype=np.float64)
    known_days, demand_days, total, squares = (sum_by(sku_of, skus, row) for row in sums)
    return known_days, demand_days, total, squares
