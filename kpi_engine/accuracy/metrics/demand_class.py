"""Demand class of each SKU, over all its known days at all its sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.shared.arrays import Floats, Ints, find_runs, ratio
from kpi_engine.shared.demand_class import NO_DEMAND, DemandClass, classify
from kpi_engine.shared.metric import ComputedMetric, Unit

NAMES = [demand_class.name.lower() for demand_class in DemandClass]


@dataclass(frozen=True)
class DemandSums(Additive):
    """Known days, days with demand, and the sum and sum of squares of the demand on them."""

    known_days: Floats
    demand_days: Floats
    volume: Floats
    squares: Floats

    @classmethod
    def of_skus(cls, demand: KnownDemand, sku_of: Ints, skus: int) -> Self:
        """Return the sums of each SKU 0..skus-1; `sku_of` is the SKU of each series."""
        by_series = cls.zeros(demand.grid.n_series)
        for block in demand.iter_blocks():
            starts, size = find_runs(block.series), np.maximum(block.values, 0.0)
            owner = block.series[starts]
            by_series.known_days[owner] = np.diff(starts, append=len(size))
            for sums, values in ((by_series.demand_days, size > 0), (by_series.volume, size), (by_series.squares, size * size)):
                sums[owner] = np.add.reduceat(values, starts, dtype=np.float64)
        return by_series.sum_by_group(sku_of, skus)


def _classify(demand: DemandSums) -> list[str | None]:
    mean = ratio(demand.volume, demand.demand_days)
    variance = ratio(demand.squares, demand.demand_days) - mean**2
    classes = classify(demand.known_days, demand.demand_days, mean=mean, variance=variance, without_demand=NO_DEMAND)
    return [None if number == NO_DEMAND else NAMES[number] for number in classes.tolist()]


DEMAND_CLASS = ComputedMetric[DemandSums, list[str | None]](
    name="demand_class",
    title="Demand class",
    path="sku_breakdown[].demand_class",
    formula="smooth, erratic, intermittent or lumpy: mean interval between demands below or from 1.32, "
    "squared variation of their sizes below or from 0.49",
    unit=Unit.CLASS,
    sign="intermittent and lumpy demand: judge by wQL and MASE, a forecast of 0 can win on MAE",
    zero_policy="null for a SKU without demand",
    source="Syntetos, Boylan and Croston 2005",
    compute=_classify,
)
