"""A source in the messages of Amazon Lookout for Metrics with one group: a SKU that fell by 40 units on 21 November."""

from __future__ import annotations

from kpi_engine.anomalies.lookout.in_memory import InMemoryAnomalySource
from kpi_engine.anomalies.lookout.wire import AnomalyGroupDetail, SeriesPage

DETECTOR = "arn:aws:lookoutmetrics:eu-west-1:000000000000:AnomalyDetector:demand"
DAY = "2026-11-21T00:00:00Z"
GROUP: AnomalyGroupDetail = {
    "AnomalyGroupId": "g1",
    "StartTime": DAY,
    "EndTime": DAY,
    "AnomalyGroupScore": 75.0,
    "PrimaryMetricName": "demand",
    "MetricLevelImpactList": [{"MetricName": "demand", "NumTimeSeries": 1}],
}
SERIES: SeriesPage = {
    "TimestampList": [DAY],
    "TimeSeriesList": [
        {
            "TimeSeriesId": "LDS1|SKU-1",
            "DimensionList": [
                {"DimensionName": "site_id", "DimensionValue": "LDS1"},
                {"DimensionName": "sku_id", "DimensionValue": "SKU-1"},
            ],
            "MetricValueList": [60.0],
            "ExpectedValueList": [100.0],
            "LowerValueList": [90.0],
            "UpperValueList": [110.0],
        }
    ],
}


def build_source() -> InMemoryAnomalySource:
    """Return the source.

    >>> build_source().get_anomaly_group(AnomalyDetectorArn=DETECTOR, AnomalyGroupId="g1")["AnomalyGroup"]["AnomalyGroupScore"]
    75.0
    """
    return InMemoryAnomalySource({DETECTOR: [GROUP]}, {"g1": {"demand": SERIES}})
