"""Commands for past runs: list and compare them, and publish one of them again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, cast

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from cli.audit import describe_actor
from cli.console import CliError, err, out
from cli.platform import LOCAL, Platform, open_platform
from cli.records import Change, Comparison, RunRecord
from cli.runs import Stage

SHORT_ID = 8
"""Characters of an id in tables; commands accept them in place of the whole id."""
WHOLE_ID = 36
PART_OF_ID = re.compile("[0-9a-fA-F]{8}[0-9a-fA-F-]{0,28}")
MOST_RUNS = 1000

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or its first 8 characters, as `./signify runs` prints them.")]


def runs(
    limit: Annotated[int, typer.Option(min=1, max=MOST_RUNS, help="Number of runs.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """List the newest runs, which of them readers see, and why others were not published."""
    records = list_runs(open_platform(stage), limit)
    if as_json:
        out.print_json(json.dumps(records))
        return
    out.print(render_runs(records))


def publish(
    run_id: RunId,
    reason: Annotated[str, typer.Option(help="Why the run is published by hand; it is recorded in the audit log.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before readers get a shorter horizon.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """Let readers see a run again, for example the last good one. Later runs are published as usual."""
    target = open_platform(stage)
    identifier = resolve_run_id(target, run_id)
    if not yes:
        confirm_horizon(target, identifier)
    response = target.post(f"/forecast-runs/{identifier}/publish", {"reason": reason, "actor_detail": describe_actor(target)})
    run = cast(RunRecord, response["run"])
    for warning in cast(list[str], response["warnings"]):
        err.print(f"[bold]warning:[/] {escape(warning)}")
    verb = "is published" if response["outcome"] == "PUBLISHED" else "was the published run already"
    out.print(f"Run {run['run_id']} {verb}: data to {run['as_of_date']}, {run['horizon_days']} days.")


def compare(
    run_id: RunId,
    other_id: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Run to compare with. Default: the published run.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_RUNS, help="Number of SKUs.")] = 10,
    stage: Stage = LOCAL,
) -> None:
    """Compare the forecasts of two runs: back-test, totals by site, the SKUs that change most, series added and dropped."""
    target = open_platform(stage)
    other = resolve_run_id(target, other_id) if other_id else find_published_run(target)
    parameters: dict[str, str | int] = {"with": other, "limit": limit}
    comparison = target.get(f"/forecast-runs/{resolve_run_id(target, run_id)}/compare", **parameters)
    out.print(render_comparison(cast(Comparison, comparison)))


def confirm_horizon(target: Platform, run_id: str) -> None:
    """Ask whether to go on when a run forecasts fewer days than the published one. Aborts the command without a yes."""
    published_run = read_published_run(target)
    days = cast(RunRecord, target.get(f"/forecast-runs/{run_id}"))["horizon_days"]
    if published_run is None or days >= published_run["horizon_days"]:
        return
    err.print(
        f"Run {run_id} forecasts {days} days, the published run {published_run['horizon_days']}: "
        f"requests for more than {days} days will be refused (422). `--yes` publishes it without this question."
    )
    typer.confirm("Publish it?", abort=True, err=True)


def find_published_run(target: Platform) -> str:
    """Return the id of the published run. Raises CliError when there is none."""
    run = read_published_run(target)
    if run is None:
        raise CliError("no run is published yet; start one with `./signify run`, or name the run to compare with")
    return run["run_id"]


def read_published_run(target: Platform) -> RunRecord | None:
    """Return the published run, or None when there is none."""
    runs = cast(list[RunRecord], target.get("/forecast-runs", limit=MOST_RUNS, published="true")["forecast_runs"])
    return next((run for run in runs if run["published"]), None)


def list_runs(target: Platform, limit: int) -> list[RunRecord]:
    """Return the newest runs."""
    return cast(list[RunRecord], target.get("/forecast-runs", limit=limit)["forecast_runs"])


def resolve_run_id(target: Platform, run_id: str) -> str:
    """Return the id of the run that begins with these characters. Raises CliError unless there is exactly one."""
    return complete_id(run_id, "run", lambda: [run["run_id"] for run in list_runs(target, MOST_RUNS)])


def complete_id(text: str, noun: str, list_ids: Callable[[], Iterable[str]]) -> str:
    """Return the id that begins with these characters, of those that `./signify runs` or `jobs` list.

    A whole id is returned as it is: the API reports whether it exists. Raises CliError unless there is exactly one, and for what is no
    part of an id: it would be a part of the path of the request.
    """
    if not PART_OF_ID.fullmatch(text):
        article = "an" if noun[0] in "aeiou" else "a"
        raise CliError(
            f"{text!r} is not the id of {article} {noun}; use one of `./signify {noun}s`, at least its first {SHORT_ID} characters"
        )
    if len(text) == WHOLE_ID:
        return text.lower()
    matches = [identifier for identifier in list_ids() if identifier.startswith(text.lower())]
    if len(matches) != 1:
        problem = f"{len(matches)} {noun}s begin" if matches else f"no {noun} begins"
        raise CliError(f"{problem} with {text}; use a whole id of `./signify {noun}s --json`")
    return matches[0]


def render_runs(records: list[RunRecord]) -> RenderableType:
    """Return a table of runs, and below it why runs were not published."""
    table = Table(title="Forecast runs")
    for name in ("run", "started", "status", "data to", "days", "WAPE", "published"):
        table.add_column(name, justify="right" if name in ("days", "WAPE") else "left")
    for run in records:
        wape = format_percent(run["backtest_wape"])
        started = f"{datetime.fromisoformat(run['created_at']):%m-%d %H:%M}"
        identifier = run["run_id"][:SHORT_ID]
        table.add_row(
            identifier, started, describe_status(run), run["as_of_date"], str(run["horizon_days"]), wape, describe_publication(run)
        )
    reasons = [f"{run['run_id'][:SHORT_ID]}: {escape(run['unpublished_reason'])}" for run in records if run["unpublished_reason"]]
    return Group(table, *reasons)


def describe_status(run: RunRecord) -> str:
    """Return the status of a run, and whether a complete forecast was not measured."""
    return "unmeasured" if run["status"] == "SUCCEEDED" and not run["measured"] else run["status"]


def describe_publication(run: RunRecord) -> str:
    """Return whether readers see a run, or saw it earlier; `deleted`: it cannot be published again."""
    if run["published"]:
        return "[bold]yes[/]"
    if run["status"] == "SUCCEEDED" and not run["has_forecasts"]:
        return "deleted"
    return "earlier" if run["published_at"] else "no"


def render_comparison(comparison: Comparison) -> RenderableType:
    """Return the two runs, their totals by site and the SKUs that change most as tables."""
    runs = Table(title="Runs")
    for name in ("", "run", "data to", "days", "WAPE", "baseline"):
        runs.add_column(name, justify="right" if name in ("days", "WAPE", "baseline") else "left")
    for label, run in (("run", comparison["run"]), ("other", comparison["other"])):
        figures = (format_percent(run["backtest_wape"]), format_percent(run["baseline_wape"]))
        runs.add_row(label, run["run_id"][:SHORT_ID], run["as_of_date"], str(run["horizon_days"]), *figures)
    days, series = comparison["common_days"], comparison["series"]
    period = f"from {days['start']} to {days['end']}" if days else "on no day: the runs have none in common"
    sites: list[tuple[str, Change]] = [(row["site_id"], row) for row in comparison["by_site"]]
    skus: list[tuple[str, Change]] = [(row["sku_id"], row) for row in comparison["changed_skus"]]
    return Group(
        runs,
        make_change_table(f"Forecast units {period}", "site", [*sites, ("total", comparison["totals"])]),
        make_change_table("SKUs with the largest changes", "SKU", skus),
        f"Series: {series['run_count']:,}, other {series['other_count']:,}; "
        f"{series['added_count']:,} added, {series['dropped_count']:,} dropped.",
    )


def make_change_table(title: str, label: str, rows: list[tuple[str, Change]]) -> Table:
    """Return a table of changes."""
    table = Table(title=title)
    for name in (label, "run", "other", "change", "in %"):
        table.add_column(name, justify="left" if name == label else "right", overflow="fold")
    for name, row in rows:
        percent = "" if row["change_percent"] is None else f"{row['change_percent']:+z,.1f}"
        table.add_row(escape(name), f"{row['run']:,.0f}", f"{row['other']:,.0f}", f"{row['change']:+z,.0f}", percent)
    return table


def format_percent(value: float | None) -> str:
    """Return a percentage with one decimal, or nothing."""
    return "" if value is None else f"{value:.1f} %"
