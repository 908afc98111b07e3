"""Lambda functions on the emulator: their packages and variables, their errors, their output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import state
from local.local_stack import LocalStack

from .templates import Template, with_function

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]

SOURCE = """
    import importlib.util, os, sys

    class StockNegative(ValueError):
        pass

    def handler(event, context):
        if event.get("fail"):
            raise StockNegative("SKU-1 has -3 pieces")
        if event.get("kill"):
            os.kill(os.getpid(), 9)
        if event.get("metric"):
            print('{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Contract","Dimensions":[["service"]],'
                  '"Metrics":[{"Name":"RowsIn","Unit":"Count"}]}]},"service":"probe","RowsIn":[7.0]}')
        return {
            "importable": {name: importlib.util.find_spec(name) is not None for name in event.get("modules", [])},
            "variables": sorted(os.environ),
            "endpoint": os.environ.get("AWS_ENDPOINT_URL"),
        }
"""


@pytest.fixture
def invoke(local_stack: LocalStack, deploy: Deploy) -> Callable[..., dict[str, Any]]:
    name = deploy(with_function(Template(), SOURCE))["FunctionName"]

    def call(**event: Any) -> dict[str, Any]:
        response = local_stack.aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return {**json.loads(response["Payload"].read()), "function": name, "has_failed": "FunctionError" in response}

    return call


def test_a_function_can_import_boto3_and_no_other_package_of_this_environment(invoke: Callable[..., dict[str, Any]]) -> None:
    importable = invoke(modules=["boto3", "psycopg", "pydantic", "pandas", "aws_cdk", "local", "ministack", "pip"])["importable"]
    assert [name for name, is_importable in importable.items() if is_importable] == ["boto3"]


def test_a_function_gets_the_emulators_address_and_not_the_superusers_url(
    invoke: Callable[..., dict[str, Any]], local_stack: LocalStack
) -> None:
    result = invoke()
    assert result["endpoint"] == local_stack.state.endpoint
    assert not [name for name in result["variables"] if name.startswith("SIGNIFY_")]
    assert "VIRTUAL_ENV" not in result["variables"]


def test_a_failure_reports_the_exceptions_class(invoke: Callable[..., dict[str, Any]]) -> None:
    result = invoke(fail=True)
    assert result["has_failed"]
    assert (result["errorType"], result["errorMessage"]) == ("StockNegative", "SKU-1 has -3 pieces")


def test_a_killed_process_is_reported_by_the_name_that_lambda_gives_it_and_the_next_call_gets_a_new_one(
    invoke: Callable[..., dict[str, Any]],
) -> None:
    result = invoke(kill=True)
    assert result["has_failed"]
    assert (result["errorType"], result["errorMessage"]) == ("Runtime.ExitError", "Runtime exited with error: signal: killed")
    assert not invoke()["has_failed"]


def test_embedded_metrics_reach_cloudwatch(invoke: Callable[..., dict[str, Any]], local_stack: LocalStack) -> None:
    invoke(metric=True)
    cloudwatch = local_stack.aws.client("cloudwatch")
    now = datetime.now(UTC)
    query = {
        "Namespace": "Contract",
        "MetricName": "RowsIn",
        "Dimensions": [{"Name": "service", "Value": "probe"}],
        "StartTime": now - timedelta(hours=1),
        "EndTime": now + timedelta(hours=1),
        "Period": 3600,
        "Statistics": ["Sum"],
    }
    deadline = time.monotonic() + 10
    while not (points := cloudwatch.get_metric_statistics(**query)["Datapoints"]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [point["Sum"] for point in points] == [7.0]


def test_the_output_of_a_function_is_in_its_log_file(invoke: Callable[..., dict[str, Any]]) -> None:
    name = invoke(metric=True)["function"]
    assert '"RowsIn":[7.0]' in (state.logs() / "functions" / f"{name}.log").read_text(encoding="utf-8")
