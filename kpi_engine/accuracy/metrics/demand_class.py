"""Demand class of each SKU, over all its known days at all its sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.shared.arrays import Floats, Ints, find_runs, ratio
from kpi_engine.shared.demand_class import NO_DEMAND, DemandClass, classify
from kpi_engine.shared.metric import GET_ACCURACY, ComputedMetric, Unit

NAMES = [demand_class.name.lower() for demand_class in DemandClass]


@dataclass(frozen=True)
class DemandSums(Additive):
    """Known days, days with demand, and the sum and sum of squares of the demand on them."""

    known_days: Floats
    demand_days: Floats
    volume: Floats
    squares: Floats

    @classmethod
    def of_series(cls, demand: KnownDemand) -> Self:
        """Return the sums of every series of the grid."""
        by_series = cls.zeros(demand.grid.n_series)
        for block in demand.iter_blocks():
            starts, size = find_runs(block.series), np.maximum(block.values, 0.0)
            owner = block.series[starts]
            by_series.known_days[owner] = np.diff(starts, append=len(size))
            for sums, values in ((by_series.demand_days, size > 0), (by_series.volume, size), (by_series.squares, size * size)):
                sums[owner] = np.add.reduceat(values, starts, dtype=np.float64)
        return by_series

    def classes(self) -> Ints:
        """Return the number of each class, NO_DEMAND for none."""
        mean = ratio(self.volume, self.demand_days)
        variance = ratio(self.squares, self.demand_days) - mean**2
        return classify(self.known_days, self.demand_days, mean=mean, variance=variance, without_demand=NO_DEMAND)


def _name_classes(demand: DemandSums) -> list[str | None]:
    return [None if number == NO_DEMAND else NAMES[number] for number in demand.classes().tolist()]


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
    served=GET_ACCURACY,
    compute=_name_classes,
)
