"""Function output: the emulator writes it to CloudWatch Logs only, and treats embedded metrics as text.

This extension also appends it to logs/functions/<name>.log, and publishes lines in the embedded metric format as CloudWatch metrics, as
Lambda does.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import lambda_svc

from local.emulator.json_types import JsonObject, JsonView
from local.emulator.settings import EmulatorSettings

Datum: TypeAlias = JsonObject
"""One element of PutMetricData's MetricData."""
EmitLogs = Callable[..., None]


class MetricSender:
    """Sends metrics from a thread of its own, so that no invocation waits for them."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._queue: queue.Queue[tuple[str, list[Datum]]] = queue.Queue()
        threading.Thread(target=self._send_all, daemon=True, name="embedded-metrics").start()

    def put(self, namespace: str, data: list[Datum]) -> None:
        """Queue metric data for sending."""
        self._queue.put((namespace, data))

    def _send_all(self) -> None:
        cloudwatch = boto3.client("cloudwatch", endpoint_url=self._endpoint)
        while True:
            namespace, data = self._queue.get()
            try:
                cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
            except (BotoCoreError, ClientError) as error:
                print(f"embedded metrics of {namespace} were rejected: {error}", flush=True)


def install(settings: EmulatorSettings) -> None:
    """Log and measure the output of every invocation."""
    sender = MetricSender(settings.endpoint)
    folder = settings.home / "logs" / "functions"
    folder.mkdir(parents=True, exist_ok=True)
    emit: EmitLogs = lambda_svc._emit_lambda_logs

    def emit_and_collect(function: JsonView, request_id: str, text: str, error: bool, duration_ms: int, **options: object) -> None:
        emit(function, request_id, text, error, duration_ms, **options)
        append_to_log(folder / f"{find_name(function.get('config') or function)}.log", request_id, text, duration_ms)
        for namespace, data in parse_embedded_metrics(text):
            sender.put(namespace, data)

    lambda_svc._emit_lambda_logs = emit_and_collect


def find_name(config: JsonView) -> str:
    """Return the name for a function's log: its service name for the logger, or its generated name when it has none."""
    variables = config.get("Environment", {}).get("Variables", {})
    return str(variables.get("POWERTOOLS_SERVICE_NAME") or config["FunctionName"])


def parse_embedded_metrics(text: str) -> Iterator[tuple[str, list[Datum]]]:
    """Yield namespace and data, as PutMetricData takes them, of each line in the embedded metric format."""
    for line in text.splitlines():
        if '"_aws"' not in line:
            continue
        try:
            document = json.loads(line[line.find("{") :])
        except ValueError:
            continue
        for directive in document["_aws"]["CloudWatchMetrics"]:
            yield (
                directive["Namespace"],
                [datum for dimensions in directive["Dimensions"] for datum in _make_data(document, directive, dimensions)],
            )


def _make_data(document: JsonView, directive: JsonView, dimensions: list[str]) -> Iterator[Datum]:
    for metric in directive["Metrics"]:
        value = document[metric["Name"]]
        yield {
            "MetricName": metric["Name"],
            "Unit": metric.get("Unit", "None"),
            "Values": value if isinstance(value, list) else [value],
            "Dimensions": [{"Name": name, "Value": str(document[name])} for name in dimensions],
        }


def append_to_log(log: Path, request_id: str, text: str, duration_ms: int) -> None:
    """Append the output of one invocation, and a REPORT line like Lambda's."""
    with log.open("a", encoding="utf-8") as output:
        output.write(f"{text.rstrip()}\n" if text.strip() else "")
        output.write(f"REPORT RequestId: {request_id} Duration: {duration_ms} ms\n")
