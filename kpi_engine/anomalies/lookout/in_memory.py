"""A source of anomaly groups that are at hand, such as those that the detector found: pages and thresholds as the retired service did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kpi_engine.anomalies.alerts.numbers import number
from kpi_engine.anomalies.lookout.source import Response

MOST_RESULTS = 100
SUMMARY = ("StartTime", "EndTime", "AnomalyGroupId", "AnomalyGroupScore", "PrimaryMetricName")


@dataclass(frozen=True)
class GroupsAtHand:
    """groups: AnomalyGroup objects by detector. series: by group id, a page {TimestampList, TimeSeriesList} of each measure.

    Raises KeyError for a detector or a group that it does not have.
    """

    groups: Mapping[str, Sequence[Mapping[str, Any]]]
    series: Mapping[str, Mapping[str, Response]] = field(default_factory=dict)
    page_size: int = MOST_RESULTS

    def list_anomaly_group_summaries(self, **request: Any) -> Response:
        """One page of the groups that score at least SensitivityThreshold, as listed; an unknown score is the reader's to judge."""
        least = request["SensitivityThreshold"]
        listed = [group for group in self.groups[request["AnomalyDetectorArn"]] if not number(group["AnomalyGroupScore"]) < least]
        page, token = self._page(listed, request)
        entries = [{name: group.get(name) for name in SUMMARY} for group in page]
        return {"AnomalyGroupSummaryList": entries, "AnomalyGroupStatistics": {"TotalCount": len(listed)}, **token}

    def get_anomaly_group(self, **request: Any) -> Response:
        """One group."""
        groups = {group["AnomalyGroupId"]: group for group in self.groups[request["AnomalyDetectorArn"]]}
        return {"AnomalyGroup": dict(groups[request["AnomalyGroupId"]])}

    def list_anomaly_group_time_series(self, **request: Any) -> Response:
        """One page of the series of a measure in a group."""
        group_id, measure = request["AnomalyGroupId"], request["MetricName"]
        found = self.series.get(group_id, {}).get(measure, {})
        page, token = self._page(found.get("TimeSeriesList", ()), request)
        stamps = list(found.get("TimestampList", ()))
        return {"AnomalyGroupId": group_id, "MetricName": measure, "TimestampList": stamps, "TimeSeriesList": page, **token}

    def _page(self, listed: Sequence[Any], paging: Mapping[str, Any]) -> tuple[list[Any], dict[str, str]]:
        start, size = int(paging.get("NextToken", 0)), min(int(paging.get("MaxResults", MOST_RESULTS)), self.page_size)
        page = list(listed[start : start + size])
        return page, {"NextToken": str(start + size)} if start + size < len(listed) else {}
