"""RedriveExecution on the twin, as the API reference describes it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from local.twin import Twin

from .state_machines import Deploy, machine
from .templates import Template, att, ref

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


WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 20, "End": True}}}


def test_an_execution_that_takes_longer_than_its_machine_allows_is_timed_out_and_may_be_redriven(twin: Twin, deploy: Deploy) -> None:
    states = twin.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine(deploy, {**WAITING, "TimeoutSeconds": 1}))["executionArn"]
    late = ended(states, execution)
    assert (late["status"], late["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
    states.redrive_execution(executionArn=execution)
    again = ended(states, execution)
    assert (again["status"], again["redriveCount"]) == ("TIMED_OUT", 1)
    ends = [event["type"] for event in states.get_execution_history(executionArn=execution)["events"] if "TimedOut" in event["type"]]
    assert ends == ["ExecutionTimedOut"] * 2


def test_eventbridge_is_told_how_an_execution_stands_and_how_often_it_was_redriven(twin: Twin, deploy: Deploy) -> None:
    pattern = {"source": ["aws.states"], "detail": {"status": ["RUNNING", "ABORTED"], "redriveCount": [{"numeric": [">=", 0]}]}}
    template = Template().add("Queue", "AWS::SQS::Queue").output("Queue", ref("Queue"))
    queue = {"Id": "queue", "Arn": att("Queue", "Arn")}
    template.add("Rule", "AWS::Events::Rule", EventPattern=pattern, Targets=[queue])
    url = deploy(template)["Queue"]
    states, sqs = twin.client("stepfunctions"), twin.client("sqs")
    execution = states.start_execution(stateMachineArn=machine(deploy, WAITING))["executionArn"]
    states.stop_execution(executionArn=execution, error="Drill", cause="by hand")
    states.redrive_execution(executionArn=execution)
    told: list[dict[str, Any]] = []
    while len(told) < 3 and (messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages")):
        told += [json.loads(message["Body"])["detail"] for message in messages]
    states.stop_execution(executionArn=execution)
    of_ours = sorted((detail for detail in told if detail["executionArn"] == execution), key=lambda detail: detail["redriveDate"] or 0)
    assert [(detail["status"], detail["redriveCount"]) for detail in of_ours] == [("RUNNING", 0), ("ABORTED", 0), ("RUNNING", 1)]
    assert (of_ours[1]["error"], of_ours[1]["cause"]) == ("Drill", "by hand")
    assert of_ours[2]["redriveDate"] >= of_ours[1]["stopDate"] >= of_ours[0]["startDate"]
