"""The days that are measured: the last complete business days of each site."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

BUSINESS_DAYS = 30
EVERY_DAY = "1234567"
LONGEST_DAYS = 7 * BUSINESS_DAYS + 60
"""Days in which 30 business days lie even for a site that works on one day of the week and is closed for two months."""
CLOSURE = "CLOSURE"


@dataclass(frozen=True)
class SiteWindow:
    """The window of one site: its first and last day, and how many business days lie in it.

    open_days: the days of the week on which the site works, as site_master states them, every day where it states none.
    """

    site_id: str
    start: date
    end: date
    business_days: int
    open_days: str


def find_windows(last_days: Mapping[str, date], site_master: pd.DataFrame, calendar_events: pd.DataFrame) -> dict[str, SiteWindow]:
    """Return the window of each site, by the last day of which its data is complete.

    >>> sites = pd.DataFrame({"site_id": ["LDS1"], "open_days": ["12345"]})
    >>> window = find_windows({"LDS1": date(2026, 11, 29)}, sites, pd.DataFrame())["LDS1"]
    >>> window.start, window.end, window.business_days
    (datetime.date(2026, 10, 19), datetime.date(2026, 11, 29), 30)
    """
    site_days = dict(zip(site_master["site_id"], site_master["open_days"], strict=True)) if len(site_master) else {}
    open_days = {site: digits if isinstance(digits, str) and digits else EVERY_DAY for site, digits in site_days.items()}
    return {
        site: _find_window(site, last_day, open_days.get(site, EVERY_DAY), _list_closures(site, calendar_events))
        for site, last_day in sorted(last_days.items())
    }


def _find_window(site: str, last_day: date, open_days: str, closures: Collection[date]) -> SiteWindow:
    start, n_open = last_day, 0
    for number in range(LONGEST_DAYS):
        day = last_day - timedelta(days=number)
        if str(day.isoweekday()) in open_days and day not in closures:
            start, n_open = day, n_open + 1
        if n_open == BUSINESS_DAYS:
            break
    return SiteWindow(site, start, last_day, n_open, open_days)


def _list_closures(site: str, events: pd.DataFrame) -> set[date]:
    """Return the days on which the whole site is closed."""
    if not len(events):
        return set()
    is_whole = events[["sku_id", "category", "customer_id"]].isna().all(axis=1)
    rows = events[is_whole & (events["type"] == CLOSURE) & (events["site_id"].isna() | (events["site_id"] == site))]
    spans = zip(pd.to_datetime(rows["start_date"]), pd.to_datetime(rows["end_date"]), strict=True)
    return {day.date() for first, last in spans for day in pd.date_range(first, min(last, first + pd.Timedelta(days=LONGEST_DAYS)))}


def select_window(rows: pd.DataFrame, site_column: str, windows: Mapping[str, SiteWindow]) -> pd.DataFrame:
    """Return the rows whose day lies in the window of their site.

    >>> windows = {"LDS1": SiteWindow("LDS1", date(2026, 11, 2), date(2026, 11, 3), 2, "1234567")}
    >>> rows = pd.DataFrame({"site": ["LDS1", "LDS1", "RTM1"], "day": pd.to_datetime(["2026-11-01", "2026-11-03", "2026-11-03"])})
    >>> select_window(rows, "site", windows)["day"].dt.day.tolist()
    [3]
    """
    if not len(rows):
        return rows
    starts = pd.to_datetime(rows[site_column].map({site: window.start for site, window in windows.items()}))
    ends = pd.to_datetime(rows[site_column].map({site: window.end for site, window in windows.items()}))
    day = pd.to_datetime(rows["day"])
    return rows[(day >= starts) & (day <= ends)]
