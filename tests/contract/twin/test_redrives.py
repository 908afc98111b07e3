"""RedriveExecution on the twin, as the API reference describes it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from local.twin import Twin

from .state_machines import Deploy, machine

pytestmark = pytest.mark.twin
FIRST = {"Type": "Pass", "Assign": {"day": "{% $states.input.day %}"}, "Output": {"seen": "{% $states.input.day %}"}, "Next": "Gate"}
GATE = {
    "Type": "Choice",
    "Choices": [{"Condition": "{% $states.context.Execution.RedriveCount = 1 %}", "Next": "Last"}],
}
LAST = {
    "Type": "Pass",
    "Output": {"day": "{% $day %}", "seen": "{% $states.input.seen %}", "asked": "{% $states.context.Execution.Input.day %}"},
    "End": True,
}
DEFINITION = {"QueryLanguage": "JSONata", "StartAt": "First", "States": {"First": FIRST, "Gate": GATE, "Last": LAST}}


def ended(states: Any, execution: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while (described := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.05)
    return dict(described)


def entered(states: Any, execution: str) -> list[str]:
    events = states.get_execution_history(executionArn=execution)["events"]
    return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]


def test_a_redrive_goes_on_where_it_failed_with_input_variables_and_identity_of_before(twin: Twin, deploy: Deploy) -> None:
    states = twin.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine(deploy, DEFINITION), input='{"day": 7}')["executionArn"]
    failed = ended(states, execution)
    assert (failed["status"], failed["error"], failed["redriveCount"]) == ("FAILED", "States.NoChoiceMatched", 0)
    assert failed["redriveStatus"] == "REDRIVABLE"

    assert states.redrive_execution(executionArn=execution)["redriveDate"] >= failed["startDate"]
    done = ended(states, execution)

    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"day": 7, "seen": 7, "asked": 7})
    assert (done["redriveCount"], done["startDate"], "error" in done) == (1, failed["startDate"], False)
    assert entered(states, execution) == ["First", "Gate", "Gate", "Last"]


def test_a_fail_state_fails_again_when_redriven(twin: Twin, deploy: Deploy) -> None:
    states = twin.client("stepfunctions")
    definition = {"QueryLanguage": "JSONata", "StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Refused"}}}
    execution = states.start_execution(stateMachineArn=machine(deploy, definition))["executionArn"]
    ended(states, execution)
    states.redrive_execution(executionArn=execution)
    again = ended(states, execution)
    assert (again["status"], again["error"], again["redriveCount"]) == ("FAILED", "Refused", 1)


def test_what_succeeded_or_never_was_cannot_be_redriven(twin: Twin, deploy: Deploy) -> None:
    states = twin.client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    execution = states.start_execution(stateMachineArn=machine(deploy, definition))["executionArn"]
    assert ended(states, execution)["status"] == "SUCCEEDED"
    with pytest.raises(states.exceptions.ExecutionNotRedrivable):
        states.redrive_execution(executionArn=execution)
    with pytest.raises(states.exceptions.ExecutionDoesNotExist):
        states.redrive_execution(executionArn=execution + "-unknown")
