"""`signify forecast`, `excluded` and `export`: forecasts in the terminal and as files."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

import httpx
import typer
from rich.markup import escape

from cli.console import CliError, err, out
from cli.forecasts.rendering import describe_backtest, render_excluded, render_series, render_skus
from cli.platform import LOCAL, Platform, open_platform
from cli.run_history import find_published_run, resolve_run_id
from cli.runs import Stage
from runtime.models.exports.orders import ExportFormat, ExportResource

Site = Annotated[str | None, typer.Option("--site", help="Only this site.")]
Run = Annotated[str | None, typer.Option("--run", help="Id of a run, or its first 8 characters. Default: the published run.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="Number of rows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FORMATS = ", ".join(f".{each}" for each in ExportFormat)
POLL_S = 2.0
LONGEST_S = 1200
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT")


def forecast(
    sku: Annotated[str | None, typer.Argument(help="SKU. Without one, the SKUs are listed.")] = None,
    site: Site = None,
    days: Annotated[int, typer.Option(help="1, 7, 14, 21 or 28 days.")] = 14,
    limit: Limit = 20,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """Show the forecast of a SKU day by day with its band, or the SKUs with demand and forecast of 28 days."""
    target = open_platform(stage)
    where = {"site_id": site} if site else {}
    if sku is None:
        body = target.get("/skus", limit=limit, **where)
    else:
        body = target.get("/forecasts", time_horizon=f"{days}d", sku_filter=[sku], limit=1000, **where)
    if as_json:
        out.print_json(json.dumps(body))
        return
    if sku is None:
        out.print(render_skus(body["skus"]))
    else:
        for part in render_series(body["forecasts"]):
            out.print(part)
    for warning in body["meta"]["warnings"]:
        err.print(f"[bold]warning:[/] {escape(warning)}")
    if run_id := body["meta"]["run_id"]:
        out.print(describe_backtest(target.get(f"/forecasts/{run_id}")["backtest"]))


def excluded(run: Run = None, limit: Limit = 20, as_json: AsJson = False, stage: Stage = LOCAL) -> None:
    """Show the series that a run did not forecast, each with the reason."""
    target = open_platform(stage)
    run_id = find_published_run(target) if run is None else resolve_run_id(target, run)
    body = target.get(f"/forecasts/{run_id}/excluded", limit=limit)
    if as_json:
        out.print_json(json.dumps(body))
        return
    out.print(render_excluded(body["excluded"]) if body["excluded"] else "Every series has a forecast.")
    if body["page"]["has_more"]:
        err.print(f"There are more than {limit}; use --limit, or `./signify export excluded.csv --list excluded`.")


def export(
    file: Annotated[Path, typer.Argument(help=f"File to write; its ending is the format: {FORMATS}.")],
    resource: Annotated[
        ExportResource | None, typer.Option("--list", help="What to export. Default: workbook for .xlsx, else forecasts.")
    ] = None,
    site: Site = None,
    stage: Stage = LOCAL,
) -> None:
    """Write a whole list of the published run to a file; .xlsx is a workbook with a sheet for each question."""
    endings = {f".{each}": each for each in ExportFormat}
    if file.suffix not in endings:
        raise CliError(f"{file}: the ending {file.suffix!r} is no format; use one of {FORMATS}")
    format_name = endings[file.suffix]
    selection = resource or (ExportResource.WORKBOOK if format_name is ExportFormat.XLSX else ExportResource.FORECASTS)
    target = open_platform(stage)
    order = {"resource": selection.value, "format": format_name.value, **({"site_id": site} if site else {})}
    content = _wait(target, str(target.post("/exports", order)["export_id"]))
    if content["status"] != "SUCCEEDED":
        reason = cast("Mapping[str, str]", content["error"] or {}).get("detail", "no reason was recorded")
        raise CliError(f"the export ended as {content['status']}: {reason}")
    [entry] = cast("list[dict[str, object]]", content["files"])
    download(str(entry["url"]), file, str(entry["sha256"]))
    out.print(f"{escape(str(file))}: {entry['rows']:,} rows, {entry['bytes']:,} bytes")


def download(url: str, file: Path, sha256: str) -> None:
    """Download a file, and check its digest; a file that is not whole is not left behind. Raises CliError."""
    digest, part = hashlib.sha256(), file.with_name(f"{file.name}.part")
    with httpx.stream("GET", url, timeout=60) as response, part.open("wb") as stream:
        for block in response.iter_bytes():
            digest.update(block)
            stream.write(block)
    if response.status_code != httpx.codes.OK or digest.hexdigest() != sha256:
        part.unlink()
        raise CliError(f"{file} could not be downloaded whole (status {response.status_code}); run the command again")
    part.replace(file)


def _wait(target: Platform, export_id: str) -> dict[str, object]:
    """Return an export once it has ended. Raises CliError after 20 minutes."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        content: dict[str, object] = target.get(f"/exports/{export_id}")
        if content["status"] in FINAL:
            return content
        time.sleep(POLL_S)
    raise CliError(f"export {export_id} did not end within {LONGEST_S // 60} minutes; GET /api/v1/exports/{export_id} shows its status")
