"""Follow one execution of the state machine live: which state it is in, how long each took, how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from cli.console import CliError, err

RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass
class StateVisit:
    """One state of the run as the history tells it."""

    name: str
    entered: datetime
    left: datetime | None = None
    status: str = RUNNING

    def seconds(self, now: datetime) -> float:
        """Time in the state so far."""
        return ((self.left or now) - self.entered).total_seconds()


@dataclass
class Progress:
    """What the history says so far, in the order the states were entered."""

    visits: list[StateVisit] = field(default_factory=list)

    def read(self, events: list[dict[str, Any]]) -> None:
        """Build the visits anew from the whole history (a run has tens of events)."""
        self.visits = []
        for event in events:
            kind: str = event["type"]
            if kind.endswith("StateEntered"):
                self.visits.append(StateVisit(event["stateEnteredEventDetails"]["name"], event["timestamp"]))
            elif kind.endswith("StateExited"):
                self._leave(event["stateExitedEventDetails"]["name"], event["timestamp"])
            elif kind in ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed") and self.visits:
                self.visits[-1].status = FAILED

    def _leave(self, name: str, at: datetime) -> None:
        for visit in reversed(self.visits):
            if visit.name == name and visit.left is None:
                visit.left, visit.status = at, DONE if visit.status == RUNNING else visit.status
                return

    def newly_left(self, said: set[int]) -> list[StateVisit]:
        """The visits that ended and are not in `said` (by their place) yet; they are added to it."""
        fresh = [place for place, visit in enumerate(self.visits) if visit.left is not None and place not in said]
        said.update(fresh)
        return [self.visits[place] for place in fresh]

    def render(self, now: datetime) -> Group:
        """The list of states as people watch it."""
        return Group(*(_line(visit, now) for visit in self.visits))


def _line(visit: StateVisit, now: datetime) -> Spinner | Text:
    text = f"{visit.name:<16} {visit.seconds(now):6.1f} s"
    if visit.left is None and visit.status == RUNNING:
        return Spinner("dots", text=text, style="cyan")
    return Text.from_markup(f"[green]✓[/] {text}" if visit.status == DONE else f"[red]✗[/] {text}")


def follow(step_functions: Any, execution_arn: str, timeout: float = 3600.0) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    """Show the execution until it ends, and return DescribeExecution's answer.

    Raises CliError after `timeout` seconds; the execution itself goes on then.
    """
    deadline = time.monotonic() + timeout
    with _live() if err.is_terminal else _lines() as show:
        while time.monotonic() < deadline:
            description = dict(step_functions.describe_execution(executionArn=execution_arn))
            progress = Progress()
            progress.read(_history(step_functions, execution_arn))
            show(progress, datetime.now(tz=description["startDate"].tzinfo))
            if description["status"] != "RUNNING":
                return description
            time.sleep(0.5)
    raise CliError(f"{execution_arn} still runs after {timeout:.0f} s; ./signify status shows how it goes on")


Show = Callable[[Progress, datetime], None]


@contextmanager
def _live() -> Iterator[Show]:
    """In a terminal: the list of states, redrawn in place."""
    with Live(console=err, refresh_per_second=8) as live:
        yield lambda progress, now: live.update(progress.render(now))


@contextmanager
def _lines() -> Iterator[Show]:
    """In a log: one line for each state that was left."""
    said: set[int] = set()

    def show(progress: Progress, now: datetime) -> None:
        for visit in progress.newly_left(said):
            err.print(_line(visit, now))

    yield show


def _history(step_functions: Any, execution_arn: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a boto3 client
    pages = step_functions.get_paginator("get_execution_history").paginate(executionArn=execution_arn)
    return [event for page in pages for event in page["events"]]
