"""A source of groups in memory, such as an export of the retired service: pages and thresholds as the service had them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, Unpack

from kpi_engine.anomalies.formats import parse_number
from kpi_engine.anomalies.lookout.source import AnomalySource, GroupRequest, SeriesRequest, SummariesRequest
from kpi_engine.anomalies.lookout.wire import AnomalyGroupDetail, AnomalyGroupSummary, GroupResponse, SeriesPage, SummariesPage

MAX_RESULTS = 100
T = TypeVar("T")


@dataclass(frozen=True)
class InMemoryAnomalySource(AnomalySource):
    """groups: AnomalyGroup objects by detector. series: by group id, a page {TimestampList, TimeSeriesList} of each measure.

    Raises KeyError for a detector or a group that it does not have.

    >>> source = InMemoryAnomalySource({"demand": [{"AnomalyGroupId": "g1", "AnomalyGroupScore": 75.0}]})
    >>> source.list_anomaly_group_summaries(AnomalyDetectorArn="demand", SensitivityThreshold=80)["AnomalyGroupSummaryList"]
    []
    """

    groups: Mapping[str, Sequence[AnomalyGroupDetail]]
    series: Mapping[str, Mapping[str, SeriesPage]] = field(default_factory=dict)
    page_size: int = MAX_RESULTS

    def list_anomaly_group_summaries(self, **request: Unpack[SummariesRequest]) -> SummariesPage:
        """Return a page of the groups at or above the threshold."""
        least = request["SensitivityThreshold"]
        # A score that cannot be read is the reader's to count, so it is listed.
        groups = [group for group in self.groups[request["AnomalyDetectorArn"]] if not parse_number(group["AnomalyGroupScore"]) < least]
        page, token = self._cut(groups, request.get("NextToken"), request.get("MaxResults", MAX_RESULTS))
        response: SummariesPage = {
            "AnomalyGroupSummaryList": [_summarise(group) for group in page],
            "AnomalyGroupStatistics": {"TotalCount": len(groups)},
        }
        return {**response, "NextToken": token} if token else response

    def get_anomaly_group(self, **request: Unpack[GroupRequest]) -> GroupResponse:
        """Return one group."""
        groups = {group["AnomalyGroupId"]: group for group in self.groups[request["AnomalyDetectorArn"]]}
        return {"AnomalyGroup": groups[request["AnomalyGroupId"]]}

    def list_anomaly_group_time_series(self, **request: Unpack[SeriesRequest]) -> SeriesPage:
        """Return a page of a group's series of one measure."""
        group_id, measure = request["AnomalyGroupId"], request["MetricName"]
        series = self.series.get(group_id, {}).get(measure, {})
        members, token = self._cut(series.get("TimeSeriesList") or (), request.get("NextToken"), request.get("MaxResults", MAX_RESULTS))
        page: SeriesPage = {
            "AnomalyGroupId": group_id,
            "MetricName": measure,
            "TimestampList": series.get("TimestampList") or (),
            "TimeSeriesList": members,
        }
        return {**page, "NextToken": token} if token else page

    def _cut(self, rows: Sequence[T], token: str | None, max_results: int) -> tuple[Sequence[T], str | None]:
        """One page of the rows, and the token of the next one."""
        start, size = int(token or 0), min(max_results, self.page_size)
        return rows[start : start + size], str(start + size) if start + size < len(rows) else None


def _summarise(group: AnomalyGroupDetail) -> AnomalyGroupSummary:
    return {
        "StartTime": group.get("StartTime"),
        "EndTime": group.get("EndTime"),
        "AnomalyGroupId": group.get("AnomalyGroupId"),
        "AnomalyGroupScore": group.get("AnomalyGroupScore"),
        "PrimaryMetricName": group.get("PrimaryMetricName"),
    }
