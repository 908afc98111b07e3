"""Step Functions: the shipped emulator cannot redrive an execution, nor tell it how often it was redriven.

Ours walks the states itself, from the start or from the state that failed, with that state's input and the variables of that moment, as
AWS does: name, ARN and start time stay, `Execution.RedriveCount` of the context grows, and what succeeded before is not run again.
"""

from __future__ import annotations

import contextvars
import copy
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack import app
from ministack.services import stepfunctions

from local.emulator.settings import EmulatorSettings
from local.emulator.step_functions.execution_endings import REDRIVABLE, time_limit

Execution = dict[str, Any]
Answer = tuple[int, dict[str, str], Any]
MOST_REDRIVES = 1000


@dataclass
class Position:
    """Where an execution stands: the state it enters next, that state's input, and the variables."""

    state: str
    given: Any
    variables: dict[str, Any] = field(default_factory=dict)


_positions: dict[str, Position] = {}


def install(settings: EmulatorSettings) -> None:
    """Let the emulator walk states our way, answer RedriveExecution, and describe executions with their redrives."""
    stepfunctions._run_execution = run
    stepfunctions._describe_execution = _with_redrives(stepfunctions._describe_execution)
    shipped = app.SERVICE_HANDLERS["states"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:  # noqa: ANN401 - as shipped
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return stepfunctions._finalize_response(redrive(json.loads(body)))
        return await shipped(method, path, headers, body, query)

    app.SERVICE_HANDLERS["states"] = handle


def redrive(request: dict[str, Any]) -> Answer:
    """RedriveExecution: start an unsuccessful execution again where it stopped."""
    execution = stepfunctions._executions.get(request.get("executionArn"))
    if execution is None:
        return _refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{request.get('executionArn')}'")
    arn = execution["executionArn"]
    if execution["status"] not in REDRIVABLE or arn not in _positions or execution.get("redriveCount", 0) >= MOST_REDRIVES:
        return _refusal("ExecutionNotRedrivable", f"Execution is {execution['status']} and cannot be redriven")
    at = stepfunctions.now_iso()
    execution.update(status="RUNNING", stopDate=None, output=None, redriveCount=execution.get("redriveCount", 0) + 1, redriveDate=at)
    for told in ("error", "cause"):
        execution.pop(told, None)
    stepfunctions._add_event(execution, "ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": execution["redriveCount"]}})
    stepfunctions._emit_execution_status_event(execution)
    threading.Thread(target=contextvars.copy_context().run, args=(run, arn), daemon=True).start()
    answer: Answer = stepfunctions.json_response({"redriveDate": at})
    return answer


def run(execution_arn: str) -> None:
    """Walk the states of an execution to its end, or from where it stopped."""
    execution = stepfunctions._executions[execution_arn]
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"])
    if machine is None:
        stepfunctions._fail_execution(execution, "StateMachineDeleted", "State machine no longer exists")
        return
    definition = json.loads(machine["definition"])
    given = json.loads(execution["input"] or "{}")
    position = _positions.setdefault(execution_arn, Position(definition["StartAt"], given))
    context = _context(execution, machine, definition, given, position)
    try:
        with time_limit(execution, definition):
            output = _walk(execution, definition["States"], position, context)
    except stepfunctions._ExecutionError as error:
        stepfunctions._fail_execution(execution, error.error, error.cause)
    except Exception as error:  # noqa: BLE001 - whatever a state raised ends the execution, as it does on AWS
        stepfunctions._fail_execution(execution, "States.Runtime", str(error))
    else:
        _succeed(execution, output)


def _context(
    execution: Execution, machine: dict[str, Any], definition: dict[str, Any], given: object, position: Position
) -> dict[str, Any]:
    about = {"Id": execution["executionArn"], "Input": given, "Name": execution["name"], "StartTime": execution["startDate"]}
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {**about, "RedriveCount": execution.get("redriveCount", 0)},
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
        "variables": copy.deepcopy(position.variables),
    }


def _walk(execution: Execution, states: dict[str, Any], position: Position, context: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Enter state after state; the position is where a redrive would go on. Returns the output."""
    following: str | None = position.state
    given = position.given
    while following and execution["status"] == "RUNNING":
        name, state = following, states[following]
        position.state, position.given, position.variables = name, given, copy.deepcopy(context["variables"])
        context["State"] = {"Name": name, "EnteredTime": stepfunctions.now_iso(), "RetryCount": 0}
        _tell(execution, state, "Entered", name, "input", given)
        given, following = _step(state, given, execution, context)
        _tell(execution, state, "Exited", name, "output", given)
    return given


def _step(state: dict[str, Any], given: Any, execution: Execution, context: dict[str, Any]) -> tuple[Any, str | None]:  # noqa: ANN401 - JSON
    kind = state["Type"]
    if kind == "Fail":
        raise stepfunctions._ExecutionError(*stepfunctions._fail_state_error(state, given, context))
    if kind == "Succeed":
        within = stepfunctions._apply_input_path(state, given, context)
        return stepfunctions._apply_output_path(state, within, context), None
    if kind in ("Task", "Parallel", "Map"):
        work = {"Task": stepfunctions._execute_task, "Parallel": stepfunctions._execute_parallel, "Map": stepfunctions._execute_map}[kind]
        output, following = work(state, given, execution, context)
    else:
        decide = {"Pass": stepfunctions._execute_pass, "Choice": stepfunctions._execute_choice, "Wait": stepfunctions._execute_wait}[kind]
        output, following = decide(state, given, context)
    return output, following


def _tell(execution: Execution, state: dict[str, Any], verb: str, name: str, key: str, value: object) -> None:
    details = {f"state{verb}EventDetails": {"name": name, key: json.dumps(value)}}
    stepfunctions._add_event(execution, f"{state['Type']}State{verb}", details)


def _succeed(execution: Execution, output: object) -> None:
    if execution["status"] != "RUNNING":
        return
    _positions.pop(execution["executionArn"], None)
    text = json.dumps(output)
    execution.update(status="SUCCEEDED", output=text, stopDate=stepfunctions.now_iso())
    stepfunctions._add_event(execution, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": text}})
    stepfunctions._emit_execution_status_event(execution)


def _with_redrives(describe: Callable[[dict[str, Any]], Answer]) -> Callable[[dict[str, Any]], Answer]:
    def described(request: dict[str, Any]) -> Answer:
        status, headers, body = describe(request)
        execution = stepfunctions._executions.get(request.get("executionArn"))
        if execution is None:
            return status, headers, body
        can = execution["status"] in REDRIVABLE
        more = {"redriveCount": execution.get("redriveCount", 0), "redriveStatus": "REDRIVABLE" if can else "NOT_REDRIVABLE"}
        if execution.get("redriveDate"):
            more["redriveDate"] = execution["redriveDate"]
        return status, headers, json.dumps({**json.loads(body), **more}).encode()

    return described


def _refusal(code: str, message: str) -> Answer:
    answer: Answer = stepfunctions.error_response_json(code, message, 400)
    return answer
