"""The state machine on Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from typing_extensions import override

from runtime.adapters.aws.errors import translate_aws_errors
from runtime.errors import Conflict
from runtime.models.domain.runs import Execution, ExecutionState
from runtime.services.ports import Workflow

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StateMachine(Workflow):
    """One state machine. The name of an execution is its idempotency key."""

    def __init__(self, client: SFNClient, arn: str) -> None:
        self._client = client
        self._arn = arn

    @override
    def start(self, name: str, run_input: Mapping[str, object]) -> str:
        with translate_aws_errors(name):
            try:
                return self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(run_input, default=str))[
                    "executionArn"
                ]
            except ClientError as error:
                if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                    raise Conflict(
                        f"An execution named {name!r} already exists with a different input, or has ended; use another name."
                    ) from error
                raise

    @override
    def arn_of(self, name: str) -> str:
        return f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"

    @override
    def stop(self, arn: str, error: str, cause: str) -> None:
        with translate_aws_errors(arn):
            self._client.stop_execution(executionArn=arn, error=error, cause=cause)

    @override
    def is_running(self, arn: str) -> bool:
        with translate_aws_errors(arn):
            return self._client.describe_execution(executionArn=arn)["status"] == "RUNNING"

    @override
    def describe(self, arn: str) -> ExecutionState:
        with translate_aws_errors(arn):
            description = self._client.describe_execution(executionArn=arn)
        execution = Execution(description["name"], arn, description["startDate"])
        error, cause = description.get("error"), description.get("cause")
        return ExecutionState(execution, description["status"], error, cause, description.get("redriveCount", 0))
