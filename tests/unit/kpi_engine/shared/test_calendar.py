from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from kpi_engine.shared.calendar import date_of, iso_week, mondays, week_numbers, week_starts, weekdays

DAYS = np.arange(-800, 30_000)
DATES = [date(1970, 1, 1) + timedelta(days=day) for day in DAYS.tolist()]


def test_day_numbers_are_days_since_1970() -> None:
    assert [date_of(day) for day in DAYS.tolist()] == DATES


def test_weekdays_agree_with_the_standard_library() -> None:
    assert weekdays(DAYS).tolist() == [day.weekday() for day in DATES]


def test_weeks_begin_on_monday() -> None:
    expected = [day - timedelta(days=day.weekday()) for day in DATES]
    assert [date_of(day) for day in mondays(DAYS).tolist()] == expected
    assert [date_of(day) for day in week_starts(week_numbers(DAYS)).tolist()] == expected


def test_consecutive_weeks_have_consecutive_numbers() -> None:
    assert np.unique(np.diff(week_numbers(mondays(DAYS)[::7]))).tolist() == [1]


def test_iso_weeks_belong_to_the_iso_year() -> None:
    assert [iso_week(day) for day in DATES] == [f"{day:%G-W%V}" for day in DATES]
