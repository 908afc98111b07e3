"""Where groups of anomalies come from: a port with the operations and shapes of Amazon Lookout for Metrics.

Names, types and limits as in the service's API model 2017-07-25 (botocore 1.40.50, data/lookoutmetrics/2017-07-25/service-2.json; the
service ended on 2025-10-09 and botocore dropped the model later). A client of that service fits the port as it is: SensitivityThreshold
is required (0..100, the least score to report), MaxResults is 1..100, NextToken must not be sent empty, and the last page has none.

Three things that the retired service never told are read from a source that does, under names in its style, and are optional:
per time series ExpectedValueList, LowerValueList, UpperValueList (p50, p10, p90), CapacityValueList and OrderCountList, parallel to
TimestampList as MetricValueList is; per group AnomalyType, a Kind that the source knows from history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from kpi_engine.anomalies.assessment.severity import REPORTED_FROM
from kpi_engine.shared.errors import KpiError

Response = Mapping[str, Any]


class AnomalySource(Protocol):
    """The three read operations. Errors of a source pass through the engine unchanged."""

    def list_anomaly_group_summaries(self, **request: Any) -> Response:
        """AnomalyGroupSummaryList: StartTime, EndTime, AnomalyGroupId, AnomalyGroupScore, PrimaryMetricName; NextToken."""
        ...

    def get_anomaly_group(self, **request: Any) -> Response:
        """AnomalyGroup: the summary and MetricLevelImpactList with MetricName, NumTimeSeries, ContributionMatrix."""
        ...

    def list_anomaly_group_time_series(self, **request: Any) -> Response:
        """TimestampList, TimeSeriesList with TimeSeriesId, DimensionList, MetricValueList; NextToken."""
        ...


class EndlessPages(KpiError):
    """A source gave a NextToken that it had given before."""


def summaries(source: AnomalySource, detector: str) -> Iterator[Response]:
    """All groups that score at least 30, over all pages."""
    for page in pages(source.list_anomaly_group_summaries, AnomalyDetectorArn=detector, SensitivityThreshold=REPORTED_FROM):
        yield from page.get("AnomalyGroupSummaryList") or ()


def group(source: AnomalySource, detector: str, group_id: str) -> Response:
    """One group with its impact on measures; empty when the source says nothing of it."""
    return source.get_anomaly_group(AnomalyDetectorArn=detector, AnomalyGroupId=group_id).get("AnomalyGroup") or {}


def time_series_pages(source: AnomalySource, detector: str, group_id: str, measure: str) -> Iterator[Response]:
    """The pages of the series of one measure in a group."""
    return pages(source.list_anomaly_group_time_series, AnomalyDetectorArn=detector, AnomalyGroupId=group_id, MetricName=measure)


def pages(operation: Callable[..., Response], **request: Any) -> Iterator[Response]:
    """The pages of a paged operation. Raises EndlessPages when a token comes back."""
    seen: set[str] = set()
    while True:
        page = operation(**request)
        yield page
        token = page.get("NextToken")
        if not token:
            return
        if token in seen:
            raise EndlessPages(f"NextToken {token!r} was given twice")
        seen.add(token)
        request["NextToken"] = token
