"""The CloudWatch metrics of the platform: functions emit them, alarms and dashboards read them, both by these members."""

from __future__ import annotations

from enum import StrEnum

NAMESPACE = "Signify"
SERVICE, STAGE = "service", "stage"
"""The dimensions: the function that emits a metric, and the stage it runs in."""

ACCESS_LOG = "access log"
"""The source of a metric that no function emits: a filter counts it in the access log of the API; the stage is its only dimension."""


class CloudWatchUnit(StrEnum):
    """CloudWatch's names of the units."""

    COUNT = "Count"
    PERCENT = "Percent"
    MILLISECONDS = "Milliseconds"
    NONE = "None"


class PlatformMetric(StrEnum):
    """Name, unit, source and description of each metric. `emitted_by` is the name of a function, or ACCESS_LOG.

    A figure that is not defined in a run (no back-test, too little history) is not emitted.
    """

    unit: CloudWatchUnit
    emitted_by: str
    description: str

    def __new__(cls, name: str, unit: CloudWatchUnit, emitted_by: str, description: str) -> PlatformMetric:
        """Make the member whose text is the name of the metric."""
        metric = str.__new__(cls, name)
        metric._value_ = name
        metric.unit, metric.emitted_by, metric.description = unit, emitted_by, description
        return metric

    def dimensions(self, stage: str) -> dict[str, str]:
        """Name and value of the dimensions that identify the metric in a stage."""
        return {STAGE: stage} if self.emitted_by == ACCESS_LOG else {SERVICE: self.emitted_by, STAGE: stage}

    # Landed objects
    OBJECTS_ACCEPTED = ("ObjectsAccepted", CloudWatchUnit.COUNT, "data_processor", "Objects whose rows were staged")
    OBJECTS_DUPLICATE = ("ObjectsDuplicate", CloudWatchUnit.COUNT, "data_processor", "Objects with the content of an accepted one")
    OBJECTS_REJECTED = ("ObjectsRejected", CloudWatchUnit.COUNT, "data_processor", "Objects rejected as a whole")
    ROWS_STAGED = ("RowsStaged", CloudWatchUnit.COUNT, "data_processor", "Rows of accepted objects")
    UNREADABLE_ROWS = ("UnreadableRows", CloudWatchUnit.COUNT, "data_processor", "Rows of accepted objects that could not be parsed")

    # The run, in the order of its states
    DAILY_START_ACCEPTED = (
        "DailyStartAccepted",
        CloudWatchUnit.COUNT,
        "forecast_trigger",
        "1 when the schedule started an execution, 0 when that day's had ended already",
    )
    INPUT_AGE_DAYS = (
        "InputAgeDays",
        CloudWatchUnit.COUNT,
        "run_resolver",
        "Days from the last day of the input to the day of the run; 1 is fresh",
    )
    ROWS_IN = ("RowsIn", CloudWatchUnit.COUNT, "quality_gate", "Rows that the cleansing job read")
    ROWS_QUARANTINED = ("RowsQuarantined", CloudWatchUnit.COUNT, "quality_gate", "Rows that the cleansing job put in quarantine")
    BAD_ROW_SHARE = ("BadRowShare", CloudWatchUnit.COUNT, "quality_gate", "Quarantined share of the rows, 0 to 1")
    OPEN_QUARANTINE_ROWS = (
        "OpenQuarantineRows",
        CloudWatchUnit.COUNT,
        "quality_gate",
        "Quarantined rows of all files that were neither mended nor discarded, without those that wait for master data",
    )
    RUN_PUBLISHED = (
        "RunPublished",
        CloudWatchUnit.COUNT,
        "run_publisher",
        "1 when the run was published, else 0; the heartbeat of the platform",
    )
    FORECAST_SERIES = ("ForecastSeries", CloudWatchUnit.COUNT, "run_publisher", "Series with a forecast")
    FORECAST_ROWS = ("ForecastRows", CloudWatchUnit.COUNT, "run_publisher", "Rows of the forecast")
    BACKTEST_WAPE = ("BacktestWape", CloudWatchUnit.PERCENT, "run_publisher", "WAPE of the run's back-test")
    BACKTEST_MEDIAN_WAPE = ("BacktestMedianWape", CloudWatchUnit.PERCENT, "run_publisher", "WAPE of the median series in the back-test")
    BACKTEST_COVERAGE = (
        "BacktestCoverage",
        CloudWatchUnit.PERCENT,
        "run_publisher",
        "Back-tested days whose demand was between P10 and P90; 80 is nominal",
    )
    TOO_NEW_SHARE = ("TooNewShare", CloudWatchUnit.PERCENT, "run_publisher", "Series whose history is too short for a forecast")
    ANOMALY_GROUPS = ("AnomalyGroups", CloudWatchUnit.COUNT, "anomaly_detector", "Groups of anomalies in the days assessed")
    CRITICAL_ANOMALIES = (
        "CriticalAnomalies",
        CloudWatchUnit.COUNT,
        "anomaly_detector",
        "Anomalies that are CRITICAL since this run: new, more severe, or back",
    )
    ANOMALY_SERIES = ("AnomalySeries", CloudWatchUnit.COUNT, "anomaly_detector", "Series assessed")
    ANOMALY_TIMES_USUAL = ("AnomalyTimesUsual", CloudWatchUnit.NONE, "anomaly_detector", "Groups relative to the median of the runs before")
    ANOMALY_ALERTS = ("AnomalyAlerts", CloudWatchUnit.COUNT, "run_recorder", "Alerts of anomalies in the notification of a run")
    KPIS_COMPUTED = ("KpisComputed", CloudWatchUnit.COUNT, "kpi_calculator", "KPI values stored")
    ACCURACY_WAPE = (
        "AccuracyWape",
        CloudWatchUnit.PERCENT,
        "kpi_calculator",
        "WAPE of the newest comparison with actuals, else of the back-test",
    )
    ACCURACY_MEDIAN_WAPE = (
        "AccuracyMedianWape",
        CloudWatchUnit.PERCENT,
        "kpi_calculator",
        "WAPE of the median series of the same comparison, which no large series decides",
    )
    FORECAST_SKILL = (
        "ForecastSkill",
        CloudWatchUnit.NONE,
        "kpi_calculator",
        "Skill against the seasonal naive forecast over a week or more of actuals, in which no series counts more than a tenth, percent",
    )
    FORECAST_VALUE_ADDED = (
        "ForecastValueAdded",
        CloudWatchUnit.NONE,
        "kpi_calculator",
        "Percentage points of WAPE gained over the seasonal naive forecast, over a week or more of actuals",
    )
    BIASED_SHARE = (
        "BiasedShare",
        CloudWatchUnit.NONE,
        "kpi_calculator",
        "Percent of the volume whose SKUs are forecast too high, or too low, persistently",
    )
    ACCURACY_SIGMAS = (
        "AccuracySigmas",
        CloudWatchUnit.NONE,
        "kpi_calculator",
        "Standard deviations by which the recent weekly WAPE exceeds the usual one",
    )
    LOGISTICS_KPIS_COMPUTED = ("LogisticsKpisComputed", CloudWatchUnit.COUNT, "logistics_calculator", "KPI values of logistics stored")
    EFFICIENCY_SCORE = ("EfficiencyScore", CloudWatchUnit.NONE, "logistics_calculator", "Efficiency score of the operation, 0 to 100")
    INSIGHTS_SEEN = ("InsightsSeen", CloudWatchUnit.COUNT, "insight_builder", "Insights that a run sees, new ones and earlier ones")
    INSIGHTS_LEFT_OUT = (
        "InsightsLeftOut",
        CloudWatchUnit.COUNT,
        "insight_builder",
        "Rules and explanations that were left out because they are wrong; the other insights of the run are stored",
    )
    RUNS_SUCCEEDED = ("RunsSucceeded", CloudWatchUnit.COUNT, "run_recorder", "1 when the forecast of the run is complete, else 0")
    GLUE_DPU_HOURS = ("GlueDpuHours", CloudWatchUnit.NONE, "run_recorder", "DPU-hours of the run's Glue jobs")
    RUN_TIMES_USUAL = (
        "RunTimesUsual",
        CloudWatchUnit.NONE,
        "run_recorder",
        "Duration of the run relative to the 90th percentile of the last two weeks",
    )

    RUNS_FAILED = (
        "RunsFailed",
        CloudWatchUnit.COUNT,
        "execution_listener",
        "1 when an execution failed before its forecast was complete, else 0",
    )
    RUNS_ABORTED = (
        "RunsAborted",
        CloudWatchUnit.COUNT,
        "execution_listener",
        "1 when an execution was stopped other than by cancelling its job, else 0",
    )
    RUNS_UNMEASURED = (
        "RunsUnmeasured",
        CloudWatchUnit.COUNT,
        "execution_listener",
        "1 when an execution ended after its forecast was complete and before the run was measured, else 0",
    )

    # The nightly deletion of old rows
    RETENTION_COMPLETED = (
        "RetentionCompleted",
        CloudWatchUnit.COUNT,
        "data_retention",
        "1 when no row is older than the settings allow, else 0",
    )
    PUBLISHED_AS_OF_AGE_DAYS = (
        "PublishedAsOfAgeDays",
        CloudWatchUnit.COUNT,
        "data_retention",
        "Days from the last day of data of the published run to today, every night, whether or not a run took place; 1 is fresh",
    )
    ROWS_DELETED = ("RowsDeleted", CloudWatchUnit.COUNT, "data_retention", "Rows of the database deleted because of their age")

    # The API
    CANARY_PASSED = ("CanaryPassed", CloudWatchUnit.COUNT, "canary", "1 when every request of the canary was answered correctly, else 0")
    CANARY_DURATION = ("CanaryDuration", CloudWatchUnit.MILLISECONDS, "canary", "Duration of all requests of one canary probe")
    DATABASE_UNAVAILABLE = ("DatabaseUnavailable", CloudWatchUnit.COUNT, "api", "1 for a request that could not reach the database")
    AUTHENTICATION_FAILURES = ("AuthenticationFailures", CloudWatchUnit.COUNT, ACCESS_LOG, "Requests without a valid token (401)")
    THROTTLED_SHARE = (
        "ThrottledShare",
        CloudWatchUnit.NONE,
        ACCESS_LOG,
        "1 for a throttled request (429), 0 for any other; the average is the share",
    )
