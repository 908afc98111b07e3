"""Actual and expected values by day, for S series x D days at once.

A day without an actual is a gap and never a drop: late data is not lost demand. Where the expectation has no interval, the expectation
itself is the bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kpi_engine.shared.arrays import Bools, Floats, Ints, infinite_to_nan
from kpi_engine.shared.errors import InvalidValue

DEFAULT_COVERAGE = 0.8
"""P10 to P90."""
TAIL_WEIGHT, MIDDLE_WEIGHT = 0.3, 0.4
"""Weights of P10 and P90, and of P50, in an estimate of a mean: Swanson's rule, Hurst, Brown and Swanson 2000."""


@dataclass(frozen=True, eq=False)
class ForecastQuantiles:
    """More of what was forecast than an interval. levels: K, ascending in (0, 1). values: K x S x D units; NaN where none were forecast."""

    levels: tuple[float, ...]
    values: npt.NDArray[np.floating]

    def __post_init__(self) -> None:
        """Raise InvalidValue for levels that do not ascend from below to above the median, or whose number is not that of the values."""
        if list(self.levels) != sorted(set(self.levels)) or not self.levels or not 0 < self.levels[0] < 0.5 < self.levels[-1] < 1:
            raise InvalidValue(f"quantile levels are {self.levels}: write different numbers from below to above 0.5, the least first")
        if len(self.levels) != len(self.values):
            raise InvalidValue(
                f"there are {len(self.levels)} quantile levels and {len(self.values)} matrices of values: give one of each level"
            )

    def select_days(self, days: slice) -> ForecastQuantiles:
        """Return the quantiles of some of the days."""
        return ForecastQuantiles(self.levels, self.values[:, :, days])


@dataclass(frozen=True, eq=False)
class DailyValues:
    """S series x D days: what happened, what was expected before the day (p50), and its interval (p10, p90). NaN is missing.

    coverage: the nominal share of actuals inside the interval, 0.8 for P10 to P90; NaN where a bound or the expectation is missing.
    quantiles: more of the forecast of those days, where it is known; None where nothing but the interval is. mean: of the forecast, NaN
    where it is not stated; None where it is stated of no day.
    """

    actual: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    coverage: Floats
    quantiles: ForecastQuantiles | None = None
    mean: Floats | None = None

    @classmethod
    def of(cls, actual: Floats, expected: Floats, lower: Floats, upper: Floats, coverage: Floats | float = DEFAULT_COVERAGE) -> DailyValues:
        """Arrange raw values: infinities are missing, and a bound that is missing or crossed moves to the expectation.

        Raises InvalidValue for a coverage that is not between 0 and 1.
        """
        levels = np.broadcast_to(np.asarray(coverage, dtype=np.float64), actual.shape)
        if ((levels <= 0) | (levels >= 1)).any():
            raise InvalidValue(f"coverage is {levels[(levels <= 0) | (levels >= 1)][0]:g}: write a share between 0 and 1, such as 0.8")
        actual, expected, lower, upper = (infinite_to_nan(values) for values in (actual, expected, lower, upper))
        is_bounded = ~(np.isnan(lower) | np.isnan(upper) | np.isnan(expected))
        return cls(actual, expected, np.fmin(lower, expected), np.fmax(upper, expected), np.where(is_bounded, levels, np.nan))

    @property
    def mean_values(self) -> Floats:
        """The mean of what was forecast, which adds up over series and days; where none is stated, 0.3 P10 + 0.4 P50 + 0.3 P90.

        >>> values = (np.array([[each]]) for each in (5.0, 0.0, 0.0, 2.0))
        >>> DailyValues.of(*values).mean_values
        array([[0.6]])
        """
        estimate = TAIL_WEIGHT * (self.lower + self.upper) + MIDDLE_WEIGHT * self.expected
        estimate = np.where(np.isnan(estimate), self.expected, estimate)
        means = estimate if self.mean is None else np.where(np.isnan(self.mean), estimate, self.mean)
        return np.where(np.isnan(self.expected), np.nan, means)

    @property
    def residual(self) -> Floats:
        """actual - expected, units; positive: more than expected."""
        return self.actual - self.expected

    @property
    def direction(self) -> Ints:
        """1 above the interval, -1 below it, 0 inside or unknown."""
        return (self.actual > self.upper).astype(np.int64) - (self.actual < self.lower).astype(np.int64)

    @property
    def is_gap(self) -> Bools:
        """Mask of days with an expectation and without a known actual."""
        return np.isnan(self.actual) & ~np.isnan(self.expected)
