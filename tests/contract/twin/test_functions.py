"""Lambda functions of the twin: what they see, how they fail, what becomes of what they print."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import state
from local.twin import Twin

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
        if event.get("metric"):
            print('{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Contract","Dimensions":[["service"]],'
                  '"Metrics":[{"Name":"RowsIn","Unit":"Count"}]}]},"service":"probe","RowsIn":[7.0]}')
        return {
            "found": {name: importlib.util.find_spec(name) is not None for name in event.get("modules", [])},
            "variables": sorted(os.environ),
            "endpoint": os.environ.get("AWS_ENDPOINT_URL"),
        }
"""


@pytest.fixture
def invoke(twin: Twin, deploy: Deploy) -> Callable[..., dict[str, Any]]:
    name = deploy(with_function(Template(), SOURCE))["FunctionName"]

    def call(**event: Any) -> dict[str, Any]:
        answer = twin.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return {**json.loads(answer["Payload"].read()), "function": name, "failed": "FunctionError" in answer}

    return call


def test_a_function_sees_boto3_and_none_of_the_twins_packages(invoke: Callable[..., dict[str, Any]]) -> None:
    found = invoke(modules=["boto3", "psycopg", "pydantic", "pandas", "aws_cdk", "local", "ministack", "pip"])["found"]
    assert [name for name, there in found.items() if there] == ["boto3"]


def test_a_function_sees_the_twins_address_and_not_its_superuser(invoke: Callable[..., dict[str, Any]], twin: Twin) -> None:
    answer = invoke()
    assert answer["endpoint"] == twin.state.endpoint
    assert not [name for name in answer["variables"] if name.startswith("SIGNIFY_")]
    assert "VIRTUAL_ENV" not in answer["variables"]


def test_a_failure_carries_the_exceptions_class(invoke: Callable[..., dict[str, Any]]) -> None:
    answer = invoke(fail=True)
    assert answer["failed"]
    assert (answer["errorType"], answer["errorMessage"]) == ("StockNegative", "SKU-1 has -3 pieces")


def test_embedded_metrics_reach_cloudwatch(invoke: Callable[..., dict[str, Any]], twin: Twin) -> None:
    invoke(metric=True)
    cloudwatch = twin.client("cloudwatch")
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


def test_what_a_function_prints_is_in_its_log_file(invoke: Callable[..., dict[str, Any]]) -> None:
    name = invoke(metric=True)["function"]
    assert '"RowsIn":[7.0]' in (state.logs() / "functions" / f"{name}.log").read_text(encoding="utf-8")
