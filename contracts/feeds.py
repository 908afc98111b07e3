"""Feeds: the rows of one data set from one site, and what a run says of each."""

from __future__ import annotations

from enum import StrEnum

CHART_DAYS = 56
"""Days of which a feed lists its rows one by one."""
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
    UNUSABLE = "UNUSABLE"
    """Rows came, and none could be used."""
