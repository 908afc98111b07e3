"""What each alarm measures: the resource, the metric of AWS and the statistic; and windows and thresholds that make sense together."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contracts.metrics import NAMESPACE, CloudWatchUnit, PlatformMetric
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

# Alarm -> metric, and the construct whose name is its dimension. Names of metrics and dimensions: the user guide of each service.
TARGETS = {
    "RunTimedOut": ("ExecutionsTimedOut", "StateMachineArn", "RunMachine"),
    "DeadLetters": ("ApproximateNumberOfMessagesVisible", "QueueName", "IngestionDeadLetters"),
    "DeadLettersOld": ("ApproximateAgeOfOldestMessage", "QueueName", "IngestionDeadLetters"),
    "QueueAge": ("ApproximateAgeOfOldestMessage", "QueueName", "IngestionQueue"),
    "ScheduleMissed": ("ApproximateNumberOfMessagesVisible", "QueueName", "ScheduleDeadLetters"),
    "UndeliveredExecutionEvents": ("ApproximateNumberOfMessagesVisible", "QueueName", "ExecutionListenerDeadLetters"),
    "DatabaseAtMaximum": ("ServerlessDatabaseCapacity", "DBClusterIdentifier", "DatabaseCluster"),
    "DatabaseBusy": ("CPUUtilization", "DBClusterIdentifier", "DatabaseCluster"),
    "DatabaseConnections": ("DatabaseConnections", "DBClusterIdentifier", "DatabaseCluster"),
    "DatabaseMemoryLow": ("FreeableMemory", "DBClusterIdentifier", "DatabaseCluster"),
    "DatabaseDeadlocks": ("Deadlocks", "DBClusterIdentifier", "DatabaseCluster"),
    "DatabaseReaderLags": ("AuroraReplicaLagMaximum", "DBClusterIdentifier", "DatabaseCluster"),
    "DatabasePinned": ("DatabaseConnectionsCurrentlySessionPinned", "ProxyName", "DatabaseProxy"),
}
PLATFORM_METRICS = {
    "RunFailed": (PlatformMetric.RUNS_FAILED, "Sum"),
    "PublishedDataOld": (PlatformMetric.PUBLISHED_AS_OF_AGE_DAYS, "Maximum"),
    "ScheduleStartedNothing": (PlatformMetric.DAILY_START_ACCEPTED, "Minimum"),
    "RunAborted": (PlatformMetric.RUNS_ABORTED, "Sum"),
    "RunUnmeasured": (PlatformMetric.RUNS_UNMEASURED, "Sum"),
    "NoPublishedRun": (PlatformMetric.RUN_PUBLISHED, "Sum"),
    "GlueOverBudget": (PlatformMetric.GLUE_DPU_HOURS, "Sum"),
    "RunSlow": (PlatformMetric.RUN_TIMES_USUAL, "Maximum"),
    "SourceLate": (PlatformMetric.INPUT_AGE_DAYS, "Maximum"),
    "QuarantineHigh": (PlatformMetric.BAD_ROW_SHARE, "Maximum"),
    "QuarantineOpen": (PlatformMetric.OPEN_QUARANTINE_ROWS, "Maximum"),
    "ObjectsRejected": (PlatformMetric.OBJECTS_REJECTED, "Sum"),
    "RetentionMissed": (PlatformMetric.RETENTION_COMPLETED, "Sum"),
    "IntervalsNarrow": (PlatformMetric.BACKTEST_COVERAGE, "Minimum"),
    "WorseThanNaive": (PlatformMetric.FORECAST_SKILL, "Minimum"),
    "AccuracyDegraded": (PlatformMetric.ACCURACY_SIGMAS, "Maximum"),
    "ForecastBiased": (PlatformMetric.BIASED_SHARE, "Maximum"),
    "ManyNewSkus": (PlatformMetric.TOO_NEW_SHARE, "Maximum"),
    "AnomalyCritical": (PlatformMetric.CRITICAL_ANOMALIES, "Maximum"),
    "AnomalyStorm": (PlatformMetric.ANOMALY_TIMES_USUAL, "Maximum"),
    "InsightsBroken": (PlatformMetric.INSIGHTS_LEFT_OUT, "Maximum"),
    "DatabaseUnavailable": (PlatformMetric.DATABASE_UNAVAILABLE, "Sum"),
    "AuthenticationFailures": (PlatformMetric.AUTHENTICATION_FAILURES, "Sum"),
    "ApiThrottled": (PlatformMetric.THROTTLED_SHARE, "Average"),
    "CanaryFailed": (PlatformMetric.CANARY_PASSED, "Minimum"),
}
Alarm = dict[str, Any]


@pytest.fixture(scope="module")
def complete_stage(synthesise: Synthesise) -> Stage:
    """A stage with a reader, a proxy, a firewall and a canary: with every alarm that a stage can have."""
    return synthesise("prod", databaseProxy="true")["prod"]


@pytest.fixture(scope="module")
def alarms_by_name(complete_stage: Stage) -> dict[str, Alarm]:
    """The properties of every metric alarm, by its name in the list of alarms; those that only remember a cause have tests of their own."""
    resources = complete_stage.of_type("AWS::CloudWatch::Alarm").items()
    names = {re.sub(r".*/Alarms|(Condition)?[0-9A-F]{8}$", "", name): each["Properties"] for name, each in resources}
    return {name: properties for name, properties in names.items() if not name.endswith("Memory")}


def dimensions(alarm: Alarm) -> dict[str, str]:
    return {each["Name"]: render(each["Value"]) for each in alarm["Dimensions"]}


def test_every_alarm_is_in_a_table_of_this_file_or_has_a_rule_of_its_own(alarms_by_name: dict[str, Alarm]) -> None:
    tables = TARGETS.keys() | PLATFORM_METRICS.keys()
    others = {name for name in alarms_by_name if "Function" in name or name.startswith("Api")} - tables
    assert alarms_by_name.keys() == tables | others


@pytest.mark.parametrize("name", TARGETS)
def test_an_alarm_measures_the_resource_of_its_name(alarms_by_name: dict[str, Alarm], name: str) -> None:
    metric, dimension, construct = TARGETS[name]
    assert alarms_by_name[name]["MetricName"] == metric
    [(key, value)] = dimensions(alarms_by_name[name]).items()
    assert key == dimension
    assert re.search(rf"{construct}[0-9A-F]{{8}}", value), value


@pytest.mark.parametrize("name", PLATFORM_METRICS)
def test_an_alarm_of_the_platform_reads_the_metric_of_its_name(alarms_by_name: dict[str, Alarm], name: str) -> None:
    metric, statistic = PLATFORM_METRICS[name]
    alarm = alarms_by_name[name]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == (NAMESPACE, metric.value, statistic)


def test_an_alarm_of_a_function_measures_this_function(complete_stage: Stage, alarms_by_name: dict[str, Alarm]) -> None:
    metrics = {"Errors": ("Errors", "Sum"), "Throttled": ("Throttles", "Sum"), "Slow": ("Duration", "p99")}
    function_alarms = {name: alarm for name, alarm in alarms_by_name.items() if "Function" in name}
    assert len(function_alarms) == len([each for each in complete_stage.platform_functions() if "/Migrations" not in each]) + 4
    for name, alarm in function_alarms.items():
        function, kind = name.split("Function")
        assert (alarm["MetricName"], alarm.get("Statistic") or alarm["ExtendedStatistic"]) == metrics[kind], name
        assert re.search(rf"Ref{function}[0-9A-F]{{8}}", dimensions(alarm)["FunctionName"]), name


def test_a_function_is_slow_at_80_percent_of_its_own_timeout(complete_stage: Stage, alarms_by_name: dict[str, Alarm]) -> None:
    for name, module in (("DataProcessor", "runtime.functions.data_processor.handler"), ("Api", "runtime.api.main.handler")):
        [function] = [f for f in complete_stage.platform_functions().values() if f["Properties"]["Handler"] == module]
        assert alarms_by_name[f"{name}FunctionSlow"]["Threshold"] == pytest.approx(800 * function["Properties"]["Timeout"])


def test_alarms_of_the_api_name_the_api_as_it_is_deployed(complete_stage: Stage, alarms_by_name: dict[str, Alarm]) -> None:
    [api] = complete_stage.of_type("AWS::ApiGateway::RestApi").values()
    gateway_alarms = [alarm for alarm in alarms_by_name.values() if alarm["Namespace"] == "AWS/ApiGateway"]
    assert len(gateway_alarms) == 8
    assert {dimensions(alarm)["ApiName"] for alarm in gateway_alarms} == {api["Properties"]["Name"]}


def test_shares_are_averages_and_latency_is_a_percentile(alarms_by_name: dict[str, Alarm]) -> None:
    """Of API Gateway's error metrics the average is the share of requests, the sum their number."""
    assert (alarms_by_name["ApiRefusals"]["MetricName"], alarms_by_name["ApiRefusals"]["Statistic"]) == ("4XXError", "Average")
    assert 0 < alarms_by_name["ApiRefusals"]["Threshold"] < 1
    assert (alarms_by_name["ApiLatency"]["MetricName"], alarms_by_name["ApiLatency"]["ExtendedStatistic"]) == ("Latency", "p99")


def test_the_firewall_alarm_reads_the_metric_that_the_firewall_emits(complete_stage: Stage, alarms_by_name: dict[str, Alarm]) -> None:
    [acl] = complete_stage.of_type("AWS::WAFv2::WebACL").values()
    assert dimensions(alarms_by_name["ApiBlocked"]) == {
        "WebACL": acl["Properties"]["VisibilityConfig"]["MetricName"],
        "Rule": "ALL",
        "Region": "<AWS::Region>",
    }


def test_datapoints_are_at_most_the_periods_and_a_majority_of_them(alarms_by_name: dict[str, Alarm]) -> None:
    for name, alarm in alarms_by_name.items():
        assert alarm["EvaluationPeriods"] / 2 < alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"], name


def test_periods_are_such_as_the_metrics_are_published_in(alarms_by_name: dict[str, Alarm]) -> None:
    """CloudWatch takes periods of a minute and more for standard metrics, in whole minutes."""
    for name, alarm in alarms_by_name.items():
        assert alarm["Period"] % 60 == 0, name
        assert 300 <= alarm["Period"] <= 86_400, name


def test_a_threshold_is_within_the_range_of_its_metric(alarms_by_name: dict[str, Alarm]) -> None:
    units = {metric.value: metric.unit for metric in PlatformMetric}
    for name, alarm in alarms_by_name.items():
        is_percent = units.get(alarm["MetricName"]) == CloudWatchUnit.PERCENT or alarm["MetricName"] == "CPUUtilization"
        is_share = "Share" in alarm["MetricName"] and not is_percent and alarm["MetricName"] != PlatformMetric.BIASED_SHARE.value
        if is_percent:
            assert 1 <= alarm["Threshold"] < 100, name
        elif is_share or alarm["MetricName"] in {"4XXError", "5XXError"}:
            assert 0 < alarm["Threshold"] < 1, name


def test_figures_of_a_run_are_evaluated_over_a_day_or_on_the_first_value(alarms_by_name: dict[str, Alarm]) -> None:
    """A run emits them once a day: an alarm that wants several of them within minutes never fires."""
    for name, (metric, _) in PLATFORM_METRICS.items():
        if metric.emitted_by in {
            "run_publisher",
            "kpi_calculator",
            "logistics_calculator",
            "run_recorder",
            "run_resolver",
            "quality_gate",
            "anomaly_detector",
            "insight_builder",
        }:
            alarm = alarms_by_name[name]
            assert alarm["Period"] >= 86_400 or alarm["DatapointsToAlarm"] == 1 or name == "NoPublishedRun", name


def test_an_alarm_with_a_burn_rate_pages(complete_stage: Stage) -> None:
    composites = complete_stage.of_type("AWS::CloudWatch::CompositeAlarm").items()
    burn_rates = [each["Properties"]["AlarmDescription"] for name, each in composites if "ApiErrors" in name and "Causes" not in name]
    assert len(burn_rates) == 2
    assert all("[page]" in description for description in burn_rates)
