"""Calendar of the fictitious warehouses: opening days, public holidays and the local clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Days: TypeAlias = npt.NDArray[np.datetime64]
"""Consecutive days, as datetime64[D]."""


@dataclass(frozen=True)
class Site:
    """One warehouse. open_days are ISO weekdays (Monday is 1); volume is its share of the operator's demand."""

    site_id: str
    country: str
    time_zone: str
    open_days: tuple[int, ...]
    volume: float
    currency: str


SITES = (
    Site("LDS1", "GB", "Europe/London", (1, 2, 3, 4, 5, 6), 0.6, "GBP"),
    Site("RTM1", "NL", "Europe/Amsterdam", (1, 2, 3, 4, 5), 0.4, "EUR"),
)


def list_days(until: date, years: int = 2) -> Days:
    """Return every day of the given number of years (of 365 days) that end with `until`."""
    last = np.datetime64(until, "D")
    return last - np.arange(365 * years, dtype="timedelta64[D]")[::-1]


def iso_weekdays(days: Days) -> npt.NDArray[np.int64]:
    """Return the ISO weekday of each day: Monday is 1. 1970-01-01 was a Thursday."""
    return (days.astype(np.int64) + 3) % 7 + 1


def is_open(site: Site, days: Days) -> npt.NDArray[np.bool_]:
    """Return whether the site works on each of the days."""
    years = range(int(str(days[0])[:4]), int(str(days[-1])[:4]) + 1)
    closed_days = np.array([day for year in years for day in list_holidays(site.country, year)], dtype="datetime64[D]")
    return np.isin(iso_weekdays(days), site.open_days) & ~np.isin(days, closed_days)


def list_holidays(country: str, year: int) -> list[date]:
    """Return the public holidays of a year, on which a warehouse in GB or NL is closed."""
    easter = find_easter_sunday(year)
    common = [date(year, 1, 1), easter + timedelta(days=1), date(year, 12, 25), date(year, 12, 26)]
    if country == "GB":
        bank_holidays = [_find_monday(date(year, 5, 1)), _find_monday(date(year, 5, 25)), _find_monday(date(year, 8, 25))]
        return [*common, easter - timedelta(days=2), *bank_holidays]
    kings_day = date(year, 4, 27)
    return [*common, kings_day - timedelta(days=kings_day.isoweekday() == 7), easter + timedelta(days=39), easter + timedelta(days=50)]


def find_easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    Source: the algorithm that Butcher published in 1876.
    """
    golden = year % 19
    century, within = divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (within // 4) - epact - within % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def format_utc_offset(site: Site, day: date) -> str:
    """Return the site's UTC offset at noon of that day, as RFC 3339 writes it, for example +01:00."""
    return datetime.combine(day, time(12), ZoneInfo(site.time_zone)).isoformat()[-6:]


def _find_monday(day: date) -> date:
    return day + timedelta(days=(1 - day.isoweekday()) % 7)
