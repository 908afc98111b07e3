"""The window of a report: whole local days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

MAX_DAYS_BACK = 3660


@dataclass(frozen=True)
class Window:
    """Local days from start to end, both included."""

    start: date
    end: date

    @classmethod
    def ending(cls, end: date, days_back: int) -> Window:
        """Return the days_back days up to and including end. Raises ValueError as require_days_back does.

        >>> Window.ending(date(2026, 11, 21), 7)
        Window(start=datetime.date(2026, 11, 15), end=datetime.date(2026, 11, 21))
        """
        require_days_back(days_back)
        return cls(end - timedelta(days=days_back - 1), end)

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days + 1

    def touches(self, first_day: date, last_day: date) -> bool:
        """Whether any day of first_day..last_day lies in the window."""
        return first_day <= self.end and last_day >= self.start

    def as_dict(self) -> dict[str, object]:
        """Return the window for JSON."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat(), "days": self.days}


def require_days_back(days_back: int) -> None:
    """Raise ValueError unless a window of days_back days has 1 to 3660 of them.

    >>> require_days_back(0)
    Traceback (most recent call last):
    ValueError: days_back is 0; a window has 1 to 3660 days
    """
    if not 1 <= days_back <= MAX_DAYS_BACK:
        raise ValueError(f"days_back is {days_back}; a window has 1 to {MAX_DAYS_BACK} days")


def last_complete_day(until: date | datetime, zone: tzinfo) -> date:
    """Return the last local day that is over at an instant; a plain date is that day itself. Raises ValueError for a naive datetime.

    >>> from datetime import UTC
    >>> last_complete_day(datetime(2026, 11, 22, 4, 30, tzinfo=UTC), UTC)
    datetime.date(2026, 11, 21)
    """
    if not isinstance(until, datetime):
        return until
    if until.tzinfo is None:
        raise ValueError("until is a datetime without a time zone; give one, or a date")
    return until.astimezone(zone).date() - timedelta(days=1)
