"""Commands for jobs: list the work that clients started, and cancel a job."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, cast

import typer
from rich.markup import escape
from rich.table import Table

from cli.audit import describe_actor
from cli.console import out
from cli.platform import LOCAL, Platform, open_platform
from cli.records import JobRecord
from cli.run_history import SHORT_ID, complete_id
from cli.runs import Stage

MOST_JOBS = 1000


def jobs(
    status: Annotated[str | None, typer.Option(help="Only jobs with this status, e.g. RUNNING.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Number of jobs.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """List the newest jobs: who asked for them, and how far they are."""
    records = list_jobs(open_platform(stage), limit, status)
    if as_json:
        out.print_json(json.dumps(records))
        return
    out.print(make_job_table(records))


def cancel(
    job_id: Annotated[str, typer.Argument(metavar="JOB", help="Id of a job, or its first 8 characters, as `./signify jobs` prints them.")],
    reason: Annotated[str, typer.Option(help="Why the job is cancelled; it is recorded in the audit log.")],
    stage: Stage = LOCAL,
) -> None:
    """Stop the run of a job. What it has published stays published."""
    target = open_platform(stage)
    whole_id = complete_id(job_id, "job", lambda: [job["job_id"] for job in list_jobs(target, MOST_JOBS)])
    job = cast(JobRecord, target.post(f"/jobs/{whole_id}/cancel", {"reason": reason, "actor_detail": describe_actor(target)}))
    out.print(f"Job {job['job_id']} is being stopped; `./signify jobs` shows it as CANCELLED within a minute.")


def list_jobs(target: Platform, limit: int, status: str | None = None) -> list[JobRecord]:
    """Return the newest jobs, or those with one status."""
    filters = {} if status is None else {"status": status.upper()}
    return cast(list[JobRecord], target.get("/jobs", limit=limit, **filters)["jobs"])


def make_job_table(records: list[JobRecord]) -> Table:
    """Return the jobs with their status, progress and requester, newest first."""
    table = Table(title="Newest jobs")
    for name in ("job", "created", "status", "done", "state", "requested by"):
        table.add_column(name, overflow="fold", justify="right" if name == "done" else "left")
    for job in records:
        progress = job["progress"]
        created_at = f"{datetime.fromisoformat(job['created_at']):%m-%d %H:%M}"
        state, percent = str(progress.get("message", "")), f"{progress.get('percent', 0)} %"
        table.add_row(job["job_id"][:SHORT_ID], created_at, job["status"], percent, state, escape(job["requested_by"] or ""))
    return table
