"""Changes that last: runs in one direction, the CUSUM, and a residual with a trend. S series x D days; NaN is missing."""

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


def in_a_run(direction: Ints) -> Ints:
    """The direction (1 up, -1 down) of each day that stands in a run of at least 3 days outside in the same direction, else 0."""
    return np.where(_runs(direction > 0), 1, 0) - np.where(_runs(direction < 0), 1, 0)


def cusum(z: Floats) -> Ints:
    """1 or -1 on the days that lift the upper or lower tabular CUSUM of z, or keep it, above its limit, else 0.

    C+(t) = max(0, C+(t-1) + z(t) - 0.5), alarm above 5; C- alike for -z. z is capped at 3, so that two days never make a shift; a
    missing day changes nothing. A day within 0.5 is no part of the shift, however high the sum still stands. Source: Montgomery,
    Introduction to Statistical Quality Control, 9.1 (k = 1/2, h = 5); the cap is a convention.
    """
    capped = np.nan_to_num(np.clip(z, -CUSUM_CAP, CUSUM_CAP))
    slack = np.where(np.isnan(z), 0.0, CUSUM_SLACK)
    return _alarms(capped - slack) - _alarms(-capped - slack)


def trend(z: Floats) -> Ints:
    """1 or -1 on every day of a series whose z rises or falls by the Mann-Kendall test at 1 percent and ends beyond 3 that way, else 0.

    Needs 7 known days. Statistic: (|sum of sign(z_j - z_i), i < j| - 1) / sqrt(n(n-1)(2n+5)/18) > 2.576. Source: Mann 1945; Kendall
    1975.
    """
    found = np.zeros(z.shape, dtype=np.int64)
    if z.shape[1] < TREND_DAYS:
        return found
    last = _last_known(z)
    rows = np.flatnonzero((np.abs(last) >= TREND_LEAST_Z) & (np.count_nonzero(~np.isnan(z), axis=1) >= TREND_DAYS))
    slope = mann_kendall(z[rows])
    found[rows] = np.where(slope == np.sign(last[rows]), slope, 0)[:, None]
    return found


def mann_kendall(values: Floats) -> Ints:
    """1 or -1 for each row that rises or falls significantly (two-sided, 1 percent), else 0."""
    n = np.count_nonzero(~np.isnan(values), axis=1)
    total = np.zeros(len(values))
    for later in range(1, values.shape[1]):
        total += np.nan_to_num(np.sign(values[:, [later]] - values[:, :later])).sum(axis=1)
    spread = np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return np.where(np.abs(total) - 1 > TREND_Z * spread, np.sign(total), 0).astype(np.int64)


def _runs(marked: Bools) -> Bools:
    found = np.zeros_like(marked)
    starts = marked.shape[1] - RUN_LENGTH + 1
    if starts < 1:
        return found
    whole = np.logical_and.reduce([marked[:, place : place + starts] for place in range(RUN_LENGTH)])
    for place in range(RUN_LENGTH):
        found[:, place : place + starts] |= whole
    return found


def _alarms(steps: Floats) -> Ints:
    level, found = np.zeros(len(steps)), np.zeros(steps.shape, dtype=np.int64)
    for day in range(steps.shape[1]):
        level = np.maximum(level + steps[:, day], 0)
        found[:, day] = (level > CUSUM_LIMIT) & (steps[:, day] > 0)
    return found


def _last_known(values: Floats) -> Floats:
    from_the_end = np.argmax(~np.isnan(values[:, ::-1]), axis=1)
    last: Floats = values[np.arange(len(values)), values.shape[1] - 1 - from_the_end]
    return last
