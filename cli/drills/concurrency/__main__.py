"""`python -m cli.drills.concurrency`: clients against the local stack for some minutes, with a checker that reads all the while."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Annotated

import typer

from cli.console import CliError, err, out
from cli.drills.concurrency.checker import Checker
from cli.drills.concurrency.clients import Client
from cli.drills.concurrency.invariants import RunRecord, check_publications, check_records
from cli.drills.concurrency.records import RunRecords
from cli.drills.publications import PublicationLog
from cli.platform import LOCAL, Platform, open_platform
from local import local_stack
from local.errors import LocalError

QUIET_S = 900.0
"""Time within which the executions that still run at the end must end."""
SETTLE_S = 60.0
"""Time within which the records of executions that ended are complete."""


@dataclass(frozen=True)
class Outcome:
    """What the clients did, what the checker read, and what was wrong."""

    counts: Counter[str]
    walks: int
    runs: int
    publications: int
    violations: list[str]


def main(
    minutes: Annotated[float, typer.Option(help="How long the clients act.", min=0.1)] = 5,
    clients: Annotated[int, typer.Option(help="Number of clients.", min=1)] = 8,
    seed: Annotated[int | None, typer.Option(help="Seed of the first client; drawn from the clock when omitted.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop what still runs after that time; otherwise wait for its end.")] = False,
) -> None:
    """Start, cancel, republish and redrive at the same time; readers must see one run at a time, never an older one unless by hand."""
    first_seed = int(time.time()) if seed is None else seed
    out.print(f"seeds {first_seed} to {first_seed + clients - 1}")
    outcome = run_drill(minutes * 60, clients, first_seed, is_stopped_at_end=stop)
    for action, count in sorted(outcome.counts.items()):
        out.print(f"{count:6} {action}")
    out.print(f"{outcome.walks} walks over {outcome.runs} runs, {outcome.publications} changes of the published run")
    for violation in outcome.violations:
        err.print(violation, markup=False)
    if outcome.violations:
        raise CliError(f"{len(outcome.violations)} violations")


def run_drill(seconds: float, client_count: int, seed: int, *, is_stopped_at_end: bool) -> Outcome:
    """Run clients and checker for some seconds, wait until all executions have ended, stopped or not, and check the records."""
    stack, platform = local_stack.require_running(), open_platform(LOCAL)
    url = stack.open_database().url(local_stack.DATABASE)
    log, records = PublicationLog(url), RunRecords(url)
    first_entry = log.start()
    is_over = threading.Event()
    clients = [Client(open_platform(LOCAL), seed + number) for number in range(client_count)]
    checker = Checker(platform, records)
    workers = [client.run for client in clients]
    threads = [threading.Thread(target=worker, args=(is_over,), daemon=True) for worker in (*workers, checker.run)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    is_over.set()
    for thread in threads:
        thread.join()
    if is_stopped_at_end:
        stop_executions(platform)
    publications = log.list_changes(first_entry)
    violations = [*checker.violations, *check_publications(publications), *(text for client in clients for text in client.violations)]
    violations += wait_for_records(platform, records)
    counts = sum((client.counts for client in clients), Counter[str]())
    return Outcome(counts, checker.walks, len(checker.runs), len(publications), violations)


def stop_executions(platform: Platform) -> None:
    """Stop what still runs."""
    client, machine = platform.client("stepfunctions"), platform.outputs["StateMachineArn"]
    for execution in client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        client.stop_execution(executionArn=execution["executionArn"], error="DrillEnded")


def wait_for_records(platform: Platform, records: RunRecords) -> list[str]:
    """Wait until nothing runs and the records agree; return what still contradicts an execution."""
    client, machine = platform.client("stepfunctions"), platform.outputs["StateMachineArn"]
    deadline = time.monotonic() + QUIET_S
    while client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        if time.monotonic() > deadline:
            return ["executions still run"]
        time.sleep(2)
    deadline = time.monotonic() + SETTLE_S
    while (violations := _check_records(platform, records)) and time.monotonic() < deadline:
        time.sleep(2)
    return violations


def _check_records(platform: Platform, records: RunRecords) -> list[str]:
    client = platform.client("stepfunctions")
    statuses = [
        RunRecord(run_id, run, job, client.describe_execution(executionArn=arn)["status"])
        for run_id, run, job, arn in records.list_statuses()
    ]
    orphans = records.count_orphans()
    return check_records(statuses) + ([f"{orphans} jobs wait for an execution that was never started"] if orphans else [])


if __name__ == "__main__":
    try:
        typer.run(main)
    except LocalError as error:
        err.print(f"[red]{error}[/]")
        raise SystemExit(1) from None
