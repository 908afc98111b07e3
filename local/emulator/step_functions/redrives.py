"""Step Functions: the emulator lacks RedriveExecution, and the redrive count in an execution's context.

This extension runs the states itself, from the start or from the state that failed, with that state's input and the variables of that
moment, as AWS does: name, ARN and start time stay, `Execution.RedriveCount` of the context grows, and states that succeeded do not run
again.
"""

from __future__ import annotations

import contextvars
import copy
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ministack import app
from ministack.services import stepfunctions

from local.emulator.json_types import JsonObject, JsonResponse, JsonView
from local.emulator.settings import EmulatorSettings
from local.emulator.step_functions.execution_status import REDRIVABLE_STATUSES, Execution, describe_redrives, time_limit

MAX_REDRIVES = 1000
Describe = Callable[[JsonObject], JsonResponse]
HandleRequest = Callable[[str, str, dict[str, str], bytes, JsonObject], Awaitable[object]]


@dataclass
class Position:
    """Position at which an execution continues: the next state, its input (any JSON value) and the variables."""

    state: str
    state_input: object
    variables: JsonObject = field(default_factory=dict)


_positions: dict[str, Position] = {}
"""The position of every execution that has not succeeded, by its ARN."""


def install(settings: EmulatorSettings) -> None:
    """Run states with this module, add RedriveExecution, and describe executions with their redrives."""
    stepfunctions._run_execution = run
    stepfunctions._describe_execution = _add_redrives(stepfunctions._describe_execution)
    original_handle: HandleRequest = app.SERVICE_HANDLERS["states"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: JsonObject) -> object:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            response: object = stepfunctions._finalize_response(redrive(json.loads(body)))
            return response
        return await original_handle(method, path, headers, body, query)

    app.SERVICE_HANDLERS["states"] = handle


def redrive(request: JsonView) -> JsonResponse:
    """RedriveExecution: continue an unsuccessful execution where it ended."""
    execution = stepfunctions._executions.get(request.get("executionArn"))
    if execution is None:
        return _make_error("ExecutionDoesNotExist", f"Execution Does Not Exist: '{request.get('executionArn')}'")
    arn = execution["executionArn"]
    if execution["status"] not in REDRIVABLE_STATUSES or arn not in _positions or execution.get("redriveCount", 0) >= MAX_REDRIVES:
        return _make_error("ExecutionNotRedrivable", f"Execution is {execution['status']} and cannot be redriven")
    at = stepfunctions.now_iso()
    execution.update(status="RUNNING", stopDate=None, output=None, redriveCount=execution.get("redriveCount", 0) + 1, redriveDate=at)
    for name in ("error", "cause"):
        execution.pop(name, None)
    stepfunctions._add_event(execution, "ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": execution["redriveCount"]}})
    stepfunctions._emit_execution_status_event(execution)
    threading.Thread(target=contextvars.copy_context().run, args=(run, arn), daemon=True).start()
    response: JsonResponse = stepfunctions.json_response({"redriveDate": at})
    return response


def run(execution_arn: str) -> None:
    """Run the states of an execution to its end, from the start or from its position."""
    execution = stepfunctions._executions[execution_arn]
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"])
    if machine is None:
        stepfunctions._fail_execution(execution, "StateMachineDeleted", "State machine no longer exists")
        return
    definition = json.loads(machine["definition"])
    execution_input = json.loads(execution["input"] or "{}")
    position = _positions.setdefault(execution_arn, Position(definition["StartAt"], execution_input))
    context = _make_context(execution, machine["name"], definition, position)
    try:
        with time_limit(execution, definition):
            output = _run_states(execution, definition["States"], position, context)
    except stepfunctions._ExecutionError as error:
        stepfunctions._fail_execution(execution, error.error, error.cause)
    except Exception as error:  # noqa: BLE001 - whatever a state raised ends the execution, as it does on AWS
        stepfunctions._fail_execution(execution, "States.Runtime", str(error))
    else:
        _succeed(execution, output)


def _make_context(execution: Execution, machine_name: str, definition: JsonView, position: Position) -> JsonObject:
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": json.loads(execution["input"] or "{}"),
            "Name": execution["name"],
            "StartTime": execution["startDate"],
            "RedriveCount": execution.get("redriveCount", 0),
        },
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine_name},
        "variables": copy.deepcopy(position.variables),
    }


def _run_states(execution: Execution, states: JsonView, position: Position, context: JsonObject) -> object:
    """Run state after state and return the output; a redrive continues at the position of the last one."""
    next_state: str | None = position.state
    value = position.state_input
    while next_state and execution["status"] == "RUNNING":
        name, state = next_state, states[next_state]
        position.state, position.state_input, position.variables = name, value, copy.deepcopy(context["variables"])
        context["State"] = {"Name": name, "EnteredTime": stepfunctions.now_iso(), "RetryCount": 0}
        _add_transition(execution, state, "Entered", {"name": name, "input": json.dumps(value)})
        value, next_state = _run_state(state, value, execution, context)
        _add_transition(execution, state, "Exited", {"name": name, "output": json.dumps(value)})
    return value


def _run_state(state: JsonObject, value: object, execution: Execution, context: JsonObject) -> tuple[object, str | None]:
    """Return the output of a state and the name of the next one; None ends the execution."""
    state_type = state["Type"]
    if state_type == "Fail":
        raise stepfunctions._ExecutionError(*stepfunctions._fail_state_error(state, value, context))
    if state_type == "Succeed":
        effective_input = stepfunctions._apply_input_path(state, value, context)
        return stepfunctions._apply_output_path(state, effective_input, context), None
    next_state: str | None
    if state_type in ("Task", "Parallel", "Map"):
        work = {"Task": stepfunctions._execute_task, "Parallel": stepfunctions._execute_parallel, "Map": stepfunctions._execute_map}
        output, next_state = work[state_type](state, value, execution, context)
    else:
        flow = {"Pass": stepfunctions._execute_pass, "Choice": stepfunctions._execute_choice, "Wait": stepfunctions._execute_wait}
        output, next_state = flow[state_type](state, value, context)
    return output, next_state


def _add_transition(execution: Execution, state: JsonView, transition: str, details: JsonObject) -> None:
    stepfunctions._add_event(execution, f"{state['Type']}State{transition}", {f"state{transition}EventDetails": details})


def _succeed(execution: Execution, output: object) -> None:
    if execution["status"] != "RUNNING":
        return
    _positions.pop(execution["executionArn"], None)
    text = json.dumps(output)
    execution.update(status="SUCCEEDED", output=text, stopDate=stepfunctions.now_iso())
    stepfunctions._add_event(execution, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": text}})
    stepfunctions._emit_execution_status_event(execution)


def _add_redrives(describe: Describe) -> Describe:
    def describe_with_redrives(request: JsonObject) -> JsonResponse:
        status, headers, body = describe(request)
        execution = stepfunctions._executions.get(request.get("executionArn"))
        if execution is None:
            return status, headers, body
        redrives = describe_redrives(execution)
        if execution.get("redriveDate"):
            redrives["redriveDate"] = execution["redriveDate"]
        return status, headers, json.dumps({**json.loads(body), **redrives}).encode()

    return describe_with_redrives


def _make_error(code: str, message: str) -> JsonResponse:
    response: JsonResponse = stepfunctions.error_response_json(code, message, 400)
    return response
