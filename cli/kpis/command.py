"""`signify kpis accuracy|logistics|capacity|consolidation`: what the newest run measured, as tables."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import err, out
from cli.kpis.accuracy_tables import render_accuracy
from cli.kpis.tables import render_capacity, render_consolidation, render_efficiency
from cli.platform import LOCAL, Platform, open_platform
from cli.run_history import find_published_run, resolve_run_id
from cli.runs import Stage
from runtime.services.documents.json_rows import JsonObject as Body

kpis = typer.Typer(
    no_args_is_help=True, help="KPIs that a run measured: forecast accuracy; service and grade, capacity, and the consolidation plan."
)

Site = Annotated[str | None, typer.Option("--site", help="Only this site.")]
Lane = Annotated[str | None, typer.Option("--lane", help="Only this lane.")]
Run = Annotated[str | None, typer.Option("--run", help="Id of a run, or its first 8 characters. Default: the published run.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="Number of rows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@kpis.command()
def accuracy(run: Run = None, as_json: AsJson = False, stage: Stage = LOCAL) -> None:
    """Show the error and the bias of forecasts, the median and the largest series beside them, and the series that are always off."""
    target = open_platform(stage)
    run_id = find_published_run(target) if run is None else resolve_run_id(target, run)
    body: Body = dict(target.get(f"/forecasts/{run_id}/accuracy"))
    if as_json:
        out.print_json(json.dumps(body))
        return
    out.print(render_accuracy(body))
    for warning in body["warnings"]:
        err.print(f"[bold]warning:[/] {escape(warning)}")


@kpis.command()
def logistics(
    by: Annotated[
        str | None, typer.Option("--by", help="Only `total`, or each `site`, `lane` or `week`. Default: total and sites.")
    ] = None,
    site: Site = None,
    lane: Lane = None,
    run: Run = None,
    limit: Limit = 20,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """Show fill rates, OTIF, trucks, dwell, cost and grade of the whole, and of sites, lanes or weeks."""
    target = open_platform(stage)
    filters = {"group_by": by, "site_id": site, "lane_id": lane}
    body = _read(target, "/kpis/logistics-efficiency", run, limit, filters)
    if not any(filters.values()):
        body = {**body, "scopes": [scope for scope in body["scopes"] if scope["level"] in ("total", "site")]}
    _print(body, as_json, render_efficiency(body))


@kpis.command()
def capacity(
    site: Site = None,
    resource: Annotated[str | None, typer.Option("--resource", help="Only this resource, e.g. DOORS_OUT.")] = None,
    run: Run = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """Show the capacity of each resource beside the demand that the forecast expects of it."""
    body = _read(open_platform(stage), "/capacity", run, limit, {"site_id": site, "resource": resource})
    _print(body, as_json, render_capacity(body))


@kpis.command()
def consolidation(
    site: Site = None,
    lane: Lane = None,
    day: Annotated[str | None, typer.Option("--day", help="Only shipments of this day, YYYY-MM-DD.")] = None,
    run: Run = None,
    limit: Limit = 1000,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """Show how few trucks would have done: the whole, and the lanes and days on which trucks could be saved."""
    body = _read(open_platform(stage), "/transport/consolidation", run, limit, {"site_id": site, "lane_id": lane, "ship_date": day})
    _print(body, as_json, render_consolidation(body))


def _read(target: Platform, path: str, run: str | None, limit: int, filters: dict[str, str | None]) -> Body:
    parameters: dict[str, str | int] = {name: value for name, value in filters.items() if value is not None}
    if run is not None:
        parameters["run_id"] = resolve_run_id(target, run)
    body: Body = dict(target.get(path, limit=limit, **parameters))
    return body


def _print(body: Body, as_json: bool, rendering: object) -> None:
    if as_json:
        out.print_json(json.dumps(body))
        return
    out.print(rendering)
    for warning in body["meta"]["warnings"]:
        err.print(f"[bold]warning:[/] {escape(warning)}")
