"""Errors in units of the naive error on the training days: MASE and RMSSE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.demand import Demand
from kpi_engine.accuracy.metrics.point import Errors
from kpi_engine.shared.arrays import Floats, Ints, ratio, starts_of, sum_by


@dataclass(frozen=True)
class Scales:
    """Mean absolute and mean squared seasonal difference of each series over its training days; NaN without any."""

    absolute: Floats
    squared: Floats

    @classmethod
    def of(cls, training: Demand, season: int) -> Scales:
        """Mean of |Y(t) - Y(t - m)| and of its square, over the t where both are known; m is the season."""
        n, absolute, squared = np.zeros((3, training.grid.series))
        for part in training.blocks():
            change = part.values - training.on(part.series, part.day - season)
            known = ~np.isnan(change)
            change[~known] = 0
            starts = starts_of(part.series)
            owner = part.series[starts]
            n[owner] = np.add.reduceat(known, starts, dtype=np.float64)
            absolute[owner] = np.add.reduceat(np.abs(change), starts)
            squared[owner] = np.add.reduceat(change * change, starts)
        return cls(ratio(absolute, n), ratio(squared, n))


def mase(errors: Errors, scale: Floats, group: Ints, groups: int) -> Floats:
    """sum|A - F| / sum of the series' scales, over points whose series has a scale that is not zero; `errors` has one entry per series.

    For one series it is MAE / scale. Source: Hyndman and Koehler 2006.
    """
    return _scaled(errors.abs_error, errors.n, scale, group, groups)


def rmsse(errors: Errors, scale: Floats, group: Ints, groups: int) -> Floats:
    """Root of sum (A - F)^2 / sum of the series' squared scales. Source: M5 Competitors' Guide, there with season 1."""
    return np.sqrt(_scaled(errors.squared, errors.n, scale, group, groups))


def _scaled(errors: Floats, n: Floats, scale: Floats, group: Ints, groups: int) -> Floats:
    usable = scale > 0
    return ratio(sum_by(group[usable], groups, errors[usable]), sum_by(group[usable], groups, (n * scale)[usable]))
