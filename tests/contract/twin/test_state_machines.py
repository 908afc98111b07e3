"""JSONata state machines on the twin: functions, retries, catches, variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.twin import Twin

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
def run(twin: Twin, deploy: Deploy) -> Callable[..., Execution]:
    def run(given: dict[str, Any], **states: dict[str, Any]) -> Execution:
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        return execute(twin, deploy, definition, given, with_function(Template(), SOURCE))

    return run


def test_a_function_gets_its_payload_and_a_variable_reaches_later_states(run: Callable[..., Execution]) -> None:
    first = call(
        {"input": "{% $states.input %}", "name": "{% $states.context.Execution.Name %}"},
        Assign={"run": "{% $states.result.Payload %}"},
        Next="Later",
    )
    later = {"Type": "Pass", "Output": {"run_id": "{% $run.run_id %}", "horizon": "{% $run.got.input.horizon %}"}, "End": True}
    assert run({"horizon": 28}, First=first, Later=later) == Execution("SUCCEEDED", {"run_id": "r-7", "horizon": 28})


def test_an_exceptions_class_is_the_error_that_fails_the_execution(run: Callable[..., Execution]) -> None:
    done = run({}, Gate=call({"gate": "enforce"}))
    assert (done.status, done.error) == ("FAILED", "GateRefused")
    assert "bad rows: 12 %" in done.cause


def test_a_retry_by_class_tries_again_until_it_succeeds(run: Callable[..., Execution]) -> None:
    retry = [{"ErrorEquals": ["DatabaseBusy"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 5, "JitterStrategy": "FULL"}]
    assert run({}, Busy=call({"busy": "mark"}, Retry=retry)) == Execution("SUCCEEDED", {"attempt": 3})


def test_a_retry_stops_after_its_attempts(run: Callable[..., Execution]) -> None:
    retry = [{"ErrorEquals": ["DatabaseBusy"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 1}]
    done = run({}, Busy=call({"busy": "another-mark"}, Retry=retry))
    assert (done.status, done.error) == ("FAILED", "DatabaseBusy")


def test_a_catch_hands_the_error_on_and_a_fail_state_ends_the_execution(run: Callable[..., Execution]) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Output": {"error": "{% $states.errorOutput %}"}, "Next": "Failed"}]
    failed = {"Type": "Fail", "Error": "{% $states.input.error.Error %}", "Cause": "{% 'told: ' & $states.input.error.Error %}"}
    assert run({}, Gate=call({"gate": "enforce"}, Catch=catch), Failed=failed) == Execution(
        "FAILED", error="GateRefused", cause="told: GateRefused"
    )
