"""The state machine as the services see it, from the responses of Step Functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from runtime.adapters.aws.workflow import StateMachine
from runtime.errors import NotFound
from runtime.models.domain.runs import Execution, ExecutionState

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:Runs"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:Runs:api-1"
STARTED_AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
DESCRIPTION = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "name": "api-1", "startDate": STARTED_AT}


@dataclass(frozen=True)
class StubbedMachine:
    """The state machine, and the responses of Step Functions that it gets."""

    machine: StateMachine
    stubber: Stubber


@pytest.fixture
def target() -> Iterator[StubbedMachine]:
    client = boto3.client("stepfunctions", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        yield StubbedMachine(StateMachine(client, MACHINE), stubber)
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("response", "error", "cause"),
    [({"status": "FAILED", "error": "RunFailed", "cause": "{}"}, "RunFailed", "{}"), ({"status": "RUNNING"}, None, None)],
)
def test_an_execution_is_described_with_why_it_ended(
    target: StubbedMachine, response: dict[str, Any], error: str | None, cause: str
) -> None:
    target.stubber.add_response("describe_execution", {**DESCRIPTION, **response}, {"executionArn": EXECUTION})
    state = target.machine.describe(EXECUTION)
    assert state == ExecutionState(Execution("api-1", EXECUTION, STARTED_AT), response["status"], error, cause)


def test_an_execution_that_does_not_exist_is_not_found(target: StubbedMachine) -> None:
    target.stubber.add_client_error("describe_execution", "ExecutionDoesNotExist", "Execution Does Not Exist", 400)
    with pytest.raises(NotFound):
        target.machine.describe(EXECUTION)
