"""From the responses of a source to groups. What cannot be read is counted under a reason, never dropped in silence."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from kpi_engine.anomalies.detection.scores import MIN_SCORE
from kpi_engine.anomalies.formats import parse_number
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.lookout.series import read_series
from kpi_engine.anomalies.lookout.source import AnomalySource, get_group, list_series_pages, list_summaries
from kpi_engine.anomalies.lookout.timestamps import parse_timestamp
from kpi_engine.anomalies.lookout.wire import AnomalyGroupSummary, MetricImpact
from kpi_engine.anomalies.report import Exclusions
from kpi_engine.anomalies.window import Window, last_complete_day, require_days_back


@dataclass(frozen=True)
class ReadResult:
    """The groups of a source that touch the window, and how many others it listed, by reason. window: None without any group."""

    groups: list[AnomalyGroup]
    window: Window | None
    exclusions: Exclusions


@dataclass(frozen=True)
class Summary:
    """One entry of AnomalyGroupSummaryList that can be used."""

    id: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date
    score: float
    measure: str | None


def read_groups(source: AnomalySource, detector: str, days_back: int, *, until: date | datetime | None = None, zone: tzinfo) -> ReadResult:
    """Read the groups of a detector that touch the window of days_back local days.

    until: as for last_complete_day; without it the window ends with the last day on which the source has a group. Raises ValueError for
    days_back outside 1..3660 or a naive until, DuplicateKeys for two values at one instant, EndlessPages, and whatever the source raises.

    >>> from datetime import UTC
    >>> from kpi_engine.examples.lookout import DETECTOR, build_source
    >>> result = read_groups(build_source(), DETECTOR, 7, zone=UTC)
    >>> result.window.end.isoformat(), [group.id for group in result.groups]
    ('2026-11-21', ['g1'])
    """
    require_days_back(days_back)
    summaries, counts = read_summaries(source, detector, zone)
    last_day = max((summary.last_day for summary in summaries), default=None) if until is None else last_complete_day(until, zone)
    window = Window.ending(last_day, days_back) if last_day else None
    inside = [summary for summary in summaries if window and window.touches(summary.first_day, summary.last_day)]
    exclusions = Exclusions(**counts, n_outside_window=len(summaries) - len(inside))
    return ReadResult([read_group(source, detector, summary) for summary in inside], window, exclusions)


def read_summaries(source: AnomalySource, detector: str, zone: tzinfo) -> tuple[list[Summary], Counter[str]]:
    """Return the usable groups by id, and how many are not, by reason. Of a group that a later page repeats, the highest score stays.

    >>> from datetime import UTC
    >>> from kpi_engine.examples.lookout import DETECTOR, build_source
    >>> summaries, counts = read_summaries(build_source(), DETECTOR, UTC)
    >>> [summary.score for summary in summaries], counts["n_repeated"]
    ([75.0], 0)
    """
    counts: Counter[str] = Counter()
    by_id: dict[str, Summary] = {}
    for entry in list_summaries(source, detector):
        summary = _parse_summary(entry, zone)
        if isinstance(summary, str):
            counts[summary] += 1
            continue
        counts["n_repeated"] += summary.id in by_id
        by_id[summary.id] = max(summary, by_id.get(summary.id, summary), key=lambda one: (one.score, one.end, one.start))
    return [by_id[group_id] for group_id in sorted(by_id)], counts


def read_group(source: AnomalySource, detector: str, summary: Summary) -> AnomalyGroup:
    """Return the group with its impact and the series of its primary measure. A group without measures has neither.

    >>> from datetime import UTC
    >>> from kpi_engine.examples.lookout import DETECTOR, build_source
    >>> (summary,), _ = read_summaries(build_source(), DETECTOR, UTC)
    >>> read_group(build_source(), DETECTOR, summary).series.days.actual
    array([[60.]])
    """
    detail = get_group(source, detector, summary.id)
    impacts = {str(impact["MetricName"]): impact for impact in detail.get("MetricLevelImpactList") or () if impact.get("MetricName")}
    measure = summary.measure or _parse_text(detail.get("PrimaryMetricName")) or next(iter(sorted(impacts)), None)
    pages = list_series_pages(source, detector, summary.id, measure) if measure else ()
    return AnomalyGroup(
        id=summary.id,
        start=summary.start,
        end=summary.end,
        first_day=summary.first_day,
        last_day=summary.last_day,
        score=summary.score,
        measure=measure,
        series=read_series(pages, summary.start, summary.end),
        reported_kind=_parse_kind(detail.get("AnomalyType")),
        also_affected=tuple(sorted(set(impacts) - {measure})),
        contributions=_parse_contributions(impacts.get(measure or "", {})),
    )


def _parse_summary(entry: AnomalyGroupSummary, zone: tzinfo) -> Summary | str:
    """The summary, or the reason why it cannot be used."""
    group_id, score = _parse_text(entry.get("AnomalyGroupId")), parse_number(entry.get("AnomalyGroupScore"))
    start, end = parse_timestamp(entry.get("StartTime")), parse_timestamp(entry.get("EndTime"))
    if group_id is None:
        return "n_without_id"
    if start is None or end is None or end < start:
        return "n_without_interval"
    if not 0 <= score <= 100:
        return "n_unknown_score"
    if score < MIN_SCORE:
        return "n_below_threshold"
    first_day, last_day = start.astimezone(zone).date(), end.astimezone(zone).date()
    return Summary(group_id, start, end, first_day, last_day, score, _parse_text(entry.get("PrimaryMetricName")))


def _parse_contributions(impact: MetricImpact) -> Mapping[str, Mapping[str, float]]:
    """The contribution scores by dimension and value; a value that is listed twice adds up."""
    contributions: dict[str, dict[str, float]] = {}
    for dimension in (impact.get("ContributionMatrix") or {}).get("DimensionContributionList") or ():
        weights = contributions.setdefault(str(dimension.get("DimensionName")), {})
        for value in dimension.get("DimensionValueContributionList") or ():
            weight = parse_number(value.get("ContributionScore"))
            name = str(value.get("DimensionValue"))
            weights[name] = weights.get(name, 0.0) + (0.0 if math.isnan(weight) else weight)
    return contributions


def _parse_kind(value: object) -> AnomalyKind | None:
    return AnomalyKind(str(value)) if value in list(AnomalyKind) else None


def _parse_text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
