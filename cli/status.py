"""`signify status`: the URLs of a platform and its newest runs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import out
from cli.platform import LOCAL, open_platform
from cli.runs import Stage
from contracts.outputs import Output
from contracts.run_states import RUN_UNMEASURED
from local import local_stack

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

NEWEST_RUNS = 10
NAME_WIDTH = 40
"""The length of `run-` with a UUID, which stays on one line of a terminal of 80 columns."""
NOT_MEASURED = "unmeasured"
"""Shown for an execution that failed after the forecast of its run was complete."""


class RunStatus(TypedDict):
    """One execution; times are RFC 3339, `stopped` is null while it is running, `error` is null unless the execution failed."""

    name: str
    status: str
    error: str | None
    started: str
    stopped: str | None
    execution_arn: str


class StackStatus(TypedDict):
    """The output of `status --json`; the URLs are null while the local stack is stopped."""

    state: str
    api_url: str | None
    docs_url: str | None
    openapi_url: str | None
    runs: list[RunStatus]


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """Show the URLs of the API and the newest runs."""
    stack_status = read_status(stage)
    if as_json:
        out.print_json(json.dumps(stack_status))
        return
    rows = {"state": stack_status["state"], "API": stack_status["api_url"], "docs": stack_status["docs_url"]}
    for name, value in {**rows, "OpenAPI": stack_status["openapi_url"]}.items():
        if value is not None:
            out.print(f"{name:<8} {value}")
    if stack_status["state"] == "stopped":
        out.print("Start it with ./signify up")
    if stack_status["runs"]:
        out.print(make_run_table(stack_status["runs"]))


def read_status(stage: str) -> StackStatus:
    """Return the URLs of a stage and its newest runs."""
    if stage == LOCAL and local_stack.find_running() is None:
        return {"state": "stopped", "api_url": None, "docs_url": None, "openapi_url": None, "runs": []}
    target = open_platform(stage)
    step_functions = target.client("stepfunctions")
    executions = step_functions.list_executions(stateMachineArn=target.outputs[Output.STATE_MACHINE_ARN], maxResults=NEWEST_RUNS)
    runs: list[RunStatus] = [
        {
            "name": execution["name"],
            "status": execution["status"],
            "error": _read_error(step_functions, execution["executionArn"]) if execution["status"] == "FAILED" else None,
            "started": format_time(execution["startDate"]),
            "stopped": format_time(execution["stopDate"]) if execution.get("stopDate") else None,
            "execution_arn": execution["executionArn"],
        }
        for execution in executions["executions"]
    ]
    url = target.api_url
    return {"state": "running", "api_url": url, "docs_url": f"{url}/docs", "openapi_url": f"{url}/openapi.json", "runs": runs}


def _read_error(step_functions: SFNClient, execution_arn: str) -> str | None:
    """Return the error of a failed execution, which tells a run without a forecast from one that could only not be measured."""
    return step_functions.describe_execution(executionArn=execution_arn).get("error")


def format_time(moment: datetime) -> str:
    """Return a time in RFC 3339 with seconds, for example 2026-11-24T04:30:00+00:00."""
    return moment.isoformat(timespec="seconds")


def make_run_table(runs: list[RunStatus]) -> Table:
    """Return the runs with their start and duration, newest first."""
    table = Table(title="Newest runs")
    table.add_column("run", overflow="fold", min_width=NAME_WIDTH)
    for name in ("status", "started", "took"):
        table.add_column(name, no_wrap=True, justify="right" if name == "took" else "left")
    for run in runs:
        start = datetime.fromisoformat(run["started"])
        stop = datetime.fromisoformat(run["stopped"]) if run["stopped"] else None
        duration = f"{(stop - start).total_seconds():.0f} s" if stop else ""
        outcome = NOT_MEASURED if run["error"] == RUN_UNMEASURED else run["status"]
        table.add_row(escape(run["name"]), outcome, f"{start:%m-%d %H:%M}", duration)
    return table
