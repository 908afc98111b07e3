"""ISO weeks: edges of the year, open weekdays, gaps of whole weeks, the trend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from statistics import median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.point import PointErrors
from kpi_engine.accuracy.metrics.weeks import TREND, WAPE_4W, WAPE_13W, WEEKLY_DELTA, WeekErrors
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.calendar import EPOCH
from tests.unit.kpi_engine.examples import actuals, forecasts

MONDAY = date(2026, 11, 2)


def weeks_of(days: Iterable[date], wape: float = 10.0) -> WeekErrors:
    """The weeks of one point on each of these days, all with the same WAPE."""
    numbers = sorted((day - EPOCH).days for day in set(days))
    first, span = numbers[0], numbers[-1] - numbers[0] + 1
    has_points = np.zeros(span)
    has_points[np.array(numbers) - first] = 1
    errors = PointErrors(*(has_points * scale for scale in (1, 1, 100, 100, wape, wape, wape / 100, wape**2, 0)))
    return WeekErrors.of_days(errors, has_points, error_day=first, point_day=first)


def dates(first: date, count: int) -> list[date]:
    return [first + timedelta(days=day) for day in range(count)]


@given(st.sets(st.integers(0, 60), min_size=1))
def test_days_of_each_iso_week_are_counted(offsets: set[int]) -> None:
    days = [date(2026, 12, 10) + timedelta(days=offset) for offset in offsets]
    expected: dict[tuple[int, int], int] = {}
    for day in sorted(days):
        year, week, _ = day.isocalendar()
        expected[year, week] = expected.get((year, week), 0) + 1
    weeks = weeks_of(days)
    assert weeks.n_days.tolist() == list(expected.values())
    assert [(EPOCH + timedelta(days=monday)).isocalendar()[:2] for monday in weeks.monday.tolist()] == list(expected)


@given(st.sets(st.integers(0, 6), min_size=1), st.integers(2, 6))
def test_a_week_is_complete_when_every_weekday_that_is_ever_open_has_points(open_weekdays: set[int], count: int) -> None:
    days = [day for day in dates(MONDAY, 7 * (count + 1)) if day.weekday() in open_weekdays]
    weeks = weeks_of(days)
    assert weeks.is_complete.tolist() == [True] * (count + 1)
    if len(open_weekdays) > 1:
        assert weeks_of(days[1:]).is_complete.tolist() == [False] + [True] * count


@pytest.mark.parametrize(("count", "is_complete"), [(13, False), (14, True)])
def test_closed_weekdays_are_known_from_two_weeks_on(count: int, is_complete: bool) -> None:
    days = [day for day in dates(MONDAY, count) if day.weekday() != 2]
    assert bool(weeks_of(days).is_complete[0]) == is_complete


def test_the_last_days_of_one_year_and_the_first_of_the_next_are_one_week() -> None:
    days = dates(date(2026, 12, 28), 7)
    report = ForecastAccuracyEngine().report(forecasts([11.0] * 7, days[0]), actuals([10.0] * 7, days[0]))
    (row,) = report.weekly_trends
    assert (row.iso_week, row.n_days, row.complete) == ("2026-W53", 7, True)


def test_the_change_crosses_the_end_of_a_year_with_53_weeks() -> None:
    first = date(2026, 12, 21)
    report = ForecastAccuracyEngine().report(forecasts([12.0] * 7 + [11.0] * 7 + [13.0] * 7, first), actuals([10.0] * 21, first))
    assert [row.iso_week for row in report.weekly_trends] == ["2026-W52", "2026-W53", "2027-W01"]
    assert [row.delta_points for row in report.weekly_trends] == [None, pytest.approx(-10.0), pytest.approx(20.0)]


def weekly(wapes: dict[int, float]) -> WeekErrors:
    """Complete weeks by their number, each with one point of demand 100 and the WAPE given."""
    wape = np.array(list(wapes.values()))
    n = np.ones(len(wapes))
    errors = PointErrors(n, n, 100 * n, 100 * n, wape, wape, wape / 100, wape**2, 0 * n)
    monday = np.array([(MONDAY - EPOCH).days + 7 * week for week in wapes])
    return WeekErrors(monday=monday, errors=errors, n_days=np.full(len(wapes), 7), is_complete=np.ones(len(wapes), dtype=np.bool_))


@given(st.dictionaries(st.integers(0, 40), st.floats(0, 200), min_size=8, max_size=14))
def test_the_trend_is_per_calendar_week_also_across_weeks_without_points(wapes: dict[int, float]) -> None:
    in_order = dict(sorted(wapes.items()))
    slopes = [(wapes[other] - wapes[one]) / (other - one) for one, other in combinations(in_order, 2)]
    assert TREND(weekly(in_order))[0] == pytest.approx(median(slopes), rel=1e-9, abs=1e-9)


def test_a_gap_of_many_weeks_makes_a_steady_trend_no_steeper() -> None:
    parts = [(MONDAY + timedelta(weeks=week), 100.0 + week) for week in (0, 1, 2, 3, 20, 21, 22, 23)]
    forecast = pd.concat([forecasts([value] * 7, first) for first, value in parts])
    actual = pd.concat([actuals([100.0] * 7, first) for first, _ in parts])
    assert ForecastAccuracyEngine().report(forecast, actual).additional.trend.slope == pytest.approx(1.0)


@given(st.dictionaries(st.integers(0, 30), st.floats(0, 200), min_size=1, max_size=20))
def test_pools_and_changes_agree_with_a_loop_over_calendar_weeks(wapes: dict[int, float]) -> None:
    in_order = dict(sorted(wapes.items()))
    for metric, length in ((WAPE_4W, 4), (WAPE_13W, 13)):
        pools = [[wape for other, wape in in_order.items() if week - length < other <= week] for week in in_order]
        assert metric(weekly(in_order)) == pytest.approx([sum(pool) / len(pool) for pool in pools])
    changes = [wape - wapes.get(week - 1, np.nan) for week, wape in in_order.items()]
    assert WEEKLY_DELTA(weekly(in_order)) == pytest.approx(changes, nan_ok=True, abs=1e-9)
