"""What functions print: the shipped emulator keeps it in CloudWatch Logs only, and takes embedded metrics for text.

Ours also appends it to logs/functions/<name>.log, and turns lines in the embedded metric format into CloudWatch metrics, as Lambda does.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import lambda_svc

from local.emulator.settings import EmulatorSettings

Datum = dict[str, Any]
Emit = Callable[..., None]


class MetricSender:
    """Sends metrics one after another beside the functions, so that no call waits for them."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._waiting: queue.Queue[tuple[str, list[Datum]]] = queue.Queue()
        threading.Thread(target=self._send_all, daemon=True, name="embedded-metrics").start()

    def put(self, namespace: str, data: list[Datum]) -> None:
        """Send these later."""
        self._waiting.put((namespace, data))

    def _send_all(self) -> None:
        cloudwatch = boto3.client("cloudwatch", endpoint_url=self._endpoint)
        while True:
            namespace, data = self._waiting.get()
            try:
                cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
            except (BotoCoreError, ClientError) as error:
                print(f"embedded metrics of {namespace} were refused: {error}", flush=True)


def install(settings: EmulatorSettings) -> None:
    """Listen to what every invocation printed."""
    sender = MetricSender(settings.endpoint)
    folder = settings.home / "logs" / "functions"
    folder.mkdir(parents=True, exist_ok=True)
    emit: Emit = lambda_svc._emit_lambda_logs

    def emit_and_listen(function: dict[str, Any], request_id: str, text: str, error: bool, duration_ms: int, **rest: Any) -> None:
        emit(function, request_id, text, error, duration_ms, **rest)
        _append(folder / f"{_name(function.get('config') or function)}.log", request_id, text, duration_ms)
        for namespace, data in embedded_metrics(text):
            sender.put(namespace, data)

    lambda_svc._emit_lambda_logs = emit_and_listen


def _name(config: dict[str, Any]) -> str:
    """What people call a function: its service name for the logger; its generated name when it has none."""
    variables = config.get("Environment", {}).get("Variables", {})
    return str(variables.get("POWERTOOLS_SERVICE_NAME") or config["FunctionName"])


def embedded_metrics(text: str) -> Iterator[tuple[str, list[Datum]]]:
    """The metrics in lines of the embedded metric format: (namespace, data as PutMetricData takes them)."""
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
                [datum for dimensions in directive["Dimensions"] for datum in _data(document, directive, dimensions)],
            )


def _data(document: dict[str, Any], directive: dict[str, Any], dimensions: list[str]) -> Iterator[Datum]:
    for metric in directive["Metrics"]:
        value = document[metric["Name"]]
        yield {
            "MetricName": metric["Name"],
            "Unit": metric.get("Unit", "None"),
            "Values": value if isinstance(value, list) else [value],
            "Dimensions": [{"Name": name, "Value": str(document[name])} for name in dimensions],
        }


def _append(log: Path, request_id: str, text: str, duration_ms: int) -> None:
    with log.open("a", encoding="utf-8") as output:
        output.write(f"{text.rstrip()}\n" if text.strip() else "")
        output.write(f"REPORT RequestId: {request_id} Duration: {duration_ms} ms\n")
