"""The platform's own CloudWatch metrics, as alarms and dashboards read them."""

from __future__ import annotations

from aws_cdk import Duration, aws_cloudwatch

from cdk.settings.model import Settings
from contracts.metrics import NAMESPACE, PlatformMetric

PERIOD = Duration.minutes(5)
"""The period of every metric, unless an alarm needs another."""


def platform_metric(settings: Settings, metric: PlatformMetric, statistic: str, period: Duration = PERIOD) -> aws_cloudwatch.Metric:
    """Return a metric of contracts/metrics.py in this stage."""
    return aws_cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=str(metric),
        dimensions_map=metric.dimensions(settings.stage),
        statistic=statistic,
        period=period,
    )
