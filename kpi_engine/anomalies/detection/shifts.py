"""Changes that last: runs in one direction, the CUSUM, and residuals with a trend. S series x D days; NaN is missing."""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints

RUN_LENGTH = 3
CUSUM_SLACK = 0.5
CUSUM_LIMIT = 5.0
CUSUM_CAP = 3.0
TREND_DAYS = 7
TREND_Z = 2.5758293035489004
TREND_LEAST_Z = 3.0


def mark_runs(direction: Ints) -> Ints:
    """Return the direction (1 up, -1 down) of each day in a run of at least 3 days outside in the same direction, else 0.

    >>> mark_runs(np.array([[0, -1, -1, -1, 1, 1]]))
    array([[ 0, -1, -1, -1,  0,  0]])
    """
    return np.where(_in_run(direction > 0), 1, 0) - np.where(_in_run(direction < 0), 1, 0)


def mark_cusum_shifts(z: Floats) -> Ints:
    """Return 1 or -1 on the days that lift the upper or lower tabular CUSUM of z, or keep it, above its limit, else 0.

    C+(t) = max(0, C+(t-1) + z(t) - 0.5), alarm above 5; C- alike for -z. z is capped at 3, so that two days never make a shift; a
    missing day changes nothing. A day within 0.5 is not part of the shift, however high the sum still is. Source: Montgomery,
    Introduction to Statistical Quality Control, 9.1 (k = 1/2, h = 5); the cap is a convention.

    >>> mark_cusum_shifts(np.array([[-1.5] * 7]))
    array([[ 0,  0,  0,  0,  0, -1, -1]])
    """
    z_capped = np.nan_to_num(np.clip(z, -CUSUM_CAP, CUSUM_CAP))
    slack = np.where(np.isnan(z), 0.0, CUSUM_SLACK)
    return _cusum_alarms(z_capped - slack) - _cusum_alarms(-z_capped - slack)


def mark_trends(z: Floats) -> Ints:
    """Return 1 or -1 on every day of a series whose z rises or falls significantly and ends beyond 3 that way, else 0.

    Significant: by the Mann-Kendall test at 1 percent. Needs 7 known days.

    >>> mark_trends(np.array([[0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]]))
    array([[1, 1, 1, 1, 1, 1, 1]])
    """
    marks = np.zeros(z.shape, dtype=np.int64)
    if z.shape[1] < TREND_DAYS:
        return marks
    last = _last_values(z)
    rows = np.flatnonzero((np.abs(last) >= TREND_LEAST_Z) & (np.count_nonzero(~np.isnan(z), axis=1) >= TREND_DAYS))
    slope = mann_kendall(z[rows])
    marks[rows] = np.where(slope == np.sign(last[rows]), slope, 0)[:, None]
    return marks


def mann_kendall(values: Floats) -> Ints:
    """Return 1 or -1 for each row that rises or falls significantly (two-sided, 1 percent), else 0.

    Statistic: (|sum of sign(z_j - z_i), i < j| - 1) / sqrt(n(n-1)(2n+5)/18) > 2.576. Source: Mann 1945; Kendall 1975.

    >>> mann_kendall(np.array([[1.0, 2, 3, 4, 5, 6, 7], [1.0, 3, 2, 5, 1, 3, 2]]))
    array([1, 0])
    """
    n = np.count_nonzero(~np.isnan(values), axis=1)
    total = np.zeros(len(values))
    for later in range(1, values.shape[1]):
        total += np.nan_to_num(np.sign(values[:, [later]] - values[:, :later])).sum(axis=1)
    deviation = np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return np.where(np.abs(total) - 1 > TREND_Z * deviation, np.sign(total), 0).astype(np.int64)


def _in_run(mask: Bools) -> Bools:
    in_run = np.zeros_like(mask)
    starts = mask.shape[1] - RUN_LENGTH + 1
    if starts < 1:
        return in_run
    is_start = np.logical_and.reduce([mask[:, offset : offset + starts] for offset in range(RUN_LENGTH)])
    for offset in range(RUN_LENGTH):
        in_run[:, offset : offset + starts] |= is_start
    return in_run


def _cusum_alarms(steps: Floats) -> Ints:
    level, alarms = np.zeros(len(steps)), np.zeros(steps.shape, dtype=np.int64)
    for day in range(steps.shape[1]):
        level = np.maximum(level + steps[:, day], 0)
        alarms[:, day] = (level > CUSUM_LIMIT) & (steps[:, day] > 0)
    return alarms


def _last_values(values: Floats) -> Floats:
    """The last known value of each row."""
    from_the_end = np.argmax(~np.isnan(values[:, ::-1]), axis=1)
    last: Floats = values[np.arange(len(values)), values.shape[1] - 1 - from_the_end]
    return last
