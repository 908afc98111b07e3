"""Alarms of what runs find and publish: are forecasts as good as they were, and anomalies as rare?"""

from __future__ import annotations

from aws_cdk import Duration

from cdk.monitoring.alarms import Reading, Watch, ticket
from cdk.monitoring.targets import measured
from cdk.settings.model import Settings
from contracts.metrics import Metric

DAY = Duration.days(1)
NOMINAL_COVERAGE, COVERAGE_GAP = 80, 10  # percent, points
UNUSUAL_SIGMAS = 2
BIASED_PERCENT = 20  # of the volume
TOO_NEW_PERCENT = 5  # of the series
STORM = 5  # times the usual number of groups


def forecast_watches(settings: Settings) -> list[Watch]:
    """Forecasts get worse slowly, so figures of single weeks must be bad on two days of three."""
    coverage = measured(settings, Metric.BACKTEST_COVERAGE, "Minimum")
    added = measured(settings, Metric.FORECAST_VALUE_ADDED, "Minimum", DAY)
    sigmas = measured(settings, Metric.ACCURACY_SIGMAS, "Maximum", DAY)
    biased = measured(settings, Metric.BIASED_SHARE, "Maximum", DAY)
    too_new = measured(settings, Metric.TOO_NEW_SHARE, "Maximum", DAY)
    groups = measured(settings, Metric.ANOMALY_TIMES_USUAL, "Maximum")
    return [
        ticket(
            "IntervalsNarrow",
            "intervals-narrow",
            "Fewer than 70 % of back-tested days fell between P10 and P90; 80 % should.",
            Reading(coverage, NOMINAL_COVERAGE - COVERAGE_GAP, below=True),
        ),
        ticket(
            "WorseThanNaive",
            "worse-than-naive",
            "Last week a simple method would have forecast better.",
            Reading(added, 0, 2, 3, below=True),
        ),
        ticket(
            "AccuracyDegraded",
            "accuracy-degraded",
            "For two weeks every week-ahead WAPE was two sigmas above that of the 13 weeks before.",
            Reading(sigmas, UNUSUAL_SIGMAS),
        ),
        ticket(
            "ForecastBiased",
            "forecast-biased",
            "SKUs with a fifth of the volume are forecast too high, or too low, for weeks.",
            Reading(biased, BIASED_PERCENT, 2, 3),
        ),
        ticket("ManyNewSkus", "many-new-skus", "5 % of all series are too new to be forecast.", Reading(too_new, TOO_NEW_PERCENT)),
        ticket("AnomalyStorm", "anomaly-storm", "A run found five times as many groups of anomalies as usual.", Reading(groups, STORM)),
    ]
