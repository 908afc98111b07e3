"""Two dashboards: what the platform is worth to its operator, and how its machinery runs."""

from __future__ import annotations

from aws_cdk.aws_cloudwatch import Metric
from cdk_monitoring_constructs import (
    AlarmFactoryDefaults,
    CustomMetricGroup,
    DefaultDashboardFactory,
    MetricFactoryDefaults,
    MonitoringFacade,
)
from constructs import Construct

from cdk.compute.function import METRICS_NAMESPACE
from cdk.monitoring.targets import Watched, measured
from cdk.settings.model import Settings

# Title of a graph -> the function that measures, its metrics, and how they add up.
Graph = tuple[str, tuple[str, ...], str]
BUSINESS: dict[str, dict[str, Graph]] = {
    "Accuracy": {
        "Forecast error, WAPE %": ("kpi_calculator", ("AccuracyWape",), "Average"),
        "Better than seasonal naive by, points": ("kpi_calculator", ("ForecastValueAdded",), "Average"),
        "Volume forecast too high or too low all the time, %": ("kpi_calculator", ("BiasedShare",), "Maximum"),
        "Sigmas above the usual error (2 for two weeks is worse)": ("kpi_calculator", ("AccuracySigmas",), "Maximum"),
        "Back-test error, WAPE %": ("run_publisher", ("BacktestWape",), "Average"),
        "Back-test days inside P10 to P90, % (80 is right)": ("run_publisher", ("BacktestCoverage",), "Average"),
    },
    "Runs": {
        "Runs published": ("run_publisher", ("RunPublished",), "Sum"),
        "Runs that ended": ("run_recorder", ("RunsSucceeded", "RunsFailed"), "Sum"),
        "Time of a run, times the usual": ("run_recorder", ("RunTimesUsual",), "Maximum"),
        "DPU-hours of the jobs": ("run_recorder", ("GlueDpuHours",), "Sum"),
        "Series and rows forecast": ("run_publisher", ("ForecastSeries", "ForecastRows"), "Maximum"),
        "Series too new to forecast, %": ("run_publisher", ("TooNewShare",), "Maximum"),
    },
    "Anomalies": {
        "Groups and alerts": ("anomaly_detector", ("AnomalyGroups", "AnomalyAlerts"), "Maximum"),
        "Groups, times the usual": ("anomaly_detector", ("AnomalyTimesUsual",), "Maximum"),
    },
    "Data": {
        "Age of the newest day, days (1 is fresh)": ("run_resolver", ("InputAgeDays",), "Maximum"),
        "Objects that landed": ("data_processor", ("ObjectsAccepted", "ObjectsDuplicate", "ObjectsRejected"), "Sum"),
        "Rows in, rows quarantined": ("quality_gate", ("RowsIn", "RowsQuarantined"), "Sum"),
        "Share of bad rows": ("quality_gate", ("BadRowShare",), "Maximum"),
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
            metric_factory_defaults=MetricFactoryDefaults(namespace=METRICS_NAMESPACE),
            # The alarms are our own: the library cannot say of each which runbook belongs to it.
            alarm_factory_defaults=AlarmFactoryDefaults(actions_enabled=False, alarm_name_prefix=self._settings.stack_name(name)),
        )

    def _metrics(self, service: str, names: tuple[str, ...], statistic: str) -> list[Metric]:
        return [measured(self._settings, service, name, statistic) for name in names]
