"""Source of groups of anomalies: a port with the operations and messages of Amazon Lookout for Metrics.

A client of that service fits the port as it is: SensitivityThreshold is required (0..100, the least score to report), MaxResults is
1..100, NextToken must not be sent empty, and the last page has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypedDict, TypeVar, Unpack

from kpi_engine.anomalies.detection.scores import MIN_SCORE
from kpi_engine.anomalies.lookout.wire import AnomalyGroupDetail, AnomalyGroupSummary, GroupResponse, Page, SeriesPage, SummariesPage
from kpi_engine.shared.errors import KpiError

P = TypeVar("P", bound=Page)


class Paging(TypedDict, total=False):
    """The part of a request that selects a page."""

    MaxResults: int
    NextToken: str


class SummariesRequest(Paging):
    """The request of ListAnomalyGroupSummaries."""

    AnomalyDetectorArn: str
    SensitivityThreshold: float


class GroupRequest(TypedDict):
    """The request of GetAnomalyGroup."""

    AnomalyDetectorArn: str
    AnomalyGroupId: str


class SeriesRequest(GroupRequest, Paging):
    """The request of ListAnomalyGroupTimeSeries."""

    MetricName: str


class AnomalySource(Protocol):
    """The three read operations. Errors of a source pass through the engine unchanged."""

    def list_anomaly_group_summaries(self, **request: Unpack[SummariesRequest]) -> SummariesPage:
        """Return one page of the groups that score at least SensitivityThreshold."""
        ...

    def get_anomaly_group(self, **request: Unpack[GroupRequest]) -> GroupResponse:
        """Return one group with its impact on each measure."""
        ...

    def list_anomaly_group_time_series(self, **request: Unpack[SeriesRequest]) -> SeriesPage:
        """Return one page of the time series of a measure in a group."""
        ...


class EndlessPages(KpiError):
    """A source gave a NextToken that it had given before."""


def list_summaries(source: AnomalySource, detector: str) -> Iterator[AnomalyGroupSummary]:
    """Yield all groups that score at least 30, over all pages.

    >>> from kpi_engine.examples.lookout import DETECTOR, build_source
    >>> [summary["AnomalyGroupId"] for summary in list_summaries(build_source(), DETECTOR)]
    ['g1']
    """
    for page in read_pages(source.list_anomaly_group_summaries, AnomalyDetectorArn=detector, SensitivityThreshold=MIN_SCORE):
        yield from page.get("AnomalyGroupSummaryList") or ()


def get_group(source: AnomalySource, detector: str, group_id: str) -> AnomalyGroupDetail:
    """Return one group with its impact on measures; empty when the source does not describe it.

    >>> from kpi_engine.examples.lookout import DETECTOR, build_source
    >>> get_group(build_source(), DETECTOR, "g1")["PrimaryMetricName"]
    'demand'
    """
    return source.get_anomaly_group(AnomalyDetectorArn=detector, AnomalyGroupId=group_id).get("AnomalyGroup") or {}


def list_series_pages(source: AnomalySource, detector: str, group_id: str, measure: str) -> Iterator[SeriesPage]:
    """Yield the pages of the series of one measure in a group.

    >>> from kpi_engine.examples.lookout import DETECTOR, build_source
    >>> [page["TimeSeriesList"][0]["MetricValueList"] for page in list_series_pages(build_source(), DETECTOR, "g1", "demand")]
    [[60.0]]
    """
    return read_pages(source.list_anomaly_group_time_series, AnomalyDetectorArn=detector, AnomalyGroupId=group_id, MetricName=measure)


def read_pages(operation: Callable[..., P], **request: str | float) -> Iterator[P]:
    """Yield the pages of a paged operation. Raises EndlessPages when a token comes back.

    >>> responses = iter([{"AnomalyGroupSummaryList": [{}], "NextToken": "1"}, {"AnomalyGroupSummaryList": [{}, {}]}])
    >>> [len(page["AnomalyGroupSummaryList"]) for page in read_pages(lambda **request: next(responses))]
    [1, 2]
    """
    tokens: set[str] = set()
    while True:
        page = operation(**request)
        yield page
        token = str(page.get("NextToken") or "")
        if not token:
            return
        if token in tokens:
            raise EndlessPages(f"NextToken {token!r} was given twice")
        tokens.add(token)
        request["NextToken"] = token
