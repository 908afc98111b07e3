"""Step Functions: StartExecution is idempotent.

For a second StartExecution with the same name and input AWS returns the running execution of that name; the emulator rejects the call.
Both reject a name whose execution ended or has a different input (API reference, StartExecution).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from ministack.services import stepfunctions

from local.emulator.json_types import JsonObject, JsonResponse, JsonView
from local.emulator.settings import EmulatorSettings

Start = Callable[[JsonObject], JsonResponse]


def install(settings: EmulatorSettings) -> None:
    """Make StartExecution idempotent."""
    stepfunctions._start_execution = make_idempotent(stepfunctions._start_execution)


def make_idempotent(start: Start) -> Start:
    """Wrap StartExecution: return the running execution of the same name and input if there is one."""

    def start_once(request: JsonObject) -> JsonResponse:
        running = find_running(request, list(stepfunctions._executions.values()))
        if running is None:
            return start(request)
        response: JsonResponse = stepfunctions.json_response({"executionArn": running["executionArn"], "startDate": running["startDate"]})
        return response

    return start_once


def find_running(request: JsonView, executions: list[JsonObject]) -> JsonObject | None:
    """Return the running execution with the name, state machine and input of a request, or None."""
    for execution in executions:
        has_same_name = (execution["name"], execution["stateMachineArn"]) == (request.get("name"), request.get("stateMachineArn"))
        if has_same_name and execution["status"] == "RUNNING" and _are_same(execution["input"], request.get("input", "{}")):
            return execution
    return None


def _are_same(one: str, other: str) -> bool:
    """Return whether two texts are the same JSON; white space and the order of keys do not matter."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return one == other
