"""From a source's responses to groups. What cannot be read is counted under a reason, never dropped in silence."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from kpi_engine.anomalies.alerts.numbers import number
from kpi_engine.anomalies.assessment.severity import REPORTED_FROM
from kpi_engine.anomalies.detection.kinds import Kind
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.lookout import source as lookout
from kpi_engine.anomalies.lookout.series import read_series
from kpi_engine.anomalies.lookout.source import AnomalySource, Response
from kpi_engine.anomalies.window import instant

EXCLUSIONS = ("n_without_id", "n_without_interval", "n_unknown_score", "n_below_threshold", "n_repeated", "n_outside_window")


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


def read_summaries(source: AnomalySource, detector: str, zone: tzinfo) -> tuple[list[Summary], Counter[str]]:
    """The usable groups by id, and how many are not, by reason. Of a group that a later page repeats, the highest score stays."""
    excluded = Counter(dict.fromkeys(EXCLUSIONS, 0))
    found: dict[str, Summary] = {}
    for entry in lookout.summaries(source, detector):
        summary = _summary(entry, zone)
        if isinstance(summary, str):
            excluded[summary] += 1
            continue
        excluded["n_repeated"] += summary.id in found
        found[summary.id] = max(summary, found.get(summary.id, summary), key=lambda one: (one.score, one.end, one.start))
    return [found[group_id] for group_id in sorted(found)], excluded


def read_group(source: AnomalySource, detector: str, summary: Summary) -> AnomalyGroup:
    """The group with its impact and the series of its primary measure. A group without measures has neither."""
    details = lookout.group(source, detector, summary.id)
    impacts = {str(impact["MetricName"]): impact for impact in details.get("MetricLevelImpactList") or () if impact.get("MetricName")}
    measure = summary.measure or _text(details.get("PrimaryMetricName")) or next(iter(sorted(impacts)), None)
    pages = lookout.time_series_pages(source, detector, summary.id, measure) if measure else ()
    return AnomalyGroup(
        id=summary.id,
        start=summary.start,
        end=summary.end,
        first_day=summary.first_day,
        last_day=summary.last_day,
        score=summary.score,
        measure=measure,
        also_affected=tuple(sorted(set(impacts) - {measure})),
        told_kind=_kind(details.get("AnomalyType")),
        contributions=_contributions(impacts.get(measure or "", {})),
        series=read_series(pages, summary.start, summary.end),
    )


def _summary(entry: Response, zone: tzinfo) -> Summary | str:
    group_id, start, end = _text(entry.get("AnomalyGroupId")), instant(entry.get("StartTime")), instant(entry.get("EndTime"))
    score = number(entry.get("AnomalyGroupScore"))
    if group_id is None:
        return "n_without_id"
    if start is None or end is None or end < start:
        return "n_without_interval"
    if not 0 <= score <= 100:
        return "n_unknown_score"
    if score < REPORTED_FROM:
        return "n_below_threshold"
    first_day, last_day = start.astimezone(zone).date(), end.astimezone(zone).date()
    return Summary(group_id, start, end, first_day, last_day, score, _text(entry.get("PrimaryMetricName")))


def _contributions(impact: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The contribution scores by dimension and value; a value that is listed twice adds up."""
    dimensions: Iterable[Response] = (impact.get("ContributionMatrix") or {}).get("DimensionContributionList") or ()
    found: dict[str, dict[str, float]] = {}
    for dimension in dimensions:
        weights = found.setdefault(str(dimension.get("DimensionName")), {})
        for value in dimension.get("DimensionValueContributionList") or ():
            weight = number(value.get("ContributionScore"))
            name = str(value.get("DimensionValue"))
            weights[name] = weights.get(name, 0.0) + (0.0 if math.isnan(weight) else weight)
    return found


def _kind(told: object) -> str | None:
    return str(told) if told in list(Kind) else None


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
