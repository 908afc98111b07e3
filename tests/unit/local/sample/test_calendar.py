"""The calendar against published dates."""

from datetime import date

import numpy as np
import pytest

from local.sample.calendar import SITES, find_easter_sunday, format_utc_offset, is_open, iso_weekdays, list_days, list_holidays

LEEDS, ROTTERDAM = SITES


@pytest.mark.parametrize("easter", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25)])
def test_easter_sunday_is_the_published_date(easter: date) -> None:
    assert find_easter_sunday(easter.year) == easter


def test_warehouses_in_england_close_on_the_bank_holidays_of_2026() -> None:
    assert set(list_holidays("GB", 2026)) == {
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 4),
        date(2026, 5, 25),
        date(2026, 8, 31),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }


def test_kings_day_is_kept_on_saturday_when_it_falls_on_a_sunday() -> None:
    days = set(list_holidays("NL", 2025))
    assert {date(2025, 4, 26), date(2025, 5, 29), date(2025, 6, 9)} <= days
    assert date(2025, 4, 27) not in days


def test_weekdays_agree_with_the_standard_library() -> None:
    days = list_days(date(2026, 11, 21))
    assert len(days) == 730
    assert iso_weekdays(days).tolist() == [date.fromisoformat(str(day)).isoweekday() for day in days]


def test_a_closed_weekday_and_a_holiday_are_closed() -> None:
    days = np.array(["2026-11-20", "2026-11-21", "2026-11-22", "2026-12-25"], dtype="datetime64[D]")
    assert is_open(LEEDS, days).tolist() == [True, True, False, False]
    assert is_open(ROTTERDAM, days).tolist() == [True, False, False, False]


def test_offsets_follow_summer_time() -> None:
    assert [format_utc_offset(site, date(2026, month, 1)) for site in SITES for month in (1, 7)] == ["+00:00", "+01:00", "+01:00", "+02:00"]
