"""The executions of a drill: start one, follow its states, redrive it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cli.drills.kills.plans import StateInterval
from cli.platform import Platform
from contracts.run_states import RunState
from local.errors import LocalError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

POLL_S = 0.1
RUN_PATIENCE_S = 900.0


@dataclass(frozen=True)
class Execution:
    """One execution of the state machine."""

    platform: Platform
    arn: str

    @classmethod
    def start(cls, platform: Platform, name: str) -> Execution:
        """Start an execution whose input names nothing, so that all executions of a day have the same input."""
        response = platform.client("stepfunctions").start_execution(
            stateMachineArn=platform.outputs["StateMachineArn"], name=name, input=json.dumps({"notify": False})
        )
        return cls(platform, response["executionArn"])

    @property
    def status(self) -> str:
        """The status of the execution, as Step Functions reports it."""
        return str(self._client.describe_execution(executionArn=self.arn)["status"])

    @property
    def state(self) -> str:
        """The state that was entered last."""
        return ([name for name, _ in self._list_entries()] or [""])[-1]

    @property
    def failed_state(self) -> str:
        """The state that was entered last of those that do the work of a run, not of those that record its failure."""
        return ([name for name, _ in self._list_entries() if name in tuple(RunState)] or [""])[-1]

    def list_intervals(self) -> list[StateInterval]:
        """Return the states in their order, each with its duration, of an execution that has ended."""
        entries = self._list_entries()
        ends = [entered_at for _, entered_at in entries[1:]]
        return [StateInterval(name, end - start) for (name, start), end in zip(entries, ends, strict=False)]

    def wait_for_state(self, state: str) -> None:
        """Wait until the state was entered, or the execution has ended."""
        for _ in self._poll():
            if self.status != "RUNNING" or state in [name for name, _ in self._list_entries()]:
                return

    def wait_for_end(self) -> str:
        """Return the final status. Raises LocalError when the execution does not end."""
        for _ in self._poll():
            if (status := self.status) != "RUNNING":
                return status
        raise LocalError(f"{self.arn} has not ended after {RUN_PATIENCE_S:.0f} s")

    def redrive(self) -> None:
        """Continue the execution, which has failed, at the state that failed."""
        self._client.redrive_execution(executionArn=self.arn)

    @cached_property
    def _client(self) -> SFNClient:
        return self.platform.client("stepfunctions")

    def _list_entries(self) -> list[tuple[str, float]]:
        pages = self._client.get_paginator("get_execution_history").paginate(executionArn=self.arn)
        events = [event for page in pages for event in page["events"]]
        return [
            (event["stateEnteredEventDetails"]["name"], event["timestamp"].timestamp())
            for event in events
            if "stateEnteredEventDetails" in event
        ]

    def _poll(self) -> Iterator[None]:
        deadline = time.monotonic() + RUN_PATIENCE_S
        while time.monotonic() < deadline:
            yield
            time.sleep(POLL_S)
