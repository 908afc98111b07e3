"""The name of an execution is its idempotency key, on the twin as on AWS."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local.twin import Twin

from .state_machines import Deploy, machine

pytestmark = pytest.mark.twin
WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}}


def ended(states: Any, arn: str) -> bool:
    return bool(states.describe_execution(executionArn=arn)["status"] != "RUNNING")


def test_a_name_starts_one_execution_while_it_runs_and_is_refused_afterwards(twin: Twin, deploy: Deploy) -> None:
    states, arn = twin.client("stepfunctions"), machine(deploy, WAITING)
    first = states.start_execution(stateMachineArn=arn, name="daily", input='{"day": 1}')
    again = states.start_execution(stateMachineArn=arn, name="daily", input='{"day":1}')
    assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="daily", input='{"day": 2}')
    deadline = time.monotonic() + 30
    while not ended(states, first["executionArn"]):
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.1)
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="daily", input='{"day": 1}')
