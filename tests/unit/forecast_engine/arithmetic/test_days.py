from __future__ import annotations

from datetime import date, timedelta

from forecast_engine.days import days_from


def test_weekdays_and_days_of_the_year_agree_with_the_standard_library() -> None:
    first = date(1967, 12, 30)
    days = days_from(first, 800)
    expected = [(day.weekday(), day.timetuple().tm_yday) for day in (first + timedelta(days=n) for n in range(800))]
    assert list(zip(days.weekday.tolist(), days.day_of_year.tolist(), strict=True)) == expected


def test_last_days_are_all_days_when_there_are_fewer() -> None:
    assert days_from(date(2024, 1, 1), 5).last(9).weekday.tolist() == [0, 1, 2, 3, 4]
    assert days_from(date(2024, 1, 1), 5).last(2).weekday.tolist() == [3, 4]
