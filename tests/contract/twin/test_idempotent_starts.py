"""The name of an execution is its idempotency key, on the emulator as on AWS."""

from __future__ import annotations

import pytest

from local.local_stack import LocalStack

from .state_machines import Deploy, deploy_machine
from .waiting import wait_for_execution

pytestmark = pytest.mark.twin
WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}}


def test_a_name_starts_one_execution_while_it_runs_and_is_rejected_afterwards(local_stack: LocalStack, deploy: Deploy) -> None:
    states, arn = local_stack.aws.client("stepfunctions"), deploy_machine(deploy, WAITING)
    first = states.start_execution(stateMachineArn=arn, name="daily", input='{"day": 1}')
    again = states.start_execution(stateMachineArn=arn, name="daily", input='{"day":1}')
    assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="daily", input='{"day": 2}')
    wait_for_execution(states, first["executionArn"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="daily", input='{"day": 1}')
