"""Days as small integers: weekday (0 = Monday) and day of the year (1..366)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.calendar import weekdays

DAYS_OF_YEAR = 366


@dataclass(frozen=True, eq=False)
class Days:
    """T consecutive days. weekday: (T,) 0 = Monday .. 6 = Sunday. day_of_year: (T,) 1..366."""

    weekday: Ints
    day_of_year: Ints

    def __len__(self) -> int:
        return len(self.weekday)

    def last(self, count: int) -> Days:
        """Return the last `count` days, or all of them when there are fewer."""
        start = max(len(self) - count, 0)
        return Days(self.weekday[start:], self.day_of_year[start:])

    def between(self, start: int, stop: int) -> Days:
        """Return the days start .. stop-1, counted from 0."""
        return Days(self.weekday[start:stop], self.day_of_year[start:stop])


def days_from(first: date, count: int) -> Days:
    """Return `count` consecutive days from `first` on.

    >>> days = days_from(date(2026, 12, 31), 2)
    >>> days.weekday.tolist(), days.day_of_year.tolist()
    ([3, 4], [365, 1])
    """
    day = np.datetime64(first, "D") + np.arange(count)
    new_year = day.astype("datetime64[Y]").astype("datetime64[D]")
    return Days(weekdays(day.astype(np.int64)), (day - new_year).astype(np.int64) + 1)
