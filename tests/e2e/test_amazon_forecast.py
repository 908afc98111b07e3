"""A whole run with Amazon Forecast in place of the built-in forecaster, against the emulator's simulation of the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from runtime.models.domain.runs import run_id_of
from tests.e2e.conftest import Story, make_signify, wait_for_execution

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A local stack that was started with forecastBackend=amazon_forecast and has run once."""
    signify = make_signify(tmp_path_factory.mktemp("amazon"))
    try:
        process = signify.up("--set", "forecastBackend=amazon_forecast")
        with signify.api() as api:
            yield Story(signify, process.stdout + process.stderr, api)
    finally:
        signify("down")


def test_the_run_publishes_the_forecast_that_the_service_exported(amazon: Story) -> None:
    for state in ("PrepareForecast", "StartImport", "TrainPredictor", "MakeForecast", "StartExport", "LoadForecast", "PublishRun"):
        assert f"✓ {state}" in amazon.output, state
    response = amazon.api.get("/forecasts", params={"time_horizon": "28d", "limit": "28"}).json()
    as_of = date.fromisoformat(response["meta"]["as_of_date"])
    assert [row["forecast_date"] for row in response["forecasts"]] == [(as_of + timedelta(days=lead)).isoformat() for lead in range(1, 29)]
    assert {row["model"] for row in response["forecasts"]} == {"auto_predictor"}
    assert all(row["confidence_lower"] <= row["predicted_value"] <= row["confidence_upper"] for row in response["forecasts"])


def test_the_services_accuracy_equals_that_of_the_baseline(amazon: Story) -> None:
    """The simulation repeats last week, as the baseline does; each computes its accuracy by itself."""
    assert "forecast by auto_predictor" in amazon.output
    [line] = [line for line in amazon.output.splitlines() if "back-test WAPE" in line]
    service, baseline = (float(part.split()[-1]) for part in line.split("%")[:2])
    assert service == baseline > 0


def test_only_the_data_set_remains_in_the_service(amazon: Story) -> None:
    forecast = amazon.client("forecast")
    assert forecast.list_predictors()["Predictors"] == []
    assert forecast.list_forecasts()["Forecasts"] == []
    assert forecast.list_dataset_import_jobs()["DatasetImportJobs"] == []
    assert len(forecast.list_dataset_groups()["DatasetGroups"]) == 1


def test_a_failed_import_fails_the_run_with_its_message_and_a_redrive_succeeds(amazon: Story) -> None:
    states, s3, name = amazon.client("stepfunctions"), amazon.client("s3"), "import-fails"
    invalid_file = {"Bucket": amazon.outputs["LakeBucketName"], "Key": f"features/amazon_forecast/v1/run_id={run_id_of(name)}/zz.csv"}
    s3.put_object(**invalid_file, Body=b"not,three\n")
    machine = amazon.outputs["StateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, name=name, input='{"notify": false}')["executionArn"]
    description = wait_for_execution(states, execution)
    assert (description["status"], description["error"]) == ("FAILED", "RunFailed")
    assert "AmazonForecastFailed" in description["cause"]
    assert "ended as CREATE_FAILED: line 1 has 2 columns, the schema has 4" in description["cause"]

    s3.delete_object(**invalid_file)
    states.redrive_execution(executionArn=execution)
    assert wait_for_execution(states, execution)["status"] == "SUCCEEDED"
    run = amazon.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"]
    assert run == str(run_id_of(name))
