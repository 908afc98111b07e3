"""Days as day numbers (days since 1970-01-01), their weekdays and ISO weeks."""

from __future__ import annotations

from datetime import date, timedelta

from kpi_engine.shared.arrays import Ints

EPOCH = date(1970, 1, 1)
DAYS_OF_WEEK = 7
EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""


def date_of(day: int) -> date:
    """Return the date of a day number.

    >>> date_of(20_785)
    datetime.date(2026, 11, 28)
    """
    return EPOCH + timedelta(days=int(day))


def weekdays(day: Ints) -> Ints:
    """Return the weekday of each day number, 0 = Monday .. 6 = Sunday.

    >>> weekdays(np.array([20_785, 20_786, 20_787])).tolist()
    [5, 6, 0]
    """
    return (day + EPOCH_WEEKDAY) % DAYS_OF_WEEK


def week_numbers(day: Ints) -> Ints:
    """Return the number of each day's ISO week; weeks that follow each other have numbers that do.

    >>> week_numbers(np.array([20_785, 20_786, 20_787])).tolist()
    [2969, 2969, 2970]
    """
    return (day + EPOCH_WEEKDAY) // DAYS_OF_WEEK


def week_starts(week: Ints) -> Ints:
    """Return the Monday of each week numbered by `week_numbers`.

    >>> week_starts(np.array([2970])).tolist()
    [20787]
    """
    return week * DAYS_OF_WEEK - EPOCH_WEEKDAY


def mondays(day: Ints) -> Ints:
    """Return the Monday of each day's week.

    >>> mondays(np.array([20_785, 20_787])).tolist()
    [20780, 20787]
    """
    return week_starts(week_numbers(day))


def iso_week(day: date) -> str:
    """Return the ISO 8601 week of a day, which belongs to the ISO year.

    >>> iso_week(date(2027, 1, 1))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
