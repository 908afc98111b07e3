"""`signify drill`: trigger an alarm on the local stack and show its notification."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.console import CliError, err, out
from cli.drills.deeds import find_deed
from cli.drills.runner import Drill, DrillError, DrillResult, find_drills
from cli.platform import LOCAL, open_platform
from local import state

BY_DEED, BY_DATA = "real failure", "metric data"


def drill(
    alarm: Annotated[str | None, typer.Argument(help="Name of an alarm, e.g. RunFailed. Default: list the alarms.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Trigger every alarm, one after the other; then list the results.")] = False,
) -> None:
    """Trigger an alarm on the local stack and show the notification that it sends."""
    drills = find_drills(open_platform(LOCAL))
    if every:
        _run_all(list(drills.values()))
    elif alarm is None:
        out.print(make_alarm_table(drills))
    elif alarm in drills:
        _run(drills[alarm])
    else:
        raise CliError(f"there is no alarm {alarm!r}; the alarms are {', '.join(drills)}")


def _run_all(drills: Sequence[Drill]) -> None:
    """Run every drill, also after one that failed. Raises CliError naming those that failed."""
    results: dict[str, DrillResult | DrillError] = {}
    for one in drills:
        try:
            results[one.name] = _run(one)
        except DrillError as error:
            results[one.name] = error
            err.print(escape(str(error)))
    out.print(make_result_table(results))
    failures = [name for name, result in results.items() if isinstance(result, DrillError)]
    if failures:
        raise CliError(f"{len(failures)} of {len(results)} alarms did not fire or sent no notification: {', '.join(failures)}")


def _run(one: Drill) -> DrillResult:
    offset = _size(state.messages())
    with err.status(f"waiting for {one.name}"):
        result = one.run()
    lines = (
        f"Trigger: {result.action}",
        f"Reason: {result.reason}",
        f"Notification: {f'none, {result.quiet_because}' if result.quiet_because else result.description}",
        *read_messages(state.messages(), offset),
    )
    text = escape("\n".join(lines))
    out.print(Panel(text, title=f"{one.name} fired after {result.seconds:.0f} s", expand=False), soft_wrap=False)
    return result


def read_messages(file: Path, offset: int) -> Iterator[str]:
    """Yield the title of every message that a channel received after this offset of the file."""
    if not file.is_file():
        return
    with file.open("rb") as lines:
        lines.seek(offset)
        for line in lines:
            record = json.loads(line)
            message = record["message"]
            cards = message.get("attachments")
            title = cards[0]["content"]["body"][0]["text"] if cards else message["blocks"][0]["text"]["text"]
            yield f"{record['channel'].capitalize()}: {title}"


def make_alarm_table(drills: Mapping[str, Drill]) -> Table:
    """Return the alarms, each with what triggers it: a real failure, or data of its metric."""
    table = Table(title="Alarms; trigger one with ./signify drill ALARM")
    for name in ("alarm", "trigger"):
        table.add_column(name)
    for name in sorted(drills):
        table.add_row(name, BY_DEED if find_deed(name) else BY_DATA)
    return table


def make_result_table(results: Mapping[str, DrillResult | DrillError]) -> Table:
    """Return the results of all drills, and how many alarms a real failure raised."""
    deeds = sum(find_deed(name) is not None for name in results)
    table = Table(title=f"{deeds} of {len(results)} alarms by a real failure, {len(results) - deeds} by metric data")
    for name in ("alarm", "trigger", "what was done", "seconds", "result"):
        table.add_column(name, overflow="fold")
    for name, result in sorted(results.items()):
        trigger = BY_DEED if find_deed(name) else BY_DATA
        if isinstance(result, DrillError):
            table.add_row(name, trigger, "", "", escape(f"FAILED: {result}"))
        else:
            outcome = f"quiet: {result.quiet_because}" if result.quiet_because else "notified"
            table.add_row(name, trigger, escape(result.action), f"{result.seconds:.0f}", escape(outcome))
    return table


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0
