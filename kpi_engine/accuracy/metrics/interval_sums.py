"""Sums over points with a prediction interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from kpi_engine.accuracy.inputs.matched_points import Interval, MatchedPoints
from kpi_engine.accuracy.inputs.matching import DEFAULT_LEVEL
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.shared.arrays import Floats, ratio


@dataclass(frozen=True)
class IntervalSums(Additive):
    """Points with an interval: how many, of what claimed level, actuals inside, below and above, widths and scores; and what has none."""

    QUANTITIES: ClassVar[frozenset[str]] = frozenset({"abs_actual", "width", "score"})

    n: Floats
    level: Floats
    n_inside: Floats
    n_below: Floats
    n_above: Floats
    abs_actual: Floats
    width: Floats
    score: Floats
    n_crossed: Floats
    n_absent: Floats

    @classmethod
    def of_points(cls, points: MatchedPoints) -> Self:
        """Return each point by itself. A bound that is missing, or a lower bound above the upper one, makes no interval."""
        interval, size = points.interval, len(points)
        if interval is None:
            return cls(*(*np.zeros((9, size)), np.ones(size)))
        width = interval.upper - interval.lower
        is_interval = width >= 0  # false for NaN
        sums = cls._of_intervals(interval, points.actual, width)
        if is_interval.all():
            return sums
        is_absent = np.isnan(width)
        arrays = (np.where(is_interval, values, 0.0) for values in sums._arrays()[:-2])
        return cls(*(*arrays, (~is_interval & ~is_absent).astype(np.float64), is_absent.astype(np.float64)))

    @classmethod
    def _of_intervals(cls, interval: Interval, actual: Floats, width: Floats) -> Self:
        under, over = interval.lower - actual, actual - interval.upper
        is_below, is_above = under > 0, over > 0
        distance = np.maximum(under, 0) + np.maximum(over, 0)
        size = len(actual)
        return cls(
            n=np.ones(size),
            level=interval.level,
            n_inside=(~(is_below | is_above)).astype(np.float64),
            n_below=is_below.astype(np.float64),
            n_above=is_above.astype(np.float64),
            abs_actual=np.abs(actual),
            width=width,
            score=width + 2 / (1 - interval.level) * distance,
            n_crossed=np.zeros(size),
            n_absent=np.zeros(size),
        )

    def nominal(self) -> Floats:
        """Return the claimed level, percent; the default where there is no interval."""
        return np.where(self.n > 0, np.round(100 * ratio(self.level, self.n), 9), 100 * DEFAULT_LEVEL)
