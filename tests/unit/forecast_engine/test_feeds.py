"""Days without rows: closed, without demand, or missing."""

from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.feeds import FeedDays, assess_feed

DAYS = 280


def assess(rows: np.ndarray, broken_days: slice | None = None) -> FeedDays:
    is_broken = np.zeros(len(rows), dtype=bool)
    if broken_days:
        is_broken[broken_days] = True
    return assess_feed(rows, is_broken)


def daily(rows: int = 10, days: int = DAYS, closed_weekday: int | None = None) -> np.ndarray:
    """The same number of rows every day, but none on the weekday `closed`."""
    result = np.full(days, rows)
    if closed_weekday is not None:
        result[closed_weekday::7] = 0
    return result


def unknown_days(feed: FeedDays) -> list[int]:
    return np.flatnonzero(feed.is_unknown).tolist()


@pytest.mark.parametrize("late", [1, 2, 7, 30])
def test_a_feed_that_stops_is_behind_by_every_day_without_rows(late: int) -> None:
    rows = daily()
    rows[-late:] = 0
    feed = assess(rows)
    assert (feed.days_behind, unknown_days(feed)) == (late, list(range(DAYS - late, DAYS)))


def test_a_closed_weekday_is_complete_without_rows() -> None:
    rows = daily(closed_weekday=(DAYS - 1) % 7)
    feed = assess(rows)
    assert (rows[-1], feed.days_behind, unknown_days(feed)) == (0, 0, [])
    assert not feed.is_due[-1]


def test_a_feed_that_stops_before_a_closed_day_is_complete_to_the_end_of_that_day() -> None:
    rows = daily(closed_weekday=(DAYS - 3) % 7)
    rows[-3:] = 0
    assert assess(rows).days_behind == 2


def test_days_missing_inside_the_history_are_unknown_and_closed_days_among_them_are_not() -> None:
    rows = daily(closed_weekday=0)
    rows[100:110] = 0
    before_first_row = [0]
    assert unknown_days(assess(rows)) == before_first_row + [day for day in range(100, 110) if day % 7]


def test_days_on_which_most_rows_are_in_quarantine_end_the_feed() -> None:
    rows = daily()
    rows[-14:] = 1
    assert assess(rows, slice(-14, None)).days_behind == 14


def test_a_last_day_with_few_rows_is_not_complete_and_the_day_before_is() -> None:
    rows = daily()
    rows[-1] = 1
    feed = assess(rows)
    assert (feed.days_behind, np.flatnonzero(feed.is_partial).tolist()) == (1, [DAYS - 1])


def test_a_lasting_lower_level_is_not_a_partial_day() -> None:
    rows = daily()
    rows[-5:] = 3
    assert assess(rows).days_behind == 0


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.8])
def test_days_without_rows_of_a_site_that_sells_now_and_then_stay_zero(share: float) -> None:
    shares = []
    for seed in range(20):
        rows = (np.random.default_rng(seed).random(730) < share).astype(np.int64)
        feed = assess(rows)
        days_without = (rows == 0) & (np.arange(730) > int(rows.argmax()))
        shares.append(float(feed.is_unknown[days_without].mean()))
    assert np.mean(shares) < 0.02


def test_a_rare_seller_that_stops_for_far_longer_than_ever_is_behind() -> None:
    rows = (np.random.default_rng(1).random(DAYS) < 0.5).astype(np.int64)
    rows[-40:] = 0
    assert assess(rows).days_behind >= 40


def test_a_mistyped_early_date_does_not_make_the_years_up_to_the_first_real_day_zero() -> None:
    rows = np.zeros(1000, dtype=np.int64)
    rows[5] = 1
    rows[700:] = 10
    assert assess(rows).is_unknown[6:700].all()


def test_a_new_site_with_few_days_is_not_judged() -> None:
    rows = np.array([3, 4, 3, 0, 4, 3, 0])
    assert assess(rows).days_behind == 0


def test_weekly_rows_are_complete_between_their_weekdays_and_late_without_the_next() -> None:
    rows = np.zeros(DAYS, dtype=np.int64)
    rows[::7] = 5
    assert unknown_days(assess(rows)) == []
    rows[-7] = 0
    assert assess(rows).days_behind == 7


def test_a_feed_without_any_row_knows_nothing() -> None:
    feed = assess(np.zeros(30, dtype=np.int64))
    assert feed.last_complete == -1
    assert feed.is_unknown.all()
