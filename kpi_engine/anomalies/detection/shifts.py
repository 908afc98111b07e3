"""Changes that last: runs in one direction, windows of days, and residuals with a trend. S series x D days; NaN is missing."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK

RUN_LENGTH = 3
RUN_Z = 2.0
SHIFT_WINDOWS = (3, 7, 14, 21, 28)
SHIFT_WEIGHT = 0.82
SHIFT_CAP = 2.5
SHIFT_DAY_Z = 1.5
SHIFT_OWN_Z = 0.5
SHIFT_OWN_SHARE = 0.25
SHIFT_REST_Z = 2.0
TWO_DAYS = 2
SPREAD_LEVEL = 0.9
FEWEST_WINDOWS = 50
MOST_SERIES = 5000
"""So many series tell how far windows usually are out."""
TREND_DAYS = 7
TREND_Z = 2.5758293035489004
TREND_LEAST_Z = 3.0


def mark_runs(direction: Ints) -> Ints:
    """Return the direction (1 up, -1 down) of each day in a run of at least 3 days outside in the same direction, else 0.

    >>> mark_runs(np.array([[0, -1, -1, -1, 1, 1]]))
    array([[ 0, -1, -1, -1,  0,  0]])
    """
    return np.where(_in_run(direction > 0), 1, 0) - np.where(_in_run(direction < 0), 1, 0)


def shift_z(z: Floats, n_days: int) -> Floats:
    """Return the z of the strongest window of 3 to 28 days that ends on each of the last n_days and is out on its side; 0 without one.

    z: S x T standard distances, those before the last n_days are past days. z of a window: the sum of its known days, each capped at
    2.5, over the root of their number and the usual spread of such windows: what the 90 percent quantile of all series' past windows
    implies on that side, and at least 1 / 0.82, which allows for errors of one series being alike on neighbouring days. So a panel
    whose levels wander has no more alarms than another. Without two days at the cap a window must still be beyond 2 on its side: a
    short spike does not become a shift because the days around it are a little high. A day within 0.5, or within a quarter of the
    furthest of the week up to it, is no part of a shift: it may be the usual again. All figures are conventions.

    >>> shift_z(np.array([[0.0, 2.5, 2.5, 2.5, 2.0, 0.0]]), 6).round(2)
    array([[0.  , 0.  , 0.  , 3.55, 3.48, 0.  ]])
    """
    by_day = np.ascontiguousarray(z.T)  # a cumulative sum along rows of series is ten times as slow
    strongest = np.zeros((n_days, z.shape[0]))
    z_capped, is_known = np.nan_to_num(np.clip(by_day, -SHIFT_CAP, SHIFT_CAP)), ~np.isnan(by_day)
    for days in SHIFT_WINDOWS:
        sums, n_known = _window_sums(z_capped, days), _window_sums(is_known, days)
        scaled_sums = sums / np.sqrt(np.maximum(n_known, 1))
        above, below = _usual_spreads(np.where(2 * n_known >= days, scaled_sums, np.nan)[days - 1 : -n_days])
        sums, n_known, scaled_sums = (values[-n_days:] for values in (sums, n_known, scaled_sums))
        window_z = scaled_sums / np.where(scaled_sums > 0, above, below)
        rest_z = SHIFT_WEIGHT * (np.abs(sums) - TWO_DAYS * SHIFT_CAP) / np.sqrt(np.maximum(n_known - TWO_DAYS, 1))
        strongest = np.where((rest_z >= SHIFT_REST_Z) & (np.abs(window_z) > np.abs(strongest)), window_z, strongest)
    is_part = _reach_share(by_day, n_days, np.sign(strongest))
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


def _reach_share(by_day: Floats, n_days: int, side: Floats) -> Bools:
    """Whether each of the last n_days, n_days x S, is out on its side, and as far as a share of the furthest of the week up to it."""
    padding = np.zeros((DAYS_OF_WEEK - 1, by_day.shape[1]))
    recent = np.nan_to_num(np.concatenate([padding, by_day])[-(n_days + DAYS_OF_WEEK - 1) :])
    furthest = np.zeros(side.shape)
    for day in range(DAYS_OF_WEEK):
        furthest = np.maximum(furthest, side * recent[day : day + n_days])
    is_part: Bools = side * recent[DAYS_OF_WEEK - 1 :] >= np.maximum(SHIFT_OWN_Z, SHIFT_OWN_SHARE * furthest)
    return is_part


def _usual_spreads(scaled_sums: Floats) -> tuple[float, float]:
    """The spreads above and below that past windows, T x S, imply; an event of a series moves the quantile of all of them little."""
    step = -(-scaled_sums.shape[1] // MOST_SERIES) or 1
    known_sums = scaled_sums[:, ::step]
    known_sums = known_sums[~np.isnan(known_sums)]
    if len(known_sums) < FEWEST_WINDOWS:
        return 1 / SHIFT_WEIGHT, 1 / SHIFT_WEIGHT
    low, high = np.quantile(known_sums, [1 - SPREAD_LEVEL, SPREAD_LEVEL]) / NormalDist().inv_cdf(SPREAD_LEVEL)
    return max(float(high), 1 / SHIFT_WEIGHT), max(-float(low), 1 / SHIFT_WEIGHT)


def _window_sums(values: Floats | Bools, days: int) -> Floats:
    """The sums of the `days` values that end on each day, of T days x S series; days before the first count as zero."""
    sums = np.zeros((len(values) + days, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[days:])
    difference: Floats = sums[days:] - sums[:-days]
    return difference


def _last_values(values: Floats) -> Floats:
    """The last known value of each row."""
    from_the_end = np.argmax(~np.isnan(values[:, ::-1]), axis=1)
    last: Floats = values[np.arange(len(values)), values.shape[1] - 1 - from_the_end]
    return last
