"""Sums over points by group, and the measures that are ratios of them.

Every roll-up is a ratio of sums over the errors of single points, never a mean of ratios, except MAPE and sMAPE, which are means of
ratios by definition. A = actual, F = forecast. A measure is NaN where it is undefined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from kpi_engine.accuracy.inputs.points import Points
from kpi_engine.shared.arrays import Bools, Floats, Ints, ratio, sum_by
from kpi_engine.shared.wape import wape


@dataclass(frozen=True)
class Additive:
    """Arrays of one length, one entry per group; before anything is summed every point is a group of its own."""

    @classmethod
    def nothing(cls, groups: int) -> Self:
        """Zeros."""
        return cls(*(np.zeros(groups) for _ in fields(cls)))

    @classmethod
    def concatenated(cls, parts: Sequence[Self]) -> Self:
        """The groups of all parts, one after the other."""
        return cls(*(np.concatenate(same) for same in zip(*(part._arrays() for part in parts), strict=True))) if parts else cls.nothing(0)

    def runs(self, starts: Ints) -> Self:
        """The sums of runs of entries that begin at `starts`, the first at 0."""
        return self if not len(starts) else type(self)(*(np.add.reduceat(values, starts) for values in self._arrays()))

    def rolled(self, group: Ints, groups: int) -> Self:
        """The sums of entries by their group 0..groups-1."""
        return type(self)(*(sum_by(group, groups, values) for values in self._arrays()))

    def total(self) -> Self:
        """The sums of everything: one group."""
        return type(self)(*(values.sum(keepdims=True) for values in self._arrays()))

    def plus(self, other: Self) -> Self:
        """The sums of the same groups in both."""
        return type(self)(*(one + two for one, two in zip(self._arrays(), other._arrays(), strict=True)))

    def of(self, groups: Ints | Bools) -> Self:
        """Only these groups."""
        return type(self)(*(values[groups] for values in self._arrays()))

    def _arrays(self) -> tuple[Floats, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class Totals(Additive):
    """Actuals and errors F - A."""

    actual: Floats
    error: Floats

    def wape(self) -> Floats:
        """WAPE of the groups as one, percent: 100 * sum over groups |sum of errors| / |sum of actuals|; errors within a group cancel."""
        return wape(np.abs(self.error).sum(keepdims=True), np.abs(self.actual).sum(keepdims=True))


@dataclass(frozen=True)
class Errors(Additive):
    """Counts, actuals, errors F - A, and their absolute, relative, squared and symmetric sizes."""

    n: Floats
    nonzero: Floats
    actual: Floats
    abs_actual: Floats
    error: Floats
    abs_error: Floats
    relative: Floats
    squared: Floats
    symmetric: Floats

    @classmethod
    def of_points(cls, points: Points) -> Self:
        """Each point by itself."""
        actual, error = points.actual, points.forecast - points.actual
        size, distance = np.abs(actual), np.abs(error)
        both = size + np.abs(points.forecast)
        nonzero = size > 0
        with np.errstate(over="ignore"):  # ratio() takes what is too large for undefined
            relative = np.divide(distance, size, out=np.zeros(len(size)), where=nonzero)
        symmetric = np.divide(2 * distance, both, out=np.zeros(len(size)), where=both > 0)
        return cls(np.ones(len(size)), nonzero.astype(np.float64), actual, size, error, distance, relative, error * error, symmetric)

    def totals(self) -> Totals:
        """The parts that cancel when summed."""
        return Totals(self.actual, self.error)

    def mape(self) -> Floats:
        """Mean absolute percentage error, percent: 100 * mean(|A - F| / |A|) over the points with A != 0."""
        return 100 * ratio(self.relative, self.nonzero)

    def wape(self) -> Floats:
        """Weighted absolute percentage error, percent: 100 * sum|A - F| / sum|A|; equals 100 * wQL(0.5)."""
        return wape(self.abs_error, self.abs_actual)

    def smape(self) -> Floats:
        """Symmetric MAPE, percent, 0..200: 100 * mean(2|A - F| / (|A| + |F|)); a point with A = F = 0 counts 0."""
        return 100 * ratio(self.symmetric, self.n)

    def bias_percent(self) -> Floats:
        """Bias, percent: 100 * sum(F - A) / sum(A). Positive: over-forecast."""
        return 100 * ratio(self.error, self.actual)

    def mean_bias(self) -> Floats:
        """mean(F - A), in units. Positive: over-forecast."""
        return ratio(self.error, self.n)

    def mae(self) -> Floats:
        """Mean absolute error, in units: mean|A - F|."""
        return ratio(self.abs_error, self.n)

    def rmse(self) -> Floats:
        """Root mean squared error, in units: sqrt(mean((A - F)^2))."""
        return np.sqrt(ratio(self.squared, self.n))

    def tracking_signal(self) -> Floats:
        """sum(F - A) / mean|A - F|; beyond +-4 the forecast is out of control. Positive: over-forecast."""
        return ratio(self.error, self.mae())
