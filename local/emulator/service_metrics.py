"""Metrics of services: the shipped emulator publishes Lambda's only. Ours adds those that the platform's alarms read.

Step Functions' executions as they end, API Gateway's requests as they are answered, SQS's queues every few seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1, cloudwatch, sqs, stepfunctions

from local.emulator.settings import EmulatorSettings
from local.emulator_process import ACCOUNT, REGION

SAMPLE_S = 10
ENDINGS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
Answer = Callable[..., Awaitable[Any]]


def install(settings: EmulatorSettings) -> None:
    """Measure executions, requests and queues."""
    stepfunctions._emit_execution_status_event = _measuring_executions(stepfunctions._emit_execution_status_event)
    apigateway_v1._handle_execute_in_scope = _measuring_requests(apigateway_v1._handle_execute_in_scope)
    threading.Thread(target=_sample_queues_for_ever, daemon=True, name="queue-metrics").start()


def _measuring_executions(emit: Callable[..., None]) -> Callable[..., None]:
    def emit_and_measure(execution: dict[str, Any]) -> None:
        emit(execution)
        ending = ENDINGS.get(execution["status"])
        if ending:
            dimensions = {"StateMachineArn": execution["stateMachineArn"]}
            cloudwatch.record_metric("AWS/States", ending, 1, "Count", dimensions)
            cloudwatch.record_metric("AWS/States", "ExecutionTime", _milliseconds(execution), "Milliseconds", dimensions)

    return emit_and_measure


def _milliseconds(execution: dict[str, Any]) -> float:
    started, stopped = (datetime.fromisoformat(str(execution[key]).replace("Z", "+00:00")) for key in ("startDate", "stopDate"))
    return (stopped - started).total_seconds() * 1000


def _measuring_requests(answer: Answer) -> Answer:
    async def answer_and_measure(api_id: str, stage: str, *rest: Any) -> Any:  # noqa: ANN401 - passed through
        started = time.perf_counter()
        response = await answer(api_id, stage, *rest)
        name = (apigateway_v1._rest_apis.get(api_id) or {}).get("name")
        if name:
            measured = request_metrics(response[0], (time.perf_counter() - started) * 1000)
            for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": stage}):
                for metric, value, unit in measured:
                    cloudwatch.record_metric("AWS/ApiGateway", metric, value, unit, dimensions)
        return response

    return answer_and_measure


def request_metrics(status: int, milliseconds: float) -> list[tuple[str, float, str]]:
    """What API Gateway publishes of one request: an error metric is 1 or 0, so that its average is the share of errors."""
    return [
        ("Count", 1, "Count"),
        ("4XXError", int(400 <= status < 500), "Count"),
        ("5XXError", int(status >= 500), "Count"),
        ("Latency", milliseconds, "Milliseconds"),
    ]


def _sample_queues_for_ever() -> None:
    while True:
        time.sleep(SAMPLE_S)
        with request_scope(ACCOUNT, REGION):
            for queue in list(sqs._queues.values()):
                for metric, value, unit in queue_metrics(list(queue["messages"]), time.time()):
                    cloudwatch.record_metric("AWS/SQS", metric, value, unit, {"QueueName": queue["name"]})


def queue_metrics(messages: list[dict[str, Any]], now: float) -> list[tuple[str, float, str]]:
    """How many messages can be received, and how old the oldest message is."""
    visible = sum(message.get("visible_at", 0) <= now for message in messages)
    oldest = max((now - message.get("sent_at", now) for message in messages), default=0)
    return [("ApproximateNumberOfMessagesVisible", visible, "Count"), ("ApproximateAgeOfOldestMessage", oldest, "Seconds")]
