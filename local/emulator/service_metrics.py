"""Metrics of AWS services: the emulator publishes those of Lambda only. This extension adds the ones that the platform's alarms use.

Step Functions: executions by final status. API Gateway: requests. SQS: the state of every queue, sampled periodically.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1, cloudwatch, sqs, stepfunctions

from local.emulator.json_types import JsonObject, JsonView
from local.emulator.settings import ACCOUNT, REGION, EmulatorSettings

SAMPLE_INTERVAL_S = 10
METRIC_OF_STATUS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
EmitEvent = Callable[[JsonObject], None]
ExecuteRequest = Callable[..., Awaitable[Any]]


class Measurement(NamedTuple):
    """One value of one metric."""

    metric: str
    value: float
    unit: str


def install(settings: EmulatorSettings) -> None:
    """Measure executions, requests and queues."""
    stepfunctions._emit_execution_status_event = _measure_executions(stepfunctions._emit_execution_status_event)
    apigateway_v1._handle_execute_in_scope = _measure_requests(apigateway_v1._handle_execute_in_scope)
    threading.Thread(target=_sample_queues_periodically, daemon=True, name="queue-metrics").start()


def measure_execution(execution: JsonView) -> list[Measurement]:
    """Return what Step Functions publishes about an execution that ended; nothing about a running one."""
    metric = METRIC_OF_STATUS.get(execution["status"])
    if metric is None:
        return []
    start, stop = (datetime.fromisoformat(str(execution[key]).replace("Z", "+00:00")) for key in ("startDate", "stopDate"))
    return [
        Measurement(metric, 1, "Count"),
        Measurement("ExecutionTime", (stop - start).total_seconds() * 1000, "Milliseconds"),
    ]


def measure_request(status: int, milliseconds: float) -> list[Measurement]:
    """Return what API Gateway publishes about one request: an error metric is 1 or 0, so that its average is the error rate."""
    return [
        Measurement("Count", 1, "Count"),
        Measurement("4XXError", int(400 <= status < 500), "Count"),
        Measurement("5XXError", int(status >= 500), "Count"),
        Measurement("Latency", milliseconds, "Milliseconds"),
    ]


def measure_queue(messages: Sequence[JsonView], now: float) -> list[Measurement]:
    """Return the number of messages that can be received, and the age of the oldest message."""
    visible = sum(message.get("visible_at", 0) <= now for message in messages)
    oldest = max((now - message.get("sent_at", now) for message in messages), default=0)
    return [
        Measurement("ApproximateNumberOfMessagesVisible", visible, "Count"),
        Measurement("ApproximateAgeOfOldestMessage", oldest, "Seconds"),
    ]


def _measure_executions(emit: EmitEvent) -> EmitEvent:
    def emit_and_measure(execution: JsonObject) -> None:
        emit(execution)
        _publish("AWS/States", measure_execution(execution), {"StateMachineArn": execution["stateMachineArn"]})

    return emit_and_measure


def _measure_requests(execute: ExecuteRequest) -> ExecuteRequest:
    async def execute_and_measure(api_id: str, stage: str, *rest: object) -> object:
        start = time.perf_counter()
        response = await execute(api_id, stage, *rest)
        name = (apigateway_v1._rest_apis.get(api_id) or {}).get("name")
        if name:
            measurements = measure_request(response[0], (time.perf_counter() - start) * 1000)
            _publish("AWS/ApiGateway", measurements, {"ApiName": name}, {"ApiName": name, "Stage": stage})
        return response

    return execute_and_measure


def _sample_queues_periodically() -> None:
    while True:
        time.sleep(SAMPLE_INTERVAL_S)
        with request_scope(ACCOUNT, REGION):
            for queue in list(sqs._queues.values()):
                _publish("AWS/SQS", measure_queue(list(queue["messages"]), time.time()), {"QueueName": queue["name"]})


def _publish(namespace: str, measurements: Sequence[Measurement], *dimension_sets: dict[str, str]) -> None:
    for dimensions in dimension_sets:
        for metric, value, unit in measurements:
            cloudwatch.record_metric(namespace, metric, value, unit, dimensions)
