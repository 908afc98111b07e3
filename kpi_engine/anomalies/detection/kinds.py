"""What kind of anomaly a day is, judged for S series x D days at once.

A day without an actual is a DATA_GAP, and never a drop: late data is no lost demand. Where the expectation has no interval, the
expectation itself is the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kpi_engine.anomalies.detection.scores import finite
from kpi_engine.anomalies.detection.shifts import in_a_run
from kpi_engine.shared.arrays import Bools, Floats, Ints

UP, DOWN, NEITHER = 1, -1, 0


class Kind(StrEnum):
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
        """Its number in an array of kinds; -1 is none."""
        return list(Kind).index(self)


@dataclass(frozen=True)
class Days:
    """S series x D days: what happened, what was expected before the day (p50), and its interval (p10, p90). NaN is missing."""

    actual: Floats
    expected: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, actual: Floats, expected: Floats, lower: Floats, upper: Floats) -> Days:
        """With infinities as missing, a missing bound at the expectation, and a crossed bound moved to it."""
        actual, expected, lower, upper = (finite(values) for values in (actual, expected, lower, upper))
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
    def gap(self) -> Bools:
        """Where something was expected and nothing is known."""
        return np.isnan(self.actual) & ~np.isnan(self.expected)


def volume_kinds(days: Days, shifted: Ints, trending: Ints, intermittent: Bools) -> Ints:
    """The S x D kinds of a volume, as Kind.code, -1 for none.

    shifted and trending: S x D, 1 up, -1 down, 0 neither (shifts.py). intermittent: S, whether demand of the series is intermittent.
    """
    direction = days.direction
    shift = np.where(shifted != NEITHER, shifted, in_a_run(direction))
    return np.select(
        [
            days.gap,
            (days.actual == 0) & (days.lower > 0),
            (trending != NEITHER) & (trending == direction),
            shift != NEITHER,
            (direction == UP) & intermittent[:, None],
            direction == DOWN,
            direction == UP,
        ],
        [
            kind.code
            for kind in (
                Kind.DATA_GAP,
                Kind.ZERO_DEMAND,
                Kind.TREND_BREAK,
                Kind.LEVEL_SHIFT,
                Kind.INTERMITTENT_BURST,
                Kind.VOLUME_DROP,
                Kind.VOLUME_SPIKE,
            )
        ],
        default=-1,
    ).astype(np.int64)


def service_kinds(days: Days) -> Ints:
    """The kinds of a service level: a drop below the interval, a gap, or none. A better service is no anomaly to act on."""
    return np.select([days.gap, days.direction == DOWN], [Kind.DATA_GAP.code, Kind.SERVICE_DROP.code], default=-1).astype(np.int64)


def capacity_kinds(days: Days, capacity: Floats) -> Ints:
    """The kinds of a load: a breach above the capacity (above the interval where no capacity is known), a gap, or none."""
    breach = days.actual > np.where(np.isnan(capacity), days.upper, capacity)
    return np.select([days.gap, breach], [Kind.DATA_GAP.code, Kind.CAPACITY_BREACH.code], default=-1).astype(np.int64)
