"""Step Functions: a name stands for one execution.

AWS answers a second StartExecution of a name with the execution that runs under it, when the input is the same too; the shipped
emulator refuses it. A name whose execution ended, or whose input was another, is refused by both (API reference, StartExecution).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from local.emulator.settings import EmulatorSettings

Answer = tuple[int, dict[str, str], Any]
Start = Callable[[dict[str, Any]], Answer]


def install(settings: EmulatorSettings) -> None:
    """Let StartExecution answer the execution that runs under its name."""
    stepfunctions._start_execution = _idempotent(stepfunctions._start_execution)


def _idempotent(start: Start) -> Start:
    def start_once(request: dict[str, Any]) -> Answer:
        running = _running(request)
        if running is None:
            return start(request)
        answer: Answer = stepfunctions.json_response({"executionArn": running["executionArn"], "startDate": running["startDate"]})
        return answer

    return start_once


def _running(request: dict[str, Any]) -> dict[str, Any] | None:
    """The execution that runs under this name, of this machine, on this input."""
    for execution in list(stepfunctions._executions.values()):
        named = (execution["name"], execution["stateMachineArn"]) == (request.get("name"), request.get("stateMachineArn"))
        if named and execution["status"] == "RUNNING" and _same(execution["input"], request.get("input", "{}")):
            found: dict[str, Any] = execution
            return found
    return None


def _same(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return one == other
