"""A whole run with Amazon Forecast in place of the built-in forecaster, against the twin's fake of the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from runtime.models.domain.runs import run_id_of
from tests.e2e.conftest import Story, ended, twin_in

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A twin that was started with forecastBackend=amazon_forecast and has run once."""
    signify = twin_in(tmp_path_factory.mktemp("amazon"))
    try:
        printed = signify.up("--set", "forecastBackend=amazon_forecast")
        with signify.api() as api:
            yield Story(signify, printed.stdout + printed.stderr, api)
    finally:
        signify("down")


def test_the_run_walks_the_branch_and_publishes_what_the_service_exported(amazon: Story) -> None:
    for state in ("PrepareForecast", "StartImport", "TrainPredictor", "MakeForecast", "StartExport", "LoadForecast", "PublishRun"):
        assert f"✓ {state}" in amazon.printed, state
    answer = amazon.api.get("/forecasts", params={"time_horizon": "28d", "limit": "28"}).json()
    as_of = date.fromisoformat(answer["meta"]["as_of_date"])
    assert [row["forecast_date"] for row in answer["forecasts"]] == [(as_of + timedelta(days=ahead)).isoformat() for ahead in range(1, 29)]
    assert {row["model"] for row in answer["forecasts"]} == {"auto_predictor"}
    assert all(row["confidence_lower"] <= row["predicted_value"] <= row["confidence_upper"] for row in answer["forecasts"])


def test_its_accuracy_is_the_services_beside_our_baseline(amazon: Story) -> None:
    """The fake repeats last week, as the baseline does: what each computes by itself must agree."""
    assert "forecast by auto_predictor" in amazon.printed
    [line] = [line for line in amazon.printed.splitlines() if "back-test WAPE" in line]
    service, baseline = (float(part.split()[-1]) for part in line.split("%")[:2])
    assert service == baseline > 0


def test_nothing_is_left_in_the_service_but_the_data_set(amazon: Story) -> None:
    forecast = amazon.client("forecast")
    assert forecast.list_predictors()["Predictors"] == []
    assert forecast.list_forecasts()["Forecasts"] == []
    assert forecast.list_dataset_import_jobs()["DatasetImportJobs"] == []
    assert len(forecast.list_dataset_groups()["DatasetGroups"]) == 1


def test_what_the_service_could_not_make_fails_the_run_in_its_words_and_a_redrive_makes_it_anew(amazon: Story) -> None:
    states, s3, name = amazon.client("stepfunctions"), amazon.client("s3"), "import-fails"
    spoilt = {"Bucket": amazon.outputs["LakeBucketName"], "Key": f"features/amazon_forecast/v1/run_id={run_id_of(name)}/zz.csv"}
    s3.put_object(**spoilt, Body=b"not,three\n")
    machine = amazon.outputs["StateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, name=name, input='{"notify": false}')["executionArn"]
    failed = ended(states, execution)
    assert (failed["status"], failed["error"]) == ("FAILED", "RunFailed")
    assert "AmazonForecastFailed" in failed["cause"]
    assert "ended as CREATE_FAILED: line 1 has 2 columns, the schema has 4" in failed["cause"]

    s3.delete_object(**spoilt)
    states.redrive_execution(executionArn=execution)
    assert ended(states, execution)["status"] == "SUCCEEDED"
    run = amazon.api.get("/forecasts", params={"time_horizon": "7d"}).json()["meta"]["run_id"]
    assert run == str(run_id_of(name))
