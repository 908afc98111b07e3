"""Two dashboards: what the platform is worth to its operator, and how its machinery runs."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch
from cdk_monitoring_constructs import (
    AlarmFactoryDefaults,
    CustomMetricGroup,
    DefaultDashboardFactory,
    MetricFactoryDefaults,
    MonitoringFacade,
)
from constructs import Construct

from cdk.monitoring.targets import Watched, measured
from cdk.settings.model import Settings
from contracts.metrics import NAMESPACE, Metric

# Title of a graph -> its metrics, and how they add up.
Graph = tuple[tuple[Metric, ...], str]
BUSINESS: dict[str, dict[str, Graph]] = {
    "Accuracy": {
        "Forecast error, WAPE %": ((Metric.ACCURACY_WAPE,), "Average"),
        "Better than seasonal naive by, points": ((Metric.FORECAST_VALUE_ADDED,), "Average"),
        "Volume forecast too high or too low all the time, %": ((Metric.BIASED_SHARE,), "Maximum"),
        "Sigmas above the usual error (2 for two weeks is worse)": ((Metric.ACCURACY_SIGMAS,), "Maximum"),
        "Back-test error, WAPE %": ((Metric.BACKTEST_WAPE,), "Average"),
        "Back-test days inside P10 to P90, % (80 is right)": ((Metric.BACKTEST_COVERAGE,), "Average"),
    },
    "Runs": {
        "Runs published": ((Metric.RUN_PUBLISHED,), "Sum"),
        "Runs that ended": ((Metric.RUNS_SUCCEEDED, Metric.RUNS_FAILED), "Sum"),
        "Time of a run, times the usual": ((Metric.RUN_TIMES_USUAL,), "Maximum"),
        "DPU-hours of the jobs": ((Metric.GLUE_DPU_HOURS,), "Sum"),
        "Series and rows forecast": ((Metric.FORECAST_SERIES, Metric.FORECAST_ROWS), "Maximum"),
        "Series too new to forecast, %": ((Metric.TOO_NEW_SHARE,), "Maximum"),
    },
    "Anomalies": {
        "Groups and alerts": ((Metric.ANOMALY_GROUPS, Metric.ANOMALY_ALERTS), "Maximum"),
        "Groups, times the usual": ((Metric.ANOMALY_TIMES_USUAL,), "Maximum"),
    },
    "Data": {
        "Age of the newest day, days (1 is fresh)": ((Metric.INPUT_AGE_DAYS,), "Maximum"),
        "Objects that landed": ((Metric.OBJECTS_ACCEPTED, Metric.OBJECTS_DUPLICATE, Metric.OBJECTS_REJECTED), "Sum"),
        "Rows in, rows quarantined": ((Metric.ROWS_IN, Metric.ROWS_QUARANTINED), "Sum"),
        "Share of bad rows": ((Metric.BAD_ROW_SHARE,), "Maximum"),
    },
}
JUDGED = ("BlockedRequests", "AllowedRequests")


class Dashboards(Construct):
    """Named after the stage, so that people find them; CloudWatch asks for a name."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, watched: Watched) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._business()
        self._technical(watched)

    def _business(self) -> None:
        board = self._board("Business")
        for heading, graphs in BUSINESS.items():
            board.add_large_header(heading)
            board.monitor_custom(
                human_readable_name=heading,
                alarm_friendly_name=heading,
                metric_groups=[CustomMetricGroup(title=title, metrics=self._metrics(*graph)) for title, graph in graphs.items()],
            )

    def _technical(self, watched: Watched) -> None:
        board = self._board("Technical")
        board.add_large_header("API")
        board.monitor_api_gateway(api=watched.api, api_stage=self._settings.stage, human_readable_name="API")
        if watched.firewall:
            # Not the library's own panel of a firewall, which wants a physical name.
            graph = CustomMetricGroup(title="Blocked and allowed requests", metrics=[watched.firewall.metric(name) for name in JUDGED])
            board.monitor_custom(human_readable_name="Firewall", alarm_friendly_name="Firewall", metric_groups=[graph])
        board.add_large_header("Runs")
        board.monitor_step_function(state_machine=watched.machine, human_readable_name="Runs")
        board.monitor_sqs_queue_with_dlq(queue=watched.queue, dead_letter_queue=watched.dead_letters, human_readable_name="Landed objects")
        board.add_large_header("Database")
        board.monitor_rds_cluster(cluster=watched.cluster, human_readable_name="Database")
        board.add_large_header("Functions")
        for name, function in watched.functions.items():
            board.monitor_lambda_function(lambda_function=function, human_readable_name=name, alarm_friendly_name=name)

    def _board(self, name: str) -> MonitoringFacade:
        factory = DefaultDashboardFactory(
            self,
            f"{name}Dashboard",
            dashboard_name_prefix=f"{self._settings.stack_name(name)}",
            create_alarm_dashboard=False,
            create_summary_dashboard=False,
        )
        return MonitoringFacade(
            self,
            name,
            dashboard_factory=factory,
            metric_factory_defaults=MetricFactoryDefaults(namespace=NAMESPACE),
            # The alarms are our own: the library cannot say of each which runbook belongs to it.
            alarm_factory_defaults=AlarmFactoryDefaults(actions_enabled=False, alarm_name_prefix=self._settings.stack_name(name)),
        )

    def _metrics(self, metrics: tuple[Metric, ...], statistic: str) -> list[aws_cloudwatch.Metric]:
        return [measured(self._settings, metric, statistic) for metric in metrics]
