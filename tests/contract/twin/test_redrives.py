"""RedriveExecution on the emulator, as the API reference describes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.local_stack import LocalStack

from .state_machines import Deploy, deploy_machine
from .templates import Template, att, ref
from .waiting import wait_for_execution

pytestmark = pytest.mark.twin
FIRST = {
    "Type": "Pass",
    "Assign": {"day": "{% $states.input.day %}"},
    "Output": {"day_of_first": "{% $states.input.day %}"},
    "Next": "Gate",
}
GATE = {
    "Type": "Choice",
    "Choices": [{"Condition": "{% $states.context.Execution.RedriveCount = 1 %}", "Next": "Last"}],
}
LAST = {
    "Type": "Pass",
    "Output": {
        "day": "{% $day %}",
        "day_of_first": "{% $states.input.day_of_first %}",
        "day_of_input": "{% $states.context.Execution.Input.day %}",
    },
    "End": True,
}
DEFINITION = {"QueryLanguage": "JSONata", "StartAt": "First", "States": {"First": FIRST, "Gate": GATE, "Last": LAST}}


def list_states(states: Any, execution: str) -> list[str]:
    events = states.get_execution_history(executionArn=execution)["events"]
    return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]


def test_a_redrive_continues_at_the_failed_state_with_its_input_variables_and_identity(local_stack: LocalStack, deploy: Deploy) -> None:
    states = local_stack.aws.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=deploy_machine(deploy, DEFINITION), input='{"day": 7}')["executionArn"]
    first = wait_for_execution(states, execution)
    assert (first["status"], first["error"], first["redriveCount"]) == ("FAILED", "States.NoChoiceMatched", 0)
    assert first["redriveStatus"] == "REDRIVABLE"

    assert states.redrive_execution(executionArn=execution)["redriveDate"] >= first["startDate"]
    second = wait_for_execution(states, execution)

    assert (second["status"], json.loads(second["output"])) == ("SUCCEEDED", {"day": 7, "day_of_first": 7, "day_of_input": 7})
    assert (second["redriveCount"], second["startDate"], "error" in second) == (1, first["startDate"], False)
    assert list_states(states, execution) == ["First", "Gate", "Gate", "Last"]


def test_a_fail_state_fails_again_when_redriven(local_stack: LocalStack, deploy: Deploy) -> None:
    states = local_stack.aws.client("stepfunctions")
    definition = {"QueryLanguage": "JSONata", "StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Rejected"}}}
    execution = states.start_execution(stateMachineArn=deploy_machine(deploy, definition))["executionArn"]
    wait_for_execution(states, execution)
    states.redrive_execution(executionArn=execution)
    again = wait_for_execution(states, execution)
    assert (again["status"], again["error"], again["redriveCount"]) == ("FAILED", "Rejected", 1)


def test_a_successful_or_unknown_execution_cannot_be_redriven(local_stack: LocalStack, deploy: Deploy) -> None:
    states = local_stack.aws.client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    execution = states.start_execution(stateMachineArn=deploy_machine(deploy, definition))["executionArn"]
    assert wait_for_execution(states, execution)["status"] == "SUCCEEDED"
    with pytest.raises(states.exceptions.ExecutionNotRedrivable):
        states.redrive_execution(executionArn=execution)
    with pytest.raises(states.exceptions.ExecutionDoesNotExist):
        states.redrive_execution(executionArn=execution + "-unknown")


WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 20, "End": True}}}


def test_an_execution_beyond_its_timeout_is_timed_out_and_can_be_redriven(local_stack: LocalStack, deploy: Deploy) -> None:
    states = local_stack.aws.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=deploy_machine(deploy, {**WAITING, "TimeoutSeconds": 1}))["executionArn"]
    first = wait_for_execution(states, execution)
    assert (first["status"], first["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
    states.redrive_execution(executionArn=execution)
    again = wait_for_execution(states, execution)
    assert (again["status"], again["redriveCount"]) == ("TIMED_OUT", 1)
    ends = [event["type"] for event in states.get_execution_history(executionArn=execution)["events"] if "TimedOut" in event["type"]]
    assert ends == ["ExecutionTimedOut"] * 2


def test_eventbridge_receives_every_status_with_the_redrive_count(local_stack: LocalStack, deploy: Deploy) -> None:
    pattern = {"source": ["aws.states"], "detail": {"status": ["RUNNING", "ABORTED"], "redriveCount": [{"numeric": [">=", 0]}]}}
    template = Template().add("Queue", "AWS::SQS::Queue").output("Queue", ref("Queue"))
    queue = {"Id": "queue", "Arn": att("Queue", "Arn")}
    template.add("Rule", "AWS::Events::Rule", EventPattern=pattern, Targets=[queue])
    url = deploy(template)["Queue"]
    states, sqs = local_stack.aws.client("stepfunctions"), local_stack.aws.client("sqs")
    execution = states.start_execution(stateMachineArn=deploy_machine(deploy, WAITING))["executionArn"]
    states.stop_execution(executionArn=execution, error="Drill", cause="by hand")
    states.redrive_execution(executionArn=execution)
    details: list[dict[str, Any]] = []
    while len(details) < 3 and (messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages")):
        details += [json.loads(message["Body"])["detail"] for message in messages]
    states.stop_execution(executionArn=execution)
    events = sorted((detail for detail in details if detail["executionArn"] == execution), key=lambda detail: detail["redriveDate"] or 0)
    assert [(detail["status"], detail["redriveCount"]) for detail in events] == [("RUNNING", 0), ("ABORTED", 0), ("RUNNING", 1)]
    assert (events[1]["error"], events[1]["cause"]) == ("Drill", "by hand")
    assert events[2]["redriveDate"] >= events[1]["stopDate"] >= events[0]["startDate"]
