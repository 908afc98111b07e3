"""Errors by ISO week: the change from week to week, values pooled over weeks, and the trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.metrics.accuracy_metric import AccuracyMetric
from kpi_engine.accuracy.metrics.point import NULL_WHEN_SUM_IS_ZERO, SMALLER_IS_BETTER, WAPE, PointErrors
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK, mondays, weekdays
from kpi_engine.shared.metric import Unit

SHORT_POOL, LONG_POOL = 4, 13
LEARN_FROM_DAYS = 14
TREND_WEEKS = 8
CONVENTION = "A convention of this project"


@dataclass(frozen=True, kw_only=True)
class WeekErrors:
    """The ISO weeks with points, in order, by their Mondays.

    n_days: days with points. is_complete: every open weekday has points; weekdays that never have points are closed.
    """

    monday: Ints
    errors: PointErrors
    n_days: Ints
    is_complete: Bools

    @classmethod
    def of_days(cls, by_day: PointErrors, points_on: Floats, *, error_day: int, point_day: int) -> WeekErrors:
        """Return the weeks of errors by day from `error_day` on; `points_on` counts the points of each day from `point_day` on."""
        offsets = np.flatnonzero(by_day.n)
        weeks, week_of = np.unique(mondays(offsets + error_day), return_inverse=True)
        errors = by_day.select(offsets).sum_by_group(week_of.astype(np.int64), len(weeks))
        days = np.flatnonzero(points_on) + point_day
        n_days = np.bincount(np.searchsorted(weeks, mondays(days)), minlength=len(weeks))
        return cls(monday=weeks, errors=errors, n_days=n_days, is_complete=n_days >= _open_weekdays(days))

    @classmethod
    def zeros(cls) -> WeekErrors:
        """Return no week, as for errors of months."""
        return cls(
            monday=np.zeros(0, np.int64), errors=PointErrors.zeros(0), n_days=np.zeros(0, np.int64), is_complete=np.zeros(0, np.bool_)
        )

    def pool(self, length: int) -> PointErrors:
        """Return, for each week, the sums over it and the length - 1 calendar weeks before it."""
        first = np.searchsorted(self.monday, self.monday - DAYS_OF_WEEK * (length - 1)).tolist()
        return PointErrors.concatenate([self.errors.select(slice(begin, week + 1)).total() for week, begin in enumerate(first)])

    def trend_points(self) -> tuple[Ints, Floats]:
        """Return number and WAPE of the complete weeks in which WAPE is defined; numbers are those of the calendar."""
        values = WAPE(self.errors)
        is_usable = self.is_complete & np.isfinite(values)
        return self.monday[is_usable] // DAYS_OF_WEEK, values[is_usable]


def _open_weekdays(days: Ints) -> int:
    """Return how many weekdays have points at all; 7 while there are too few days to decide."""
    is_enough = len(days) > 0 and days[-1] - days[0] + 1 >= LEARN_FROM_DAYS
    return len(np.unique(weekdays(days))) if is_enough else DAYS_OF_WEEK


def _change(weeks: WeekErrors) -> Floats:
    values, change = WAPE(weeks.errors), np.full(len(weeks.monday), np.nan)
    follows = weeks.monday[1:] - weeks.monday[:-1] == DAYS_OF_WEEK
    change[1:][follows] = (values[1:] - values[:-1])[follows]
    return change


def _theil_sen_slope(weeks: WeekErrors) -> Floats:
    number, values = weeks.trend_points()
    if len(number) < TREND_WEEKS:
        return np.array([np.nan])
    one, other = np.triu_indices(len(number), 1)
    return np.array([np.median((values[other] - values[one]) / (number[other] - number[one]))])


TREND = AccuracyMetric[WeekErrors](
    name="wape_trend",
    title="Trend of the weekly WAPE",
    path="additional.trend.slope",
    formula="median slope between all pairs of complete ISO weeks, points per week; additional.trend.direction is its sign",
    unit=Unit.POINTS,
    sign="negative: improving",
    zero_policy="null `too_few_complete_weeks` below 8 complete weeks",
    source="Sen 1968, Estimates of the regression coefficient based on Kendall's tau",
    inputs=WeekErrors,
    compute=_theil_sen_slope,
    reason="too_few_complete_weeks",
    reason_key="trend",
)
WEEKLY_DELTA = AccuracyMetric[WeekErrors](
    name="weekly_delta",
    title="Change against the week before",
    path="weekly_trends[].delta_points",
    formula="WAPE - WAPE of the ISO week before",
    unit=Unit.POINTS,
    sign="negative: better than the week before",
    zero_policy="null when the week before has no points",
    source=CONVENTION,
    inputs=WeekErrors,
    compute=_change,
    reason_key=None,
)
WAPE_4W = AccuracyMetric[WeekErrors](
    name="wape_4w",
    title="WAPE of four weeks",
    path="weekly_trends[].wape_4w",
    formula="WAPE pooled over the ISO week and the three before",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WHEN_SUM_IS_ZERO,
    source=CONVENTION,
    inputs=WeekErrors,
    compute=lambda weeks: WAPE(weeks.pool(SHORT_POOL)),
    reason_key=None,
)
WAPE_13W = AccuracyMetric[WeekErrors](
    name="wape_13w",
    title="WAPE of thirteen weeks",
    path="weekly_trends[].wape_13w",
    formula="WAPE pooled over the ISO week and the twelve before",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WHEN_SUM_IS_ZERO,
    source=CONVENTION,
    inputs=WeekErrors,
    compute=lambda weeks: WAPE(weeks.pool(LONG_POOL)),
    reason_key=None,
)

HEADLINE_METRICS = (TREND,)
ROW_METRICS = (WEEKLY_DELTA, WAPE_4W, WAPE_13W)
