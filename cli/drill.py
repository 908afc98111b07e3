"""`signify drill`: make an alarm fire on the twin, and show what people are told."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.console import CliError, err, out
from cli.drills import runner, triggers
from cli.platform import LOCAL, platform


def drill(
    alarm: Annotated[str | None, typer.Argument(help="The alarm, e.g. RunFailed; without it the list of alarms.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every alarm, one after the other.")] = False,
) -> None:
    """Make an alarm of the twin fire, and show the notification that arrived."""
    known = runner.drills(platform(LOCAL))
    if every:
        for one in known.values():
            _run(one)
    elif alarm is None:
        out.print(_list(known))
    elif alarm in known:
        _run(known[alarm])
    else:
        raise CliError(f"there is no alarm {alarm!r}; there are {', '.join(known)}")


def _run(one: runner.Drill) -> None:
    with err.status(f"waiting for {one.name}"):
        fired = one.run()
    told = fired.notification
    lines = (f"What was done: {fired.done}", f"Why it fired: {told['reason']}", f"What people are told: {told['AlarmDescription']}")
    text = escape("\n".join(lines))
    out.print(Panel(text, title=f"{one.name} fired after {fired.seconds:.0f} s", expand=False), soft_wrap=False)


def _list(known: dict[str, runner.Drill]) -> Table:
    table = Table(title="Alarms; ./signify drill ALARM makes one fire")
    for name in ("alarm", "provoked by"):
        table.add_column(name)
    for name in known:
        table.add_row(name, "deed" if name in triggers.BY_DEED else "metric data")
    return table
