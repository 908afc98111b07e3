"""The kind of anomaly of each day, for S series x D days at once.

A day without an actual is a DATA_GAP and never a drop: late data is not lost demand. Where the expectation has no interval, the
expectation itself is the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kpi_engine.anomalies.detection.scores import infinite_to_nan
from kpi_engine.anomalies.detection.shifts import mark_runs
from kpi_engine.shared.arrays import Bools, Floats, Ints

UP, DOWN, NEITHER = 1, -1, 0
NO_KIND = -1


class AnomalyKind(StrEnum):
    """The kinds, the more specific first."""

    DATA_GAP = "DATA_GAP"
    SERVICE_DROP = "SERVICE_DROP"
    CAPACITY_BREACH = "CAPACITY_BREACH"
    ZERO_DEMAND = "ZERO_DEMAND"
    TREND_BREAK = "TREND_BREAK"
    LEVEL_SHIFT = "LEVEL_SHIFT"
    INTERMITTENT_BURST = "INTERMITTENT_BURST"
    VOLUME_DROP = "VOLUME_DROP"
    VOLUME_SPIKE = "VOLUME_SPIKE"

    @property
    def code(self) -> int:
        """Its number in an array of kinds; NO_KIND, -1, is none."""
        return list(AnomalyKind).index(self)

    @classmethod
    def from_code(cls, code: int) -> AnomalyKind | None:
        """Return the kind with a code, None for NO_KIND."""
        return None if code == NO_KIND else list(cls)[code]


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
        """Where something was expected and no actual is known."""
        return np.isnan(self.actual) & ~np.isnan(self.expected)


def classify_volume(days: DailyValues, shifts: Ints, trends: Ints, is_intermittent: Bools) -> Ints:
    """Return the S x D kinds of a volume, as AnomalyKind.code, -1 for none.

    shifts and trends: S x D, 1 up, -1 down, 0 neither (shifts.py). is_intermittent: S, whether demand of the series is intermittent.

    >>> days = DailyValues.of(*(np.array([row]) for row in ([0.0, 130.0, 100.0], [100.0] * 3, [90.0] * 3, [110.0] * 3)))
    >>> none = np.zeros((1, 3), dtype=np.int64)
    >>> [AnomalyKind.from_code(code) for code in classify_volume(days, none, none, np.array([False]))[0]]
    [<AnomalyKind.ZERO_DEMAND: 'ZERO_DEMAND'>, <AnomalyKind.VOLUME_SPIKE: 'VOLUME_SPIKE'>, None]
    """
    direction = days.direction
    shift = np.where(shifts != NEITHER, shifts, mark_runs(direction))
    rules = {
        AnomalyKind.DATA_GAP: days.is_gap,
        AnomalyKind.ZERO_DEMAND: (days.actual == 0) & (days.lower > 0),
        AnomalyKind.TREND_BREAK: (trends != NEITHER) & (trends == direction),
        AnomalyKind.LEVEL_SHIFT: shift != NEITHER,
        AnomalyKind.INTERMITTENT_BURST: (direction == UP) & is_intermittent[:, None],
        AnomalyKind.VOLUME_DROP: direction == DOWN,
        AnomalyKind.VOLUME_SPIKE: direction == UP,
    }
    return _first_kind(rules)


def classify_service(days: DailyValues) -> Ints:
    """Return the kinds of a service level: a drop below the interval, a gap, or none. A better service needs no action.

    >>> days = DailyValues.of(*(np.array([row]) for row in ([80.0, 99.0], [95.0] * 2, [90.0] * 2, [98.0] * 2)))
    >>> [AnomalyKind.from_code(code) for code in classify_service(days)[0]]
    [<AnomalyKind.SERVICE_DROP: 'SERVICE_DROP'>, None]
    """
    return _first_kind({AnomalyKind.DATA_GAP: days.is_gap, AnomalyKind.SERVICE_DROP: days.direction == DOWN})


def classify_capacity(days: DailyValues, capacity: Floats) -> Ints:
    """Return the kinds of a load: a breach above the capacity (above the interval where no capacity is known), a gap, or none.

    >>> days = DailyValues.of(*(np.array([row]) for row in ([105.0, 105.0], [100.0] * 2, [90.0] * 2, [110.0] * 2)))
    >>> [AnomalyKind.from_code(code) for code in classify_capacity(days, np.array([[104.0, np.nan]]))[0]]
    [<AnomalyKind.CAPACITY_BREACH: 'CAPACITY_BREACH'>, None]
    """
    breach = days.actual > np.where(np.isnan(capacity), days.upper, capacity)
    return _first_kind({AnomalyKind.DATA_GAP: days.is_gap, AnomalyKind.CAPACITY_BREACH: breach})


def _first_kind(rules: dict[AnomalyKind, Bools]) -> Ints:
    """The first kind whose rule holds, of each day."""
    return np.select(list(rules.values()), [kind.code for kind in rules], default=NO_KIND).astype(np.int64)
