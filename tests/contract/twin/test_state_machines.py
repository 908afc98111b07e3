"""JSONata state machines on the emulator: functions, retries, catches, variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.local_stack import LocalStack

from .state_machines import Execution, execute
from .templates import Template, with_function

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]

SOURCE = """
    import os, pathlib

    class GateRefused(Exception):
        pass

    class DatabaseBusy(Exception):
        pass

    def handler(event, context):
        if event.get("gate") == "enforce":
            raise GateRefused("bad rows: 12 %")
        if "busy" in event:
            mark = pathlib.Path(os.environ["TMPDIR"]) / event["busy"]
            attempt = int(mark.read_text()) + 1 if mark.exists() else 1
            mark.write_text(str(attempt))
            if attempt < 3:
                raise DatabaseBusy(f"attempt {attempt}")
            return {"attempt": attempt}
        return {"run_id": "r-7", "got": event}
"""


def call(payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "${Function.Arn}", "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": 30,
        **({} if "Next" in more else {"End": True}),
        **more,
    }


@pytest.fixture
def run(local_stack: LocalStack, deploy: Deploy) -> Callable[..., Execution]:
    def run(execution_input: dict[str, Any], **states: dict[str, Any]) -> Execution:
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        return execute(local_stack, deploy, definition, execution_input, with_function(Template(), SOURCE))

    return run


def test_a_function_gets_its_payload_and_a_variable_reaches_later_states(run: Callable[..., Execution]) -> None:
    first = call(
        {"input": "{% $states.input %}", "name": "{% $states.context.Execution.Name %}"},
        Assign={"run": "{% $states.result.Payload %}"},
        Next="Later",
    )
    later = {"Type": "Pass", "Output": {"run_id": "{% $run.run_id %}", "horizon": "{% $run.got.input.horizon %}"}, "End": True}
    assert run({"horizon": 28}, First=first, Later=later) == Execution("SUCCEEDED", {"run_id": "r-7", "horizon": 28})


def test_an_execution_fails_with_the_exceptions_class(run: Callable[..., Execution]) -> None:
    result = run({}, Gate=call({"gate": "enforce"}))
    assert (result.status, result.error) == ("FAILED", "GateRefused")
    assert "bad rows: 12 %" in result.cause


def test_a_retry_by_class_tries_again_until_it_succeeds(run: Callable[..., Execution]) -> None:
    retry = [{"ErrorEquals": ["DatabaseBusy"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 5, "JitterStrategy": "FULL"}]
    assert run({}, Busy=call({"busy": "mark"}, Retry=retry)) == Execution("SUCCEEDED", {"attempt": 3})


def test_a_retry_stops_after_its_attempts(run: Callable[..., Execution]) -> None:
    retry = [{"ErrorEquals": ["DatabaseBusy"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 1}]
    result = run({}, Busy=call({"busy": "another-mark"}, Retry=retry))
    assert (result.status, result.error) == ("FAILED", "DatabaseBusy")


def test_a_catch_passes_the_error_to_a_fail_state(run: Callable[..., Execution]) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Output": {"error": "{% $states.errorOutput %}"}, "Next": "Failed"}]
    fail = {"Type": "Fail", "Error": "{% $states.input.error.Error %}", "Cause": "{% 'error: ' & $states.input.error.Error %}"}
    assert run({}, Gate=call({"gate": "enforce"}, Catch=catch), Failed=fail) == Execution(
        "FAILED", error="GateRefused", cause="error: GateRefused"
    )
