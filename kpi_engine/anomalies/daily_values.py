"""Actual and expected values by day, for S series x D days at once.

A day without an actual is a gap and never a drop: late data is not lost demand. Where the expectation has no interval, the expectation
itself is the bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, infinite_to_nan


@dataclass(frozen=True, eq=False)
class DailyValues:
    """S series x D days: what happened, what was expected before the day (p50), and its interval (p10, p90). NaN is missing."""

    actual: Floats
    expected: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, actual: Floats, expected: Floats, lower: Floats, upper: Floats) -> DailyValues:
        """Arrange raw values: infinities are missing, and a bound that is missing or crossed moves to the expectation."""
        actual, expected, lower, upper = (infinite_to_nan(values) for values in (actual, expected, lower, upper))
        return cls(actual, expected, np.fmin(lower, expected), np.fmax(upper, expected))

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
