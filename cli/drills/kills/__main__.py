"""`python -m cli.drills.kills`: run kill drills on the local stack and print their table; every drill can be repeated by its seed."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from cli.console import CliError, err, out
from cli.drills.kills.alarms import FailureAlarms
from cli.drills.kills.drill import KillDrills, KillResult
from cli.drills.kills.plans import KillPlan, Victim, draw_plan
from cli.drills.kills.processes import StackProcesses
from cli.drills.kills.runs import Execution
from cli.drills.kills.tables import RunTables
from cli.drills.kills.uploads import UploadDrill
from cli.drills.publications import PublicationLog
from cli.platform import LOCAL, Platform, open_platform
from local import local_stack
from local.errors import LocalError

ATTEMPTS = 3


def main(
    count: Annotated[int, typer.Option("--drills", help="Number of drills; their seeds follow one another.", min=1)] = 20,
    seed: Annotated[int | None, typer.Option(help="Seed of the first drill; drawn from the clock when omitted.")] = None,
) -> None:
    """Kill a process at a random moment of a run, again and again; every run must end like an undisturbed one."""
    first_seed = int(time.time()) if seed is None else seed
    out.print(f"seeds {first_seed} to {first_seed + count - 1}")
    drills = prepare()
    plans = [draw_plan(first_seed + number, drills.timeline) for number in range(count)]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        uploads = UploadDrill(drills.platform, drills.processes, drills.tables, Path(folder))
        # Uploads come last: the runs after them would read other data than the undisturbed one.
        for plan in sorted(plans, key=lambda plan: plan.victim is Victim.UPLOAD):
            # On another day a run reads the same data otherwise: its warnings and what counts as the future are of its day.
            drills = drills if drills.day == find_day() else prepare()
            results.append(run_until_kill(drills, uploads, plan))
            out.print(describe(results[-1]))
    out.print(make_table(results))
    faults = sum(bool(result.faults) for result in results)
    if faults:
        raise CliError(f"{faults} of {count} runs differ from the undisturbed one")


def prepare() -> KillDrills:
    """Run twice undisturbed on the data of the local stack. Raises LocalError when a run does not succeed.

    The first run names the files that were rejected since the run before it; the second one is like those that follow.
    """
    stack, platform = local_stack.require_running(), open_platform(LOCAL)
    url = stack.open_database().url(local_stack.DATABASE)
    tables, log = RunTables(url), PublicationLog(url)
    first_entry, day = log.start(), find_day()
    _run_undisturbed(platform, tables)
    execution, run_id = _run_undisturbed(platform, tables)
    return KillDrills(
        platform=platform,
        processes=StackProcesses(stack),
        tables=tables,
        log=log,
        first_entry=first_entry,
        day=day,
        alarms=FailureAlarms.find(platform),
        reference=tables.read(run_id),
        timeline=execution.list_intervals(),
    )


def _run_undisturbed(platform: Platform, tables: RunTables) -> tuple[Execution, UUID]:
    execution = Execution.start(platform, f"undisturbed-{uuid.uuid4()}")
    status, run_id = execution.wait_for_end(), tables.find_run(execution.arn)
    if status != "SUCCEEDED" or run_id is None:
        raise LocalError(f"the undisturbed run ended as {status}; the drills need a stack with data on which a run succeeds")
    return execution, run_id


def find_day() -> date:
    """Return the day in UTC, by which runs choose and judge their data."""
    return datetime.now(UTC).date()


def run_until_kill(drills: KillDrills, uploads: UploadDrill, plan: KillPlan) -> KillResult:
    """Run the drill of a plan; when its victim had ended before the kill, again with an earlier moment. Without a kill it has a fault."""
    for _ in range(ATTEMPTS):
        result = _run(drills, uploads, plan)
        if result.kills:
            return result
        err.print(f"seed {plan.seed}: {plan}: the victim had ended before the kill; once more, earlier")
        plan = plan.bring_forward()
    return replace(result, faults=(*result.faults, "nothing was killed"))


def _run(drills: KillDrills, uploads: UploadDrill, plan: KillPlan) -> KillResult:
    name = f"drill-{plan.seed}-{uuid.uuid4().hex[:8]}"
    with err.status(f"seed {plan.seed}: {plan}"):
        return uploads.run(plan, name) if plan.victim is Victim.UPLOAD else drills.run(plan, name)


def describe(result: KillResult) -> str:
    """Return one line about a drill."""
    outcome = "; ".join(result.faults) or "equal"
    return (
        f"seed {result.plan.seed}: {result.plan}: {result.kills} kills, {result.redrives} redrives, {result.alarms} alarms, "
        f"{result.seconds:.0f} s: {outcome}"
    )


def make_table(results: Sequence[KillResult]) -> Table:
    """Return the drills, one row each."""
    table = Table(title="Kill drills")
    for name in ("seed", "victim", "kills", "redrives", "alarms", "seconds", "tables"):
        table.add_column(name)
    for result in results:
        values = (result.plan.seed, result.plan, result.kills, result.redrives, result.alarms, f"{result.seconds:.0f}")
        table.add_row(*map(str, values), "; ".join(result.faults) or "equal")
    return table


if __name__ == "__main__":
    try:
        typer.run(main)
    except LocalError as error:
        err.print(f"[red]{error}[/]")
        raise SystemExit(1) from None
