"""Rules for single feeds: late, incomplete, of unusual volume, drifting, or with many bad rows in its last weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, median_low

from contracts.feeds import EVERY_SITE, RECENT_DAYS, FeedState, lateness_text, name_feed
from runtime.models.domain.documents import Feed
from runtime.models.domain.findings import Finding, QualityLimits, Severity
from runtime.models.domain.row_checks import list_codes

MIN_EARLIER_REPORTS = 5
CLOSED_DAYS = 182
"""After so many days without data a site counts as closed: that it delivers nothing needs no action."""

MEND = "correct the rows that the report lists and upload them again"
MOST_NAMES = 5
"""Sites that a finding about many of them names."""


@dataclass(frozen=True)
class UsualLateness:
    """How many days behind feeds usually are: by their own earlier reports, else as the other feeds of the run are."""

    earlier: Mapping[tuple[str, str], Sequence[int]]
    others: float

    @classmethod
    def of(cls, feeds: Sequence[Feed], earlier: Mapping[tuple[str, str], Sequence[int]]) -> UsualLateness:
        """Return what is usual for the feeds of a run."""
        days = [feed.days_behind for feed in feeds if feed.state in (FeedState.CURRENT, FeedState.LATE)]
        return cls(earlier, float(median_low(days)) if len(days) > 1 else 0.0)

    def days(self, feed: Feed) -> float:
        """Return the usual number of days behind."""
        own = self._own_reports(feed)
        return float(median(own)) if own else self.others

    def own_days(self, feed: Feed) -> float:
        """Return the usual number of days behind by the feed's own earlier reports, 0 without them."""
        return float(median(self._own_reports(feed) or (0,)))

    def _own_reports(self, feed: Feed) -> Sequence[int]:
        own = self.earlier.get((feed.dataset, feed.site_id), ())
        return own if len(own) >= MIN_EARLIER_REPORTS else ()


def feed_findings(feeds: Sequence[Feed], usual: UsualLateness, limits: QualityLimits, bad_row_share_limit: float) -> Iterator[Finding]:
    """Yield what is wrong with each feed."""
    yield from _common_lateness(feeds, usual, limits)
    for feed in feeds:
        yield from _lateness(feed, usual.days(feed), limits)
        if feed.state is FeedState.CURRENT:
            yield from _completeness(feed, limits)
        if feed.state in (FeedState.CURRENT, FeedState.LATE):
            yield from _content(feed, limits)
        if feed.state is not FeedState.UNUSABLE and feed.recent_bad_share > bad_row_share_limit:
            yield _finding(
                feed,
                Severity.WARN,
                f"{feed.recent_quarantined:,} of {feed.recent_rows + feed.recent_quarantined:,} rows of the last {RECENT_DAYS} days "
                f"({feed.recent_bad_share:.1%}) are in quarantine; days without another usable row are unknown and not zero",
                MEND,
                weight=float(feed.recent_quarantined),
            )


def _common_lateness(feeds: Sequence[Feed], usual: UsualLateness, limits: QualityLimits) -> Iterator[Finding]:
    """Yield one finding for each data set of which most sites are late, though by their earlier reports none usually is.

    Beside one another none of them is unusual, so that the rule for single feeds is silent.
    """
    for dataset in sorted({feed.dataset for feed in feeds}):
        due = [feed for feed in feeds if feed.dataset == dataset and feed.state in (FeedState.CURRENT, FeedState.LATE)]
        late = [feed for feed in due if _is_unusual(feed, usual.own_days(feed), limits) and not _is_unusual(feed, usual.days(feed), limits)]
        if 2 * len(late) <= len(due):
            continue
        newest = min(late, key=lambda feed: feed.days_behind)
        names = ", ".join(feed.site_id for feed in late[:MOST_NAMES]) + (" and others" if len(late) > MOST_NAMES else "")
        many = f"{len(late):,} of {len(due):,} sites ({names})"
        text = (
            f"{lateness_text(newest.last_complete_day or '')} for {many}, {_days(newest.days_behind)} before the as-of date; "
            "their series are forecast from their last complete day on"
        )
        action = "upload the data of these sites, or start the run for an earlier day"
        yield Finding(Severity.WARN, name_feed(EVERY_SITE, dataset), text, action, f"source of {dataset}", weight=500.0 + len(late))


def _is_unusual(feed: Feed, usual: float, limits: QualityLimits) -> bool:
    return feed.days_behind - usual > limits.lateness_days


def _lateness(feed: Feed, usual: float, limits: QualityLimits) -> Iterator[Finding]:
    if feed.state is FeedState.UNUSABLE:
        rows = sum(feed.later_codes.values()) or feed.quarantined
        codes = f" ({list_codes(feed.later_codes)})" if feed.later_codes else ""
        yield _finding(feed, Severity.WARN, f"{rows:,} rows came, and none can be used{codes}", MEND, weight=1000.0)
        return
    if feed.last_complete_day is None or feed.state in (FeedState.CURRENT, FeedState.REPLACED):
        return
    since = f"{lateness_text(feed.last_complete_day)}, {_days(feed.days_behind)} before the as-of date"
    if feed.state is FeedState.SILENT:
        severity = Severity.INFO if feed.days_behind > CLOSED_DAYS else Severity.WARN
        if feed.later_codes:
            yield _finding(
                feed, Severity.WARN, f"{since}{_later(feed)}; its series are not forecast", MEND, weight=200.0 + feed.days_behind
            )
            return
        text = f"{since}: the site has closed, or its data is missing; its series are not forecast"
        yield _finding(feed, severity, text, "say whether the site has closed; if not, upload its data", weight=float(feed.days_behind))
        return
    partial = f"; {', '.join(map(str, feed.partial_days))} has far fewer rows than usual" if feed.partial_days else ""
    text = f"{since} (usual: {usual:g}){partial}{_later(feed)}; its series are forecast from that day on"
    severity = Severity.WARN if _is_unusual(feed, usual, limits) else Severity.INFO
    action = MEND if feed.later_codes else f"upload its data from {feed.last_complete_day + timedelta(days=1)} on"
    yield _finding(feed, severity, text, action, weight=100.0 + feed.days_behind)


def _later(feed: Feed) -> str:
    """Return what is in quarantine about the days after the last complete one."""
    return f"; rows of later days are in quarantine: {list_codes(feed.later_codes)}" if feed.later_codes else ""


def _completeness(feed: Feed, limits: QualityLimits) -> Iterator[Finding]:
    if feed.days_due and feed.days_complete / feed.days_due < limits.completeness:
        missing = feed.days_due - feed.days_complete
        text = f"{_days(missing)} of the last {RECENT_DAYS} on which rows are due {'is' if missing == 1 else 'are'} missing or unusable"
        days = ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in feed.unknown_days[-3:])
        yield _finding(feed, Severity.WARN, f"{text} ({days})", "upload the rows of these days", weight=float(missing))


def _content(feed: Feed, limits: QualityLimits) -> Iterator[Finding]:
    if feed.volume is not None and not limits.volume_low <= feed.volume <= limits.volume_high:
        text = f"the last complete week has {feed.volume:.0%} of the rows that its weekdays had in the eight weeks before"
        yield _finding(feed, Severity.WARN, text, "check whether rows are missing or were sent twice", weight=abs(feed.volume - 1))
    if feed.drift is not None and feed.drift > limits.drift:
        text = (
            f"quantities of the last {RECENT_DAYS} days are distributed unlike those before (PSI {feed.drift:.2f}, limit {limits.drift:g})"
        )
        yield _finding(feed, Severity.WARN, text, "check whether unit, assortment or scope of the data has changed", weight=feed.drift)


def _finding(feed: Feed, severity: Severity, text: str, action: str, weight: float) -> Finding:
    return Finding(severity, name_feed(feed.site_id, feed.dataset), text, action, f"source of {feed.dataset} at {feed.site_id}", weight)


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count:,} days"
