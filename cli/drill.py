"""`signify drill`: trigger an alarm on the local stack and show its notification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.console import CliError, err, out
from cli.drills.runner import Drill, find_drills
from cli.drills.triggers import TRIGGERS
from cli.platform import LOCAL, open_platform


def drill(
    alarm: Annotated[str | None, typer.Argument(help="Name of an alarm, e.g. RunFailed. Default: list the alarms.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Trigger every alarm, one after the other.")] = False,
) -> None:
    """Trigger an alarm on the local stack and show the notification that it sends."""
    drills = find_drills(open_platform(LOCAL))
    if every:
        for one in drills.values():
            _run(one)
    elif alarm is None:
        out.print(make_alarm_table(drills))
    elif alarm in drills:
        _run(drills[alarm])
    else:
        raise CliError(f"there is no alarm {alarm!r}; the alarms are {', '.join(drills)}")


def _run(one: Drill) -> None:
    with err.status(f"waiting for {one.name}"):
        result = one.run()
    lines = (
        f"Trigger: {result.action}",
        f"Reason: {result.reason}",
        f"Notification: {result.description}",
    )
    text = escape("\n".join(lines))
    out.print(Panel(text, title=f"{one.name} fired after {result.seconds:.0f} s", expand=False), soft_wrap=False)


def make_alarm_table(drills: Mapping[str, Drill]) -> Table:
    """Return the alarms, each with what triggers it: a real failure, or data of its metric."""
    table = Table(title="Alarms; trigger one with ./signify drill ALARM")
    for name in ("alarm", "trigger"):
        table.add_column(name)
    for name in drills:
        table.add_row(name, "real failure" if name in TRIGGERS else "metric data")
    return table
