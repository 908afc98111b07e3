"""Follow one execution of the state machine: its current state, the duration of each state, its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from cli.console import CliError, err

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef, HistoryEventTypeDef

RUNNING, SUCCEEDED, FAILED = "running", "succeeded", "failed"
FAILURE_EVENTS = ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed")
FLOW_STATES = ("ChoiceState", "PassState", "SucceedState", "FailState")
"""Events of states that do no work, and are not shown."""
POLL_SECONDS = 0.5


@dataclass
class StateVisit:
    """One visit of the execution to a state."""

    name: str
    entered_at: datetime
    exited_at: datetime | None = None
    status: str = RUNNING

    def seconds(self, now: datetime) -> float:
        """Return the time in the state so far."""
        return ((self.exited_at or now) - self.entered_at).total_seconds()


@dataclass
class Progress:
    """The visits of an execution, in the order in which the states were entered."""

    visits: list[StateVisit] = field(default_factory=list)

    def update(self, events: Sequence[HistoryEventTypeDef]) -> None:
        """Replace the visits by those of the whole history (a run has tens of events)."""
        self.visits = []
        for event in events:
            event_type: str = event["type"]
            if event_type.startswith(FLOW_STATES):
                continue
            if event_type.endswith("StateEntered"):
                self.visits.append(StateVisit(event["stateEnteredEventDetails"]["name"], event["timestamp"]))
            elif event_type.endswith("StateExited"):
                self._exit(event["stateExitedEventDetails"]["name"], event["timestamp"])
            elif event_type in FAILURE_EVENTS and self.visits:
                self.visits[-1].status = FAILED

    def _exit(self, name: str, at: datetime) -> None:
        for visit in reversed(self.visits):
            if visit.name == name and visit.exited_at is None:
                visit.exited_at, visit.status = at, SUCCEEDED if visit.status == RUNNING else visit.status
                return

    def take_new_exits(self, shown_indexes: set[int]) -> list[StateVisit]:
        """Return the visits that ended and whose index is not in `shown_indexes` yet, and add their indexes to it."""
        indexes = [index for index, visit in enumerate(self.visits) if visit.exited_at is not None and index not in shown_indexes]
        shown_indexes.update(indexes)
        return [self.visits[index] for index in indexes]

    def render(self, now: datetime) -> Group:
        """Return the list of states for a terminal."""
        return Group(*(_render_visit(visit, now) for visit in self.visits))


def _render_visit(visit: StateVisit, now: datetime) -> Spinner | Text:
    text = f"{visit.name:<16} {visit.seconds(now):6.1f} s"
    if visit.exited_at is None and visit.status == RUNNING:
        return Spinner("dots", text=text, style="cyan")
    return Text.from_markup(f"[green]✓[/] {text}" if visit.status == SUCCEEDED else f"[red]✗[/] {text}")


def follow(step_functions: SFNClient, execution_arn: str, timeout: float = 3600.0) -> DescribeExecutionOutputTypeDef:
    """Show the execution until it ends, and return the result of DescribeExecution.

    Raises CliError after `timeout` seconds; the execution continues then.
    """
    deadline = time.monotonic() + timeout
    with _show_live() if err.is_terminal else _show_lines() as show:
        while time.monotonic() < deadline:
            description = step_functions.describe_execution(executionArn=execution_arn)
            progress = Progress()
            progress.update(_read_history(step_functions, execution_arn))
            show(progress, datetime.now(tz=description["startDate"].tzinfo))
            if description["status"] != "RUNNING":
                return description
            time.sleep(POLL_SECONDS)
    raise CliError(f"{execution_arn} is still running after {timeout:.0f} s; see its progress with `./signify status`")


Show = Callable[[Progress, datetime], None]


@contextmanager
def _show_live() -> Iterator[Show]:
    """In a terminal: the list of states, redrawn in place."""
    with Live(console=err, refresh_per_second=8) as live:
        yield lambda progress, now: live.update(progress.render(now))


@contextmanager
def _show_lines() -> Iterator[Show]:
    """In a log: one line for each state that ended."""
    shown_indexes: set[int] = set()

    def show(progress: Progress, now: datetime) -> None:
        for visit in progress.take_new_exits(shown_indexes):
            err.print(_render_visit(visit, now))

    yield show


def _read_history(step_functions: SFNClient, execution_arn: str) -> list[HistoryEventTypeDef]:
    pages = step_functions.get_paginator("get_execution_history").paginate(executionArn=execution_arn)
    return [event for page in pages for event in page["events"]]
