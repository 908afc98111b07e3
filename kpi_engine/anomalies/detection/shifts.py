"""Changes that last: runs in one direction, windows of days, and residuals with a trend. S series x D days; NaN is missing."""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints

RUN_LENGTH = 3
RUN_Z = 2.0
SHIFT_WINDOWS = (3, 7, 14)
SHIFT_WEIGHT = 0.82
SHIFT_CAP = 2.5
SHIFT_DAYS = 3
SHIFT_DAY_Z = 1.5
SHIFT_OWN_Z = 0.5
SHIFT_REST_Z = 2.0
TWO_DAYS = 2
TREND_DAYS = 7
TREND_Z = 2.5758293035489004
TREND_LEAST_Z = 3.0


def mark_runs(direction: Ints) -> Ints:
    """Return the direction (1 up, -1 down) of each day in a run of at least 3 days outside in the same direction, else 0.

    >>> mark_runs(np.array([[0, -1, -1, -1, 1, 1]]))
    array([[ 0, -1, -1, -1,  0,  0]])
    """
    return np.where(_in_run(direction > 0), 1, 0) - np.where(_in_run(direction < 0), 1, 0)


def shift_z(z: Floats) -> Floats:
    """Return the z of the strongest window of 3, 7 or 14 days that ends on each day and is out on the day's side; 0 without one.

    z of a window: 0.82 * sum of the known days / sqrt(their number), each day capped at 2.5, so that two days never make a shift. A window
    is out when at least 3 of its days are beyond 1.5 on its side, and without two days at the cap it is still beyond 2: a short spike does
    not become a shift because the days around it are a little high. A day within 0.5 is no part of a shift. 0.82 allows for errors of one
    series being alike on neighbouring days; with it undisturbed series have as many windows as days above 3. All are conventions.

    >>> shift_z(np.array([[0.0, 2.5, 2.5, 2.5, 2.0, 0.0]])).round(2)
    array([[0.  , 0.  , 0.  , 3.55, 3.48, 0.  ]])
    """
    by_day = np.ascontiguousarray(z.T)
    strongest = np.zeros(by_day.shape)
    z_capped, is_known = np.nan_to_num(np.clip(by_day, -SHIFT_CAP, SHIFT_CAP)), ~np.isnan(by_day)
    for days in SHIFT_WINDOWS:
        sums, n_known = _window_sums(z_capped, days), _window_sums(is_known, days)
        window_z = SHIFT_WEIGHT * sums / np.sqrt(np.maximum(n_known, 1))
        rest_z = SHIFT_WEIGHT * (np.abs(sums) - TWO_DAYS * SHIFT_CAP) / np.sqrt(np.maximum(n_known - TWO_DAYS, 1))
        n_above, n_below = (_window_sums(side * z_capped >= SHIFT_DAY_Z, days) for side in (1, -1))
        is_out = (np.where(window_z > 0, n_above, n_below) >= SHIFT_DAYS) & (rest_z >= SHIFT_REST_Z)
        strongest = np.where(is_out & (np.abs(window_z) > np.abs(strongest)), window_z, strongest)
    is_part = (np.sign(by_day) == np.sign(strongest)) & (np.abs(by_day) >= SHIFT_OWN_Z)
    return np.ascontiguousarray(np.where(is_part, strongest, 0.0).T)


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


def _window_sums(values: Floats | Bools, days: int) -> Floats:
    """The sums of the `days` values that end on each day, of T days x S series; days before the first count as zero."""
    sums = np.zeros((len(values) + days, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[days:])  # rows of days: a cumulative sum along rows of series is ten times as slow
    difference: Floats = sums[days:] - sums[:-days]
    return difference


def _last_values(values: Floats) -> Floats:
    """The last known value of each row."""
    from_the_end = np.argmax(~np.isnan(values[:, ::-1]), axis=1)
    last: Floats = values[np.arange(len(values)), values.shape[1] - 1 - from_the_end]
    return last
