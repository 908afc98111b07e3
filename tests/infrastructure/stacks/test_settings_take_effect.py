"""Settings that pass through several stacks: they arrive where they take effect, with their own values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdk.compute.function_specs import FUNCTION_SPECS
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.monitoring.test_alarms import alarm
from tests.infrastructure.templates import Stage, render

SETTINGS = {
    "badRowShareLimit": "0.2",
    "runsKept": "7",
    "databaseMinCapacity": "1",
    "databaseMaxCapacity": "8",
    "databaseReader": "true",
    "costBaseline": "1.85 EUR",
    "anomalyFalseAlarmsPerYear": "0.5",
    "anomalyFalseDiscoveryRate": "0.2",
    "anomalyAlertsPerDay": "3",
}


@pytest.fixture(scope="module")
def changed_stage(synthesise: Synthesise) -> Stage:
    return synthesise("dev", **SETTINGS)["dev"]


def variables(stage: Stage, name: str) -> dict[str, Any]:
    functions = [f["Properties"]["Environment"]["Variables"] for f in stage.platform_functions().values()]
    [environment] = [each for each in functions if each["POWERTOOLS_SERVICE_NAME"] == name]
    return dict(environment)


@pytest.mark.parametrize("name", ["data_processor", "run_resolver", "quality_gate", "run_publisher", "kpi_calculator", "run_recorder"])
def test_functions_of_a_run_get_the_limit_of_bad_rows_and_the_number_of_runs_to_keep(changed_stage: Stage, name: str) -> None:
    environment = variables(changed_stage, name)
    assert (environment["BAD_ROW_SHARE_LIMIT"], environment["RUNS_KEPT"]) == ("0.2", "7")
    assert "LakeBucket" in render(environment["LAKE_BUCKET"])


def test_the_detector_gets_the_limits_of_false_alarms_and_of_alerts(changed_stage: Stage) -> None:
    environment = variables(changed_stage, "anomaly_detector")
    assert (environment["ANOMALY_FALSE_ALARMS_PER_YEAR"], environment["ANOMALY_FALSE_DISCOVERY_RATE"]) == ("0.5", "0.2")
    assert environment["ANOMALY_ALERTS_PER_DAY"] == "3"


def test_the_alarm_on_connections_is_at_80_percent_of_what_the_database_allows(changed_stage: Stage) -> None:
    """8 ACU are 16 GiB; by the Aurora user guide the default is memory in bytes / 9,531,392, which is 1,802."""
    assert alarm(changed_stage, "DatabaseConnections")["Threshold"] == round(0.8 * (8 * 2 * 1024**3 // 9_531_392))
    assert alarm(changed_stage, "DatabaseAtMaximum")["Threshold"] == 8
    assert alarm(changed_stage, "DatabaseReaderLags")["Threshold"] == 1000


def test_functions_that_start_runs_know_the_state_machine(changed_stage: Stage) -> None:
    for name in ("forecast_trigger", "execution_listener", "api"):
        assert "RunMachine" in render(variables(changed_stage, name)["STATE_MACHINE_ARN"]), name


def test_the_function_that_measures_logistics_gets_the_cost_to_compare_with(changed_stage: Stage) -> None:
    assert variables(changed_stage, "logistics_calculator")["COST_BASELINE"] == "1.85 EUR"


def test_a_state_waits_longer_than_the_function_that_it_calls(changed_stage: Stage) -> None:
    """Otherwise the state would fail with States.Timeout, and the error of the function would be lost."""
    [machine] = changed_stage.of_type("AWS::StepFunctions::StateMachine").values()
    states = json.loads(render(machine["Properties"]["DefinitionString"]))["States"]
    timeouts = {spec.construct_id: spec.timeout_s for spec in FUNCTION_SPECS}
    calls = {name: state for name, state in states.items() if "FunctionName" in state.get("Arguments", {})}
    assert len(calls) >= 8
    for name, state in calls.items():
        [timeout_s] = [timeouts[key] for key in timeouts if key in state["Arguments"]["FunctionName"]]
        assert timeout_s + 30 <= state["TimeoutSeconds"] <= timeout_s + 60, name


def test_the_time_limit_of_a_run_covers_its_jobs(synthesise: Synthesise, changed_stage: Stage) -> None:
    """With Amazon Forecast a run waits for the service as well."""

    def limit_s(stage: Stage) -> int:
        [machine] = stage.of_type("AWS::StepFunctions::StateMachine").values()
        return int(json.loads(render(machine["Properties"]["DefinitionString"]))["TimeoutSeconds"])

    job_minutes = sum(job["Properties"]["Timeout"] for job in changed_stage.of_type("AWS::Glue::Job").values())
    assert limit_s(changed_stage) > 60 * job_minutes
    assert limit_s(synthesise("dev", forecastBackend="amazon_forecast")["dev"]) >= limit_s(changed_stage) + 20 * 3600
