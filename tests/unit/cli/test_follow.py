"""Progress of an execution, from its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli import follow as follow_module
from cli.console import CliError
from cli.follow import FAILED, RUNNING, SUCCEEDED, Progress, StateVisit, follow

START = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)


def enter(name: str, seconds: float) -> dict[str, Any]:
    at = START + timedelta(seconds=seconds)
    return {"type": "TaskStateEntered", "timestamp": at, "stateEnteredEventDetails": {"name": name}}


def leave(name: str, seconds: float) -> dict[str, Any]:
    at = START + timedelta(seconds=seconds)
    return {"type": "TaskStateExited", "timestamp": at, "stateExitedEventDetails": {"name": name}}


def read(*events: Any) -> list[StateVisit]:
    progress = Progress()
    progress.update(events)
    return progress.visits


def test_each_state_has_its_duration_and_the_last_one_is_running() -> None:
    visits = read(enter("Cleanse", 0), leave("Cleanse", 10), enter("QualityGate", 10))
    now = START + timedelta(seconds=12.5)
    assert [(visit.name, visit.status, visit.seconds(now)) for visit in visits] == [
        ("Cleanse", SUCCEEDED, 10.0),
        ("QualityGate", RUNNING, 2.5),
    ]


@pytest.mark.parametrize("event", ["TaskFailed", "TaskTimedOut", "LambdaFunctionFailed"])
def test_a_failed_task_marks_its_state_even_when_a_catch_leaves_it(event: str) -> None:
    visits = read(enter("Cleanse", 0), {"type": event, "timestamp": START}, leave("Cleanse", 3), enter("RecordFailure", 3))
    assert [(visit.name, visit.status) for visit in visits] == [("Cleanse", FAILED), ("RecordFailure", RUNNING)]


def test_states_without_work_are_not_shown() -> None:
    choice = {"type": "ChoiceStateEntered", "timestamp": START, "stateEnteredEventDetails": {"name": "ShallNotify"}}
    end = {"type": "SucceedStateEntered", "timestamp": START, "stateEnteredEventDetails": {"name": "Done"}}
    assert [visit.name for visit in read(enter("FinishRun", 0), leave("FinishRun", 1), choice, end)] == ["FinishRun"]


def test_a_state_that_is_entered_again_is_a_second_visit() -> None:
    visits = read(enter("Gate", 0), leave("Gate", 1), enter("Gate", 5), leave("Gate", 7))
    assert [visit.seconds(START) for visit in visits] == [1.0, 2.0]


def test_each_exit_is_printed_once() -> None:
    progress, shown_indexes = Progress(), set[int]()
    progress.update([enter("A", 0), leave("A", 1), enter("B", 1)])  # type: ignore[list-item]
    assert [visit.name for visit in progress.take_new_exits(shown_indexes)] == ["A"]
    progress.update([enter("A", 0), leave("A", 1), enter("B", 1), leave("B", 2)])  # type: ignore[list-item]
    assert [visit.name for visit in progress.take_new_exits(shown_indexes)] == ["B"]
    assert progress.take_new_exits(shown_indexes) == []


class StepFunctions:
    """An execution with these statuses, one per call of DescribeExecution."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)

    def describe_execution(self, executionArn: str) -> dict[str, Any]:  # noqa: N803 - as boto3 spells it
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"status": status, "startDate": START}

    def get_paginator(self, operation: str) -> StepFunctions:
        return self

    def paginate(self, **request: str) -> list[dict[str, Any]]:
        return [{"events": [enter("Cleanse", 0), leave("Cleanse", 1)]}]


def test_following_ends_with_the_execution(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(follow_module, "POLL_SECONDS", 0)
    client: Any = StepFunctions("RUNNING", "RUNNING", "SUCCEEDED")
    assert follow(client, "arn")["status"] == "SUCCEEDED"
    assert capsys.readouterr().err.count("✓ Cleanse") == 1


def test_following_gives_up_after_the_timeout() -> None:
    client: Any = StepFunctions("RUNNING")
    with pytest.raises(CliError, match=r"arn is still running after 0 s; see its progress with `\./signify status`"):
        follow(client, "arn", timeout=0)
