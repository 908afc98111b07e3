"""What a run says of one feed: how far its data is complete, and how its last weeks compare with those before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from contracts.documents import FeedDocument
from contracts.feeds import CHART_DAYS, HANDOVER_DAYS, RECENT_DAYS, FeedState
from forecast_engine.exclusions import ExclusionRules
from forecast_engine.feeds import EARLIER_WEEKS, FeedDays, assess_feed
from kpi_engine.shared.arrays import Bools, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK

DRIFT_DAYS = 84
"""The last 28 days and the 56 before them."""
MIN_DRIFT_ROWS = 500
"""Rows that both spans need before their quantities are compared: with fewer, the index measures chance."""
DECIMALS = 4


@dataclass(frozen=True, eq=False)
class FeedCounts:
    """Rows of one feed by day, (T,), the last entry the as-of day; bins: rows of the last DRIFT_DAYS by bin of quantity, (84, bins).

    open_rows: the quarantined rows that no usable row of the same key replaces. by_code: all quarantined rows, by code.
    """

    usable: Ints
    quarantined: Ints
    open_rows: Ints
    bins: Ints
    by_code: Mapping[str, Ints] = field(default_factory=dict)


def mark_replaced(feeds: Sequence[FeedDocument]) -> list[FeedDocument]:
    """Return the feeds, those that ended where another feed of their site begins as REPLACED, such as a history by daily orders."""
    of_site: dict[str, list[FeedDocument]] = {}
    for feed in feeds:
        of_site.setdefault(feed["site_id"], []).append(feed)
    return [
        {**feed, "state": FeedState.REPLACED.value} if any(_replaces(other, feed) for other in of_site[feed["site_id"]]) else feed
        for feed in feeds
    ]


def _replaces(other: FeedDocument, feed: FeedDocument) -> bool:
    """Return whether another feed of the site begins where this one ended."""
    if feed["state"] not in (FeedState.LATE, FeedState.SILENT) or other["state"] not in (FeedState.CURRENT, FeedState.LATE):
        return False
    if other["dataset"] == feed["dataset"]:
        return False
    end, begin = feed["last_complete_day"], other["first_day"]
    if end is None or begin is None or other["days_behind"] >= feed["days_behind"]:
        return False
    return abs((date.fromisoformat(begin) - date.fromisoformat(end)).days) <= HANDOVER_DAYS


def feed_document(dataset: str, site_id: str, first_day: date, counts: FeedCounts) -> FeedDocument:
    """Return the state of one feed. first_day: the day of the first entry of the counts.

    A day on which at least half of the rows are in quarantine, and were not replaced, is broken: its demand is unknown.
    """
    usable = counts.usable
    is_broken = (counts.open_rows > 0) & (counts.open_rows >= usable)
    days = assess_feed(usable, is_broken)
    has_rows = np.flatnonzero(usable)

    def day(column: int) -> str:
        return (first_day + timedelta(days=column)).isoformat()

    first_row = int(has_rows[0]) if len(has_rows) else len(usable)
    return {
        "dataset": dataset,
        "site_id": site_id,
        "state": _state(days, usable).value,
        "rows": int(usable.sum()),
        "quarantined": int(counts.quarantined.sum()),
        "first_day": day(first_row) if len(has_rows) else None,
        "last_day": day(int(has_rows[-1])) if len(has_rows) else None,
        "last_complete_day": day(days.last_complete) if days.last_complete >= 0 else None,
        "days_behind": days.days_behind,
        "partial_days": [day(column) for column in np.flatnonzero(days.is_partial).tolist()],
        "unknown_days": [(day(start), day(end)) for start, end in _stretches(days.is_unknown, first_row)],
        "days_due": int(days.is_due[-RECENT_DAYS:].sum()),
        "days_complete": int((days.is_due & ~days.is_unknown)[-RECENT_DAYS:].sum()),
        "volume": _volume(usable, days),
        "drift": _drift(counts.bins),
        "recent_rows": int(usable[-RECENT_DAYS:].sum()),
        "recent_quarantined": int(counts.quarantined[-RECENT_DAYS:].sum()),
        "daily_rows": usable[-CHART_DAYS:].tolist(),
        "daily_quarantined": counts.quarantined[-CHART_DAYS:].tolist(),
        "later_codes": {code: n for code, rows in sorted(counts.by_code.items()) if (n := int(rows[days.last_complete + 1 :].sum()))},
    }


def _state(days: FeedDays, usable: Ints) -> FeedState:
    if not usable.any() or days.last_complete < 0:
        return FeedState.UNUSABLE
    if not days.days_behind:
        return FeedState.CURRENT
    return FeedState.SILENT if days.days_behind > ExclusionRules().max_days_behind else FeedState.LATE


def _stretches(is_unknown: Bools, first_row: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last column of every stretch of unknown days from the first row on."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_unknown[first_row:].astype(np.int8), [0]])))
    yield from zip((edges[::2] + first_row).tolist(), (edges[1::2] + first_row - 1).tolist(), strict=True)


def _volume(usable: Ints, days: FeedDays) -> float | None:
    """Return the rows of the last complete week over what its weekdays usually have; None without four earlier weeks or usual rows."""
    end = days.last_complete + 1
    weeks = (end - DAYS_OF_WEEK) // DAYS_OF_WEEK
    if end <= DAYS_OF_WEEK or weeks < EARLIER_WEEKS // 2:
        return None
    weeks = min(weeks, EARLIER_WEEKS)
    earlier = usable[end - (weeks + 1) * DAYS_OF_WEEK : end - DAYS_OF_WEEK].reshape(weeks, DAYS_OF_WEEK)
    usual = float(np.median(earlier, axis=0).sum())
    return round(float(usable[end - DAYS_OF_WEEK : end].sum()) / usual, DECIMALS) if usual else None


def _drift(bins: Ints) -> float | None:
    """Return the population stability index, sum (p - q) ln(p / q) over the bins; every bin counts half a row more, so none is empty."""
    recent, earlier = bins[-RECENT_DAYS:].sum(axis=0), bins[:-RECENT_DAYS].sum(axis=0)
    if min(recent.sum(), earlier.sum()) < MIN_DRIFT_ROWS:
        return None
    is_used = (recent + earlier) > 0
    p, q = (counts[is_used] + 0.5 for counts in (recent, earlier))
    p, q = p / p.sum(), q / q.sum()
    return round(float(((p - q) * np.log(p / q)).sum()), DECIMALS)
