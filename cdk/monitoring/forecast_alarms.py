"""Alarms on the results of runs: forecast accuracy, intervals, bias, new series, anomalies and insights."""

from __future__ import annotations

from aws_cdk import Duration

from cdk.common.metrics import platform_metric
from cdk.monitoring.alarms import AlarmSpec, Condition, ticket
from cdk.settings.model import Settings
from contracts.metrics import PlatformMetric

DAY = Duration.days(1)
NOMINAL_COVERAGE_PERCENT, COVERAGE_TOLERANCE_POINTS = 80, 10
UNUSUAL_SIGMAS = 2
BIASED_VOLUME_PERCENT = 20
TOO_NEW_SERIES_PERCENT = 5
STORM_RATIO = 5  # to the usual number of groups


def forecast_alarms(settings: Settings) -> list[AlarmSpec]:
    """Return the alarms on what runs find. Accuracy degrades slowly, so weekly figures must be bad on two of three days."""
    coverage = platform_metric(settings, PlatformMetric.BACKTEST_COVERAGE, "Minimum")
    skill = platform_metric(settings, PlatformMetric.FORECAST_SKILL, "Minimum", DAY)
    accuracy_sigmas = platform_metric(settings, PlatformMetric.ACCURACY_SIGMAS, "Maximum", DAY)
    biased_share = platform_metric(settings, PlatformMetric.BIASED_SHARE, "Maximum", DAY)
    too_new_share = platform_metric(settings, PlatformMetric.TOO_NEW_SHARE, "Maximum", DAY)
    critical_anomalies = platform_metric(settings, PlatformMetric.CRITICAL_ANOMALIES, "Maximum")
    groups_ratio = platform_metric(settings, PlatformMetric.ANOMALY_TIMES_USUAL, "Maximum")
    insights_broken = platform_metric(settings, PlatformMetric.INSIGHTS_LEFT_OUT, "Maximum")
    return [
        ticket(
            "IntervalsNarrow",
            "intervals-narrow",
            "Fewer than 70 % of the back-tested days are between P10 and P90; 80 % is nominal.",
            Condition(coverage, NOMINAL_COVERAGE_PERCENT - COVERAGE_TOLERANCE_POINTS, below=True),
        ),
        ticket(
            "WorseThanNaive",
            "worse-than-naive",
            "Forecasts of the last week have no skill against the seasonal naive forecast, whichever series is the largest.",
            Condition(skill, 0, of=2, periods=3, below=True),
        ),
        ticket(
            "AccuracyDegraded",
            "accuracy-degraded",
            "For two weeks, the week-ahead WAPE has been two standard deviations above that of the 13 weeks before.",
            Condition(accuracy_sigmas, UNUSUAL_SIGMAS),
        ),
        ticket(
            "ForecastBiased",
            "forecast-biased",
            "SKUs with 20 % of the volume have been forecast too high, or too low, for weeks.",
            Condition(biased_share, BIASED_VOLUME_PERCENT, of=2, periods=3),
        ),
        ticket(
            "ManyNewSkus",
            "many-new-skus",
            "5 % of all series have too little history for a forecast.",
            Condition(too_new_share, TOO_NEW_SERIES_PERCENT),
        ),
        ticket(
            "AnomalyCritical",
            "anomaly-critical",
            "A run found an anomaly of demand that is CRITICAL, worth an alert, and was not so before.",
            Condition(critical_anomalies, 1),
        ),
        ticket(
            "AnomalyStorm", "anomaly-storm", "A run found five times as many anomaly groups as usual.", Condition(groups_ratio, STORM_RATIO)
        ),
        ticket(
            "InsightsBroken",
            "insights-broken",
            "Insights of a run were left out because a rule or an explanation is wrong; the others are shown.",
            Condition(insights_broken, 1),
        ),
    ]
