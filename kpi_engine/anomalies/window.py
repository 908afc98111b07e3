"""Whole local days: the window of a report, and instants as the days they fall on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

JAVA_ZONE = re.compile(r"\[[\w/+\-]+\]$")  # Lookout wrote instants as Java does: 2021-03-28T00:00:00+01:00[Europe/Paris]


MOST_DAYS = 3660


@dataclass(frozen=True)
class Window:
    """Local days from start to end, both included."""

    start: date
    end: date

    @classmethod
    def ending(cls, end: date, days: int) -> Window:
        """The days up to and including end. Raises ValueError as checked does."""
        checked(days)
        return cls(end - timedelta(days=days - 1), end)

    def touches(self, start: date, end: date) -> bool:
        """Whether any day of start..end lies in the window."""
        return start <= self.end and end >= self.start


def checked(days_back: int) -> int:
    """The length of a window in days. Raises ValueError unless it is 1 to 3660."""
    if not 1 <= days_back <= MOST_DAYS:
        raise ValueError(f"days_back is {days_back}; a window has 1 to {MOST_DAYS} days")
    return days_back


def last_complete_day(until: date | datetime, zone: tzinfo) -> date:
    """The last local day that is over at an instant; a plain date is that day itself. Raises ValueError for a naive datetime."""
    if not isinstance(until, datetime):
        return until
    if until.tzinfo is None:
        raise ValueError("until is a datetime without a time zone; give one, or a date")
    return until.astimezone(zone).date() - timedelta(days=1)


def instant(text: object) -> datetime | None:
    """A TimestampString of the service as an instant, UTC; None for what is none. One without an offset is UTC."""
    if isinstance(text, datetime):
        moment = text
    else:
        try:
            moment = datetime.fromisoformat(JAVA_ZONE.sub("", str(text)))
        except ValueError:
            return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
