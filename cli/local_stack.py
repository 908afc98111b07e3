"""Commands about the local twin: start it with data and a run, stop it, ask how it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.console import CliError, Phases, err, out
from cli.data import land_sample, prepared, report_tables
from cli.landing import Drop, land, records_table
from cli.platform import LOCAL, Platform, platform
from cli.runs import start_and_follow
from local import local_stack, state
from local.developer_database import stop_developer_database
from local.errors import LocalError
from local.state import Ports


def up(
    data: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Your file instead of the sample data.")] = None,
    dataset: Annotated[str | None, typer.Option(help="The data set of --data; without it the header tells.")] = None,
    no_run: Annotated[bool, typer.Option("--no-run", help="Start and deploy only.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of the stage, e.g. forecastBackend=amazon_forecast.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the local AWS.", min=1, max=65535)] = 4566,
    db_port: Annotated[int, typer.Option(help="Port of PostgreSQL.", min=1, max=65535)] = 54329,
) -> None:
    """Start the local twin, deploy the platform into it, drop data, run it, and say where the API is."""
    running = local_stack.find_running()
    if running is not None:
        raise CliError(f"a twin already runs here (API {platform(LOCAL).api_url}); ./signify run starts a run, ./signify down stops it")
    phases = Phases()
    own = _read(phases, data, dataset) if data else None
    try:
        target = _start(phases, Ports(emulator=port, postgres=db_port), settings or [])
        if not no_run:
            _run(phases, target, own)
    except BaseException:
        err.print("[bold red]stopping the twin[/]")
        local_stack.stop()
        raise
    out.print(phases.table())
    _say_where(target)


def _read(phases: Phases, data: Path, dataset: str | None) -> Drop:
    """Recognise the file before anything starts: a file of no data set is said at once."""
    with phases.phase(f"Read {data.name}"):
        return prepared(data, dataset)


def _start(phases: Phases, ports: Ports, settings: list[str]) -> Platform:
    with phases.phase("Start PostgreSQL and the local AWS"):
        running = local_stack.start(ports)
    with phases.phase("Bootstrap and deploy with the CDK CLI"):
        running.deploy(on_line=_show_progress, settings=settings)
    return platform(LOCAL)


def _show_progress(line: str) -> None:
    if "✅" in line or "✨" in line or "❌" in line or "Bundling" in line:
        err.print(f"  [dim]{line.strip()}[/]")


def _run(phases: Phases, target: Platform, own: Drop | None) -> None:
    with phases.phase("Drop the data into the lake"):
        records = land(target, [own]) if own else land_sample(target, state.home() / "sample")
    out.print(records_table(records))
    with phases.phase("Run the state machine"):
        output = start_and_follow(target, {"requested_by": "signify up"})
    out.print(*report_tables(target.get(f"/data-quality/reports/{output['run_id']}")))
    out.print(_forecast_table(target.get("/forecasts", time_horizon="7d", limit=7)))


def _forecast_table(answer: dict[str, Any]) -> Table:
    meta = answer["meta"]
    table = Table(title=f"GET /api/v1/forecasts?time_horizon=7d  (run {meta['run_id']}, as of {meta['as_of_date']})")
    for name in ("site", "SKU", "date", "P10", "P50", "P90"):
        table.add_column(name, justify="right" if name.startswith("P") else "left")
    for row in answer["forecasts"]:
        values = (row["confidence_lower"], row["predicted_value"], row["confidence_upper"])
        table.add_row(row["site_id"], row["sku_id"], row["forecast_date"], *(f"{value:,.1f}" for value in values))
    return table


def _say_where(target: Platform) -> None:
    out.print(f"API   {target.api_url}")
    out.print(f"Docs  {target.api_url}/docs")
    out.print(f'Try   curl -H "Authorization: Bearer $(./signify token)" "{target.api_url}/forecasts?time_horizon=7d&limit=5"')
    out.print("Stop  ./signify down")


def down() -> None:
    """Stop the local twin: the emulator, its functions and jobs, PostgreSQL; a forgotten developer database too."""
    stopped = [local_stack.stop(), stop_developer_database()]
    out.print("stopped" if any(stopped) else "nothing was running")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    stage: str = LOCAL,
) -> None:
    """Say where the API is and how the newest runs went."""
    facts = _facts(stage)
    if as_json:
        out.print_json(json.dumps(facts, default=str))
        return
    for name in ("state", "api_url", "docs_url", "openapi_url"):
        out.print(f"{name:<12} {facts.get(name)}")
    table = Table(title="Newest runs")
    for name in ("name", "status", "started", "stopped"):
        table.add_column(name, no_wrap=name != "name", overflow="fold")
    for run in facts["runs"]:
        table.add_row(run["name"], run["status"], *(f"{at:%Y-%m-%d %H:%M:%S}" if at else "" for at in (run["started"], run["stopped"])))
    out.print(table)


def _facts(stage: str) -> dict[str, Any]:
    if stage == LOCAL and local_stack.find_running() is None:
        return {"state": "stopped", "api_url": None, "docs_url": None, "openapi_url": None, "runs": []}
    target = platform(stage)
    executions = target.client("stepfunctions").list_executions(stateMachineArn=target.outputs["StateMachineArn"], maxResults=10)
    runs = [
        {
            "name": execution["name"],
            "status": execution["status"],
            "started": execution["startDate"],
            "stopped": execution.get("stopDate"),
            "execution_arn": execution["executionArn"],
        }
        for execution in executions["executions"]
    ]
    api_url = target.api_url
    return {"state": "running", "api_url": api_url, "docs_url": f"{api_url}/docs", "openapi_url": f"{api_url}/openapi.json", "runs": runs}


def logs(
    name: Annotated[str | None, typer.Argument(help="A log by name, e.g. emulator; without it the list of logs.")] = None,
    lines: Annotated[int, typer.Option("-n", "--lines", help="How many of the last lines.")] = 50,
) -> None:
    """Show the logs of the twin: the emulator, the functions, the jobs, PostgreSQL, the deploy."""
    files = {str(path.relative_to(state.logs()).with_suffix("")): path for path in sorted(state.logs().rglob("*.log"))}
    if name is None:
        for known, path in files.items():
            out.print(f"{known}  [dim]{path.stat().st_size:,} bytes[/]")
        return
    matches = [path for known, path in files.items() if name in known]
    if not matches:
        raise LocalError(f"no log is called {name!r}; there are\n" + "\n".join(f"  {known}" for known in files))
    newest = max(matches, key=lambda path: path.stat().st_mtime)
    for line in newest.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]:
        out.print(line, markup=False)
