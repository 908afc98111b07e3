"""Unknown days of a feed: the days on which rows of a site were due and did not come, or came and could not be used.

A feed is the rows of one data set from one site. A day without rows means zero demand only while the feed delivers; a day on which the feed
usually has rows, and has none, is unknown. What is usual is learned by weekday, from the half year before a gap and after it, so that a
weekday on which the site is closed and a site that sells now and then stay zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK

MOST_PARTIAL_DAYS = 3
"""More low days than this at the end are a new level, not days whose rows are still to come."""
EARLIER_WEEKS = 8
"""Weeks with which the number of rows of a day is compared, weekday by weekday."""
MIN_EARLIER_WEEKS = 4


@dataclass(frozen=True)
class FeedRules:
    """Limits for days without rows; shares and probabilities 0..1.

    window_days: days before and after a gap from which the share of days with rows is learned. min_days: the fewest that count as known.
    regular_share: from this share on of its open weekdays, a feed is regular: rows are due on the weekdays of due_share. Of an irregular
    feed they are due where many weeks show it. gap_chance, end_chance: a gap inside the history, or at its end, is unknown when it was less
    probable. partial_share: a last day with fewer rows, relative to the same weekday, is not complete.
    """

    window_days: int = 182
    min_days: int = 21
    regular_share: float = 0.97
    due_share: float = 0.9
    certain_share: float = 0.95
    gap_chance: float = 0.001
    end_chance: float = 0.01
    partial_share: float = 0.5


RULES = FeedRules()


@dataclass(frozen=True, eq=False)
class FeedDays:
    """What is known of T days of a feed.

    is_unknown: (T,) days before its first row, days whose rows are missing, and every day after the last complete one. last_complete: the
    column of the last complete day, -1 when there is none. is_partial: (T,) days at the end with far fewer rows than usual. is_due: (T,)
    days on whose weekday rows are due, by the half year before the last complete day.
    """

    is_unknown: Bools
    last_complete: int
    is_partial: Bools
    is_due: Bools

    @property
    def days_behind(self) -> int:
        """Days from the last complete day to the last day."""
        return len(self.is_unknown) - 1 - self.last_complete


def assess_feed(rows: Ints, is_broken: Bools, rules: FeedRules = RULES) -> FeedDays:
    """Decide which days of a feed are known. Both arrays are (T,), one entry a day, the last one the as-of day.

    rows: usable rows. is_broken: days on which most rows are in quarantine; they count as days without rows whose rows were due.

    >>> open_days = np.tile([5, 5, 5, 5, 5, 3, 0], 10)
    >>> assess_feed(open_days, np.zeros(70, dtype=bool)).days_behind
    0
    >>> open_days[-4:] = 0
    >>> feed = assess_feed(open_days, np.zeros(70, dtype=bool))
    >>> feed.days_behind, np.flatnonzero(feed.is_unknown).tolist()
    (4, [66, 67, 68, 69])
    """
    has_rows = (rows > 0) & ~is_broken
    if not has_rows.any():
        return FeedDays(np.ones(len(rows), dtype=bool), -1, np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool))
    is_partial = _partial_days(rows, has_rows, rules)
    has_rows &= ~is_partial
    is_broken = is_broken | is_partial
    first = int(has_rows.argmax())
    is_missing = np.zeros(len(rows), dtype=bool)
    for _ in range(2):  # the second time the missing days that the first one found no longer count as days without rows
        is_missing = _missing_days(_Presence(has_rows, ~is_missing & ~is_broken, first, rules), is_broken)
    is_missing |= is_broken
    presence = _Presence(has_rows, ~is_missing, first, rules)
    last = _last_complete(has_rows, is_missing, presence)
    day = np.arange(len(rows))
    usual = presence.between(max(0, last - rules.window_days + 1), last + 1)
    is_due = usual.is_due[day % DAYS_OF_WEEK] if usual else np.zeros(len(rows), dtype=bool)
    return FeedDays(is_missing | (day < first) | (day > last), last, is_partial, is_due)


@dataclass(frozen=True, eq=False)
class _Usual:
    """What is usual on the weekdays of a stretch of days, (7,): the share of days with rows, a little low for few days, and where due."""

    share: Floats
    is_due: Bools


class _Presence:
    """Counts of days by weekday (of the column number), with rows and in all, of any stretch of days from the first day of the feed on."""

    def __init__(self, has_rows: Bools, is_counted: Bools, first: int, rules: FeedRules) -> None:
        self.has_rows, self.first, self.rules = has_rows, first, rules
        day = np.arange(len(has_rows))
        is_weekday = np.equal.outer(np.arange(DAYS_OF_WEEK), day % DAYS_OF_WEEK) & is_counted & (day >= first)
        self._days = _sum_before(is_weekday)
        self._days_with_rows = _sum_before(is_weekday & has_rows)

    def between(self, start: int, end: int) -> _Usual | None:
        """Return what is usual on the days start..end-1; None when they are too few."""
        days = self._days[:, end] - self._days[:, start]
        if days.sum() < self.rules.min_days:
            return None
        days_with_rows = self._days_with_rows[:, end] - self._days_with_rows[:, start]
        is_open = 2 * days_with_rows > days
        is_regular = days_with_rows[is_open].sum() >= self.rules.regular_share * days[is_open].sum()
        share = days_with_rows / (days + 1)
        limit = self.rules.due_share * days if is_regular else self.rules.certain_share * (days + 1)
        return _Usual(share, is_open & (days_with_rows >= limit))

    def around(self, start: int, end: int) -> _Usual | None:
        """Return what is usual both before and after the gap start..end-1, or on the one side of which it is known."""
        before = self.between(max(self.first, start - self.rules.window_days), start)
        after = self.between(end, min(len(self.has_rows), end + self.rules.window_days))
        if before is None or after is None:
            return before or after
        return _Usual(np.minimum(before.share, after.share), before.is_due & after.is_due)

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Yield start and end (exclusive) of every stretch without rows after the first day with rows."""
        edges = np.flatnonzero(np.diff(np.concatenate([[1], self.has_rows[self.first :].astype(np.int8), [1]])))
        yield from zip((edges[::2] + self.first).tolist(), (edges[1::2] + self.first).tolist(), strict=True)


def _missing_days(presence: _Presence, is_broken: Bools) -> Bools:
    """Return the days without rows that cannot be days without demand: the gap is too improbable, and rows are due on some of its days."""
    rules, total = presence.rules, len(presence.has_rows)
    is_missing = np.zeros(total, dtype=bool)
    for start, end in presence.gaps():
        usual = presence.around(start, end)
        if usual is None:
            continue
        weekday = np.arange(start, end) % DAYS_OF_WEEK
        chance = np.where(usual.is_due, 0.0, 1.0 - usual.share)[weekday].prod()
        limit = rules.end_chance if end == total else rules.gap_chance
        if chance < limit or is_broken[start:end].any():
            is_missing[start:end] = usual.share[weekday] > 0
    return is_missing


def _last_complete(has_rows: Bools, is_missing: Bools, presence: _Presence) -> int:
    """Return the last day before the missing days at the end; closed days right after the last rows are complete too."""
    last = int(np.flatnonzero(has_rows)[-1])
    missing_after = np.flatnonzero(is_missing[last + 1 :])
    return len(has_rows) - 1 if not len(missing_after) else last + int(missing_after[0])


def _partial_days(rows: Ints, has_rows: Bools, rules: FeedRules) -> Bools:
    """Return the last days with far fewer rows than their weekday had in the eight weeks before: their rows are still to come."""
    is_partial = np.zeros(len(rows), dtype=bool)
    day = int(np.flatnonzero(has_rows)[-1])
    while day >= 0 and (not has_rows[day] or _is_low(rows, has_rows, day, rules)):
        is_partial[day] = has_rows[day]
        day -= 1
    return is_partial if is_partial.sum() <= MOST_PARTIAL_DAYS else np.zeros(len(rows), dtype=bool)


def _is_low(rows: Ints, has_rows: Bools, day: int, rules: FeedRules) -> bool:
    """Return whether the day has less than half of what the same weekday had, in all but one of the weeks before."""
    earlier = rows[max(0, day - EARLIER_WEEKS * DAYS_OF_WEEK) : day][::-1][DAYS_OF_WEEK - 1 :: DAYS_OF_WEEK]
    earlier = np.sort(earlier[earlier > 0])
    return len(earlier) >= MIN_EARLIER_WEEKS and bool(rows[day] < rules.partial_share * earlier[1])


def _sum_before(mask: Bools) -> Ints:
    """Return the running sums along the days, (7, T + 1): entry t counts the days before t."""
    return np.concatenate([np.zeros((len(mask), 1), dtype=np.int64), np.cumsum(mask, axis=1, dtype=np.int64)], axis=1)
