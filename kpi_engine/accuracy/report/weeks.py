"""Accuracy by ISO week, its pooled values, its trend, and the tracking signal of the newest weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kpi_engine.accuracy.metrics.point import Errors
from kpi_engine.accuracy.report.serialise import nulls, records
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import date_of, iso_week, mondays, weekdays

SHORT_POOL, LONG_POOL = 4, 13
LEARNED_FROM_DAYS = 14
TREND_WEEKS = 8


def by_week(by_day: Errors, points_on: Floats, error_day: int, point_day: int) -> list[dict[str, Any]]:
    """One row per ISO week with points, in order.

    `by_day` holds errors from `error_day` on, `points_on` the number of points of each day from `point_day` on. n_days: days with points;
    complete: every open weekday has points. delta_points: change of WAPE since the week before, where that is there too. wape_4w,
    wape_13w: pooled over the weeks up to this one.
    """
    held = np.flatnonzero(by_day.n)
    weeks, week_of = np.unique(mondays(held + error_day), return_inverse=True)
    sums = by_day.of(held).rolled(week_of.astype(np.int64), len(weeks))
    n_days, complete = _days(weeks, np.flatnonzero(points_on) + point_day)
    wape = sums.wape()
    change = np.full(len(weeks), np.nan)
    follows = weeks[1:] - weeks[:-1] == 7
    change[1:][follows] = (wape[1:] - wape[:-1])[follows]
    columns: dict[str, Sequence[Any]] = {
        "iso_week": [iso_week(date_of(monday)) for monday in weeks.tolist()],
        "n_days": n_days.tolist(),
        "complete": complete.tolist(),
        "n": sums.n.astype(np.int64).tolist(),
        "wape": nulls(wape),
        "mape": nulls(sums.mape()),
        "bias_pct": nulls(sums.bias_percent()),
        "delta_points": nulls(change),
        "wape_4w": nulls(_pooled(sums, weeks, SHORT_POOL)),
        "wape_13w": nulls(_pooled(sums, weeks, LONG_POOL)),
    }
    return records(columns)


def trend(weekly: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Theil-Sen slope of the WAPE of complete weeks, points per week; positive: it gets worse. Null below 8 complete weeks.

    Source: Sen 1968. The direction is the slope's sign.
    """
    values = [(number, row["wape"]) for number, row in enumerate(weekly) if row["complete"] and row["wape"] is not None]
    if len(values) < TREND_WEEKS:
        return {"slope": None, "direction": None, "n_weeks": len(values)}
    place, wape = np.array(values).T
    one, other = np.triu_indices(len(values), 1)
    slope = float(np.median((wape[other] - wape[one]) / (place[other] - place[one])))
    direction = "stable" if slope == 0 else "worsening" if slope > 0 else "improving"
    return {"slope": slope, "direction": direction, "n_weeks": len(values)}


def newest(by_day: Errors, first_day: int, weeks: int = LONG_POOL) -> Errors:
    """The sums of the last ISO weeks up to the last day with points, as one group."""
    held = np.flatnonzero(by_day.n)
    if not len(held):
        return by_day.total()
    monday = mondays(held + first_day)
    return by_day.of(held[monday > monday[-1] - 7 * weeks]).total()


def _days(weeks: Ints, days: Ints) -> tuple[Ints, Bools]:
    """How many days of each week have points, and whether all that are open have. Weekdays that never have points are closed."""
    n_days = np.bincount(np.searchsorted(weeks, mondays(days)), minlength=len(weeks))
    learned = len(days) > 0 and days[-1] - days[0] + 1 >= LEARNED_FROM_DAYS
    open_days = len(np.unique(weekdays(days))) if learned else 7
    return n_days, n_days >= open_days


def _pooled(sums: Errors, weeks: Ints, length: int) -> Floats:
    """WAPE over each week and the length - 1 calendar weeks before it."""
    begin = np.searchsorted(weeks, weeks - 7 * (length - 1))
    pools = [sums.of(np.arange(first, last + 1)).total().wape()[0] for last, first in enumerate(begin.tolist())]
    return np.array(pools, dtype=np.float64)
