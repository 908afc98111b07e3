"""Feeds: the rows of one data set from one site, and what a run says of each."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

CHART_DAYS = 56
"""Days of which a feed lists its rows one by one."""
HANDOVER_DAYS = 7
"""Days between the end of a feed and the beginning of the one that replaces it, in either direction."""
RECENT_DAYS = 28
"""Days that count as recent."""


class FeedState(StrEnum):
    """State of a feed as of the last day of a run."""

    CURRENT = "CURRENT"
    """Complete up to the as-of date."""
    LATE = "LATE"
    """Rows are missing at the end; the forecasts start from the last complete day."""
    SILENT = "SILENT"
    """No complete day for so long that nothing is forecast: the site has closed, or its data is missing."""
    REPLACED = "REPLACED"
    """Its end is where another data set of the site begins, which has gone on since: nothing is missing."""
    UNUSABLE = "UNUSABLE"
    """Rows came, and none could be used."""


EVERY_SITE = "most sites"
"""In place of a site, the subject of a finding that most sites of a data set are late."""


def name_feed(site_id: str, dataset: str) -> str:
    """Return the subject of findings about one feed.

    >>> name_feed("LDS1", "orders")
    'LDS1 (orders)'
    """
    return f"{site_id} ({dataset})"


def lateness_text(last_complete_day: date | str) -> str:
    """Return the beginning of the findings about a late feed.

    >>> lateness_text("2026-11-21")
    'no complete data after 2026-11-21'
    """
    return f"no complete data after {last_complete_day}"
