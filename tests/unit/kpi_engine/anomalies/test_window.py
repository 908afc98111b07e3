"""Windows of whole local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.anomalies.window import Window, last_complete_day, require_days_back

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(1, 3660))
def test_a_window_has_as_many_days_as_requested_and_ends_on_the_last(end: date, days_back: int) -> None:
    window = Window.ending(end, days_back)
    assert (window.days, window.end) == (days_back, end)
    assert window.as_dict() == {"start": window.start.isoformat(), "end": end.isoformat(), "days": days_back}


@given(DAYS, st.integers(1, 30), st.integers(-40, 40), st.integers(0, 20))
def test_a_window_touches_an_interval_when_they_have_a_day_in_common(end: date, days_back: int, offset: int, length: int) -> None:
    window, first = Window.ending(end, days_back), end + timedelta(days=offset)
    days_of_window = {window.start + timedelta(days=day) for day in range(days_back)}
    days_of_interval = {first + timedelta(days=day) for day in range(length + 1)}
    assert window.touches(first, first + timedelta(days=length)) == bool(days_of_window & days_of_interval)


@pytest.mark.parametrize("days_back", [1, 7, 3660])
def test_a_window_may_have_1_to_3660_days(days_back: int) -> None:
    require_days_back(days_back)


@pytest.mark.parametrize("days_back", [-7, 0, 3661])
def test_any_other_length_is_refused_with_the_limits(days_back: int) -> None:
    with pytest.raises(ValueError, match=f"days_back is {days_back}; a window has 1 to 3660 days"):
        Window.ending(date(2026, 11, 21), days_back)


def test_a_plain_date_is_the_last_day_itself() -> None:
    assert last_complete_day(date(2026, 11, 21), UTC) == date(2026, 11, 21)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))  # noqa: DTZ001
def test_the_last_complete_day_is_over_and_the_next_is_not(naive: datetime, name: str) -> None:
    moment, zone = naive.replace(tzinfo=UTC), ZoneInfo(name)
    day = last_complete_day(moment, zone)
    midnights = [datetime.combine(day + timedelta(days=n), datetime.min.time(), zone).astimezone(UTC) for n in (1, 2)]
    assert midnights[0] <= moment < midnights[1]
