"""Two dashboards: the business figures of the platform, and its AWS resources."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch
from aws_cdk.aws_cloudwatch import AlarmStatusWidget, IAlarm
from cdk_monitoring_constructs import (
    AlarmFactoryDefaults,
    CustomMetricGroup,
    DefaultDashboardFactory,
    MetricFactoryDefaults,
    MonitoringFacade,
)
from constructs import Construct

from cdk.common.metrics import platform_metric
from cdk.monitoring.monitored_resources import MonitoredResources
from cdk.settings.model import Settings
from contracts.metrics import NAMESPACE, PlatformMetric

Graph = tuple[tuple[PlatformMetric, ...], str]
"""The metrics of a graph, and their statistic."""
BUSINESS: dict[str, dict[str, Graph]] = {
    "Accuracy": {
        "Forecast error (WAPE, %), pooled and of the median series": (
            (PlatformMetric.ACCURACY_WAPE, PlatformMetric.ACCURACY_MEDIAN_WAPE),
            "Average",
        ),
        "Against the seasonal naive: skill (%, no series decides) and value added (points of pooled WAPE)": (
            (PlatformMetric.FORECAST_SKILL, PlatformMetric.FORECAST_VALUE_ADDED),
            "Average",
        ),
        "Volume with a persistent bias (%)": ((PlatformMetric.BIASED_SHARE,), "Maximum"),
        "Weekly WAPE above the usual (standard deviations)": ((PlatformMetric.ACCURACY_SIGMAS,), "Maximum"),
        "Back-test error (WAPE, %), pooled and of the median series": (
            (PlatformMetric.BACKTEST_WAPE, PlatformMetric.BACKTEST_MEDIAN_WAPE),
            "Average",
        ),
        "Back-test coverage of P10 to P90 (%, nominal 80)": ((PlatformMetric.BACKTEST_COVERAGE,), "Average"),
    },
    "Logistics": {
        "Efficiency score (0 to 100)": ((PlatformMetric.EFFICIENCY_SCORE,), "Average"),
    },
    "Runs": {
        "Published runs": ((PlatformMetric.RUN_PUBLISHED,), "Sum"),
        "Finished runs": (
            (PlatformMetric.RUNS_SUCCEEDED, PlatformMetric.RUNS_FAILED, PlatformMetric.RUNS_ABORTED, PlatformMetric.RUNS_UNMEASURED),
            "Sum",
        ),
        "Age of the published data (days, 1 is fresh)": ((PlatformMetric.PUBLISHED_AS_OF_AGE_DAYS,), "Maximum"),
        "Run duration relative to the usual": ((PlatformMetric.RUN_TIMES_USUAL,), "Maximum"),
        "Glue DPU-hours": ((PlatformMetric.GLUE_DPU_HOURS,), "Sum"),
        "Series and rows of the forecast": ((PlatformMetric.FORECAST_SERIES, PlatformMetric.FORECAST_ROWS), "Maximum"),
        "Series too new to forecast (%)": ((PlatformMetric.TOO_NEW_SHARE,), "Maximum"),
    },
    "Anomalies": {
        "Groups, critical groups and alerts": (
            (PlatformMetric.ANOMALY_GROUPS, PlatformMetric.CRITICAL_ANOMALIES, PlatformMetric.ANOMALY_ALERTS),
            "Maximum",
        ),
        "Groups relative to the usual": ((PlatformMetric.ANOMALY_TIMES_USUAL,), "Maximum"),
    },
    "Insights": {
        "Insights of a run, and those left out": ((PlatformMetric.INSIGHTS_SEEN, PlatformMetric.INSIGHTS_LEFT_OUT), "Maximum"),
    },
    "Data": {
        "Age of the newest input day (days, 1 is fresh)": ((PlatformMetric.INPUT_AGE_DAYS,), "Maximum"),
        "Ingested objects": ((PlatformMetric.OBJECTS_ACCEPTED, PlatformMetric.OBJECTS_DUPLICATE, PlatformMetric.OBJECTS_REJECTED), "Sum"),
        "Rows read and quarantined": ((PlatformMetric.ROWS_IN, PlatformMetric.ROWS_QUARANTINED), "Sum"),
        "Quarantined share of rows": ((PlatformMetric.BAD_ROW_SHARE,), "Maximum"),
        "Open rows in quarantine": ((PlatformMetric.OPEN_QUARANTINE_ROWS,), "Maximum"),
    },
}
ALARMS_HEIGHT = 8
FIREWALL_METRICS = ("BlockedRequests", "AllowedRequests")


class Dashboards(Construct):
    """The dashboards of a stage. CloudWatch requires a name, so they are named after the stage."""

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, resources: MonitoredResources, alarms: Sequence[IAlarm]
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._alarms = list(alarms)
        self._add_business_dashboard()
        self._add_technical_dashboard(resources)

    def _add_business_dashboard(self) -> None:
        board = self._board("Business")
        for heading, graphs in BUSINESS.items():
            board.add_large_header(heading)
            board.monitor_custom(
                human_readable_name=heading,
                alarm_friendly_name=heading,
                metric_groups=[CustomMetricGroup(title=title, metrics=self._metrics(*graph)) for title, graph in graphs.items()],
            )

    def _add_technical_dashboard(self, resources: MonitoredResources) -> None:
        board = self._board("Technical")
        board.add_large_header("Alarms")
        # An alarm that is kept quiet by its cause is in ALARM here as well.
        board.add_widget(AlarmStatusWidget(title="All alarms", alarms=self._alarms, width=24, height=ALARMS_HEIGHT))
        board.add_large_header("API")
        board.monitor_api_gateway(api=resources.api, api_stage=self._settings.stage, human_readable_name="API")
        if resources.firewall:
            # The library's own widget for web ACLs requires a physical name.
            metrics = [resources.firewall.metric(name) for name in FIREWALL_METRICS]
            group = CustomMetricGroup(title="Blocked and allowed requests", metrics=metrics)
            board.monitor_custom(human_readable_name="Firewall", alarm_friendly_name="Firewall", metric_groups=[group])
        board.add_large_header("Runs")
        board.monitor_step_function(state_machine=resources.machine, human_readable_name="Runs")
        board.monitor_sqs_queue_with_dlq(
            queue=resources.ingestion_queue, dead_letter_queue=resources.ingestion_dead_letters, human_readable_name="Ingestion"
        )
        board.add_large_header("Database")
        board.monitor_rds_cluster(cluster=resources.cluster, human_readable_name="Database")
        board.add_large_header("Functions")
        for name, function in resources.functions.items():
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
            # The library's alarms stay off. It could link a runbook to each, but cdk/monitoring/*_alarms.py list all alarms as data.
            alarm_factory_defaults=AlarmFactoryDefaults(actions_enabled=False, alarm_name_prefix=self._settings.stack_name(name)),
        )

    def _metrics(self, metrics: tuple[PlatformMetric, ...], statistic: str) -> list[aws_cloudwatch.Metric]:
        return [platform_metric(self._settings, metric, statistic) for metric in metrics]
