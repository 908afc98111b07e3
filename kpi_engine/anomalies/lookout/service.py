"""The groups of the built-in detector in the messages of Amazon Lookout for Metrics, for code that was written for that service."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from kpi_engine.anomalies.assessment.contributions import contribution_shares
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.lookout.in_memory import InMemoryAnomalySource
from kpi_engine.anomalies.lookout.wire import AnomalyGroupDetail, SeriesPage, Values, WireSeries
from kpi_engine.shared.arrays import Floats

DETECTOR_ARN = "arn:aws:lookoutmetrics:::AnomalyDetector:builtin"


class LookoutMetricsService(InMemoryAnomalySource):
    """Serve groups by the operations of the service: names, messages and pages as its API model 2017-07-25 has them."""

    @classmethod
    def of(cls, groups: Sequence[AnomalyGroup], detector: str = DETECTOR_ARN) -> LookoutMetricsService:
        """Serve groups under the ARN of a detector. Ids are UUIDs, as those of the service.

        >>> from kpi_engine.anomalies.detection.detector import detect_groups
        >>> from kpi_engine.examples.anomalies import build_panel
        >>> service = LookoutMetricsService.of(detect_groups(build_panel()))
        >>> page = service.list_anomaly_group_summaries(AnomalyDetectorArn=DETECTOR_ARN, SensitivityThreshold=50)
        >>> [summary["PrimaryMetricName"] for summary in page["AnomalyGroupSummaryList"]]
        ['demand', 'demand']
        """
        details = [_to_detail(group) for group in groups]
        series = {
            str(detail["AnomalyGroupId"]): {str(group.measure): _to_series(group)} for detail, group in zip(details, groups, strict=True)
        }
        return cls({detector: details}, series)


def _to_detail(group: AnomalyGroup) -> AnomalyGroupDetail:
    return {
        "AnomalyGroupId": str(UUID(group.id)),
        "StartTime": f"{group.start:%Y-%m-%dT%H:%M:%SZ}",
        "EndTime": f"{group.end:%Y-%m-%dT%H:%M:%SZ}",
        "AnomalyGroupScore": group.score,
        "PrimaryMetricName": group.measure,
        "MetricLevelImpactList": [
            {
                "MetricName": group.measure,
                "NumTimeSeries": len(group.series.dimensions),
                "ContributionMatrix": {
                    "DimensionContributionList": [
                        {
                            "DimensionName": name,
                            "DimensionValueContributionList": [
                                {"DimensionValue": value, "ContributionScore": share}
                                for value, share in contribution_shares(group, name).items()
                            ],
                        }
                        for name in group.dimensions
                    ]
                },
            }
        ],
    }


def _to_series(group: AnomalyGroup) -> SeriesPage:
    days = group.series.days
    members: list[WireSeries] = [
        {
            "TimeSeriesId": "|".join(member.values()),
            "DimensionList": [{"DimensionName": name, "DimensionValue": value} for name, value in member.items()],
            "MetricValueList": _to_list(days.actual[row]),
            "ExpectedValueList": _to_list(days.expected[row]),
            "LowerValueList": _to_list(days.lower[row]),
            "UpperValueList": _to_list(days.upper[row]),
        }
        for row, member in enumerate(group.series.dimensions)
    ]
    return {"TimestampList": [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in group.series.instants], "TimeSeriesList": members}


def _to_list(values: Floats) -> Values:
    return [float(value) if np.isfinite(value) else None for value in values]
