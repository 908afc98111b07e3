"""The kind of anomaly of each day, for S series x D days at once."""

from __future__ import annotations

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.kind import DOWN, NEITHER, NO_KIND, UP, AnomalyKind
from kpi_engine.shared.arrays import Bools, Floats, Ints


def classify_volume(days: DailyValues, shifts: Ints, trends: Ints, is_intermittent: Bools) -> Ints:
    """Return the S x D kinds of a volume, as AnomalyKind.code, -1 for none.

    shifts and trends: S x D, 1 up, -1 down, 0 neither (shifts.py). is_intermittent: S, whether demand of the series is intermittent.

    >>> days = DailyValues.of(*(np.array([row]) for row in ([0.0, 130.0, 100.0], [100.0] * 3, [90.0] * 3, [110.0] * 3)))
    >>> none = np.zeros((1, 3), dtype=np.int64)
    >>> [AnomalyKind.from_code(code) for code in classify_volume(days, none, none, np.array([False]))[0]]
    [<AnomalyKind.ZERO_DEMAND: 'ZERO_DEMAND'>, <AnomalyKind.VOLUME_SPIKE: 'VOLUME_SPIKE'>, None]
    """
    direction = days.direction
    rules = {
        AnomalyKind.DATA_GAP: days.is_gap,
        AnomalyKind.ZERO_DEMAND: (days.actual == 0) & (days.lower > 0),
        AnomalyKind.TREND_BREAK: (trends != NEITHER) & (trends == direction),
        AnomalyKind.LEVEL_SHIFT: shifts != NEITHER,
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
