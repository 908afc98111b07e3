"""Commands for the local stack: start it with data and a run, stop it, show its logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import CliError, Phases, err, out
from cli.data import DATASET_HELP, land_sample, make_report_tables, prepare_drop, print_outcomes, summarise_findings
from cli.landing import Drop, land, render_objects
from cli.mapping.choices import Choices
from cli.mapping.options import (
    BlankCellsOption,
    ColumnNamesOption,
    ColumnsOption,
    ConstantsOption,
    DateFormatOption,
    DecimalMarkOption,
    MappingOption,
    SheetsOption,
    TimeZoneOption,
    UnitsOption,
    YesOption,
    make_choices,
)
from cli.mapping.reading import terminal_conversation
from cli.platform import LOCAL, Platform, open_platform
from cli.records import ForecastPage, QualityReport
from cli.runs import start_and_follow
from local import local_stack, state
from local.developer_database import stop_developer_database
from local.errors import LocalError
from local.state import Ports

PROGRESS_MARKS = ("✅", "✨", "❌", "Bundling")


def up(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="Your own file. Default: the sample data.")] = None,
    data: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The same as the argument FILE.", hidden=True)] = None,
    dataset: Annotated[str | None, typer.Option(help=DATASET_HELP)] = None,
    yes: YesOption = False,
    mapping: MappingOption = None,
    columns: ColumnsOption = None,
    constants: ConstantsOption = None,
    date_format: DateFormatOption = None,
    decimal_mark: DecimalMarkOption = None,
    column_names: ColumnNamesOption = None,
    sheets: SheetsOption = None,
    blank_cells: BlankCellsOption = None,
    time_zone: TimeZoneOption = None,
    units: UnitsOption = None,
    no_run: Annotated[bool, typer.Option("--no-run", help="Start and deploy only: no data, no run.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting, e.g. forecastBackend=amazon_forecast; repeatable."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the AWS emulator.", min=1, max=65535)] = 4566,
    db_port: Annotated[int, typer.Option(help="Port of PostgreSQL.", min=1, max=65535)] = 54329,
) -> None:
    """Start the local stack, deploy the platform to it, upload data and run the pipeline."""
    if local_stack.find_running() is not None:
        url = open_platform(LOCAL).api_url
        raise CliError(f"the local stack is already running (API {url}); `./signify run` starts a run, `./signify down` stops the stack")
    if local_stack.was_interrupted():
        err.print("The last `./signify up` was killed before it was complete; ending what it left running.")
    phases = Phases()
    choices = make_choices(dataset, columns, constants, date_format, decimal_mark, column_names, sheets, blank_cells, time_zone, units)
    data = file or data
    own_file = _read_file(phases, data, choices, mapping, accepts_all=yes) if data else None
    try:
        target = _start(phases, Ports(emulator=port, postgres=db_port), settings or [])
        if not no_run:
            _run_pipeline(phases, target, own_file)
    except BaseException:
        err.print("[bold red]stopping the local stack[/]")
        local_stack.stop()
        raise
    out.print(phases.make_table())
    _print_next_steps(target)


def down() -> None:
    """Stop the local stack and delete its data."""
    was_running = [local_stack.stop(), stop_developer_database()]
    out.print("The local stack is stopped." if any(was_running) else "The local stack was not running.")


def logs(
    name: Annotated[str | None, typer.Argument(help="Name of a log, or a part of it, e.g. emulator. Default: list the logs.")] = None,
    lines: Annotated[int, typer.Option("-n", "--lines", help="Number of lines, from the end.", min=1)] = 50,
) -> None:
    """Show the logs of the emulator, the functions, the jobs, PostgreSQL and the deploy."""
    files = {str(path.relative_to(state.logs()).with_suffix("")): path for path in sorted(state.logs().rglob("*.log"))}
    if name is None:
        for log_name, path in files.items():
            out.print(f"{escape(log_name)}  [dim]{path.stat().st_size:,} bytes[/]")
        return
    matches = [path for log_name, path in files.items() if name in log_name]
    if not matches:
        available = "\n".join(f"  {log_name}" for log_name in files)
        raise LocalError(f"there is no log {name!r}; the logs are\n{available}" if files else "there are no logs; start with ./signify up")
    newest = max(matches, key=lambda path: path.stat().st_mtime)
    for line in newest.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]:
        out.print(line, markup=False)


def _read_file(phases: Phases, data: Path, choices: Choices, mapping: Path | None, *, accepts_all: bool) -> Drop:
    """Decide how the file is read before anything is started, so that an unsuitable file is an error at once."""
    with phases.phase(f"Read {data.name}"):
        return prepare_drop(data, choices, terminal_conversation(accepts_all=accepts_all), mapping)


def _start(phases: Phases, ports: Ports, settings: list[str]) -> Platform:
    with phases.phase("Start PostgreSQL and the AWS emulator"):
        running = local_stack.start(ports)
    with phases.phase("Bootstrap and deploy with the CDK CLI"):
        running.deploy(on_line=_print_progress, settings=settings)
    return open_platform(LOCAL)


def _print_progress(line: str) -> None:
    if any(mark in line for mark in PROGRESS_MARKS):
        err.print(f"  [dim]{escape(line.strip())}[/]")


def _run_pipeline(phases: Phases, target: Platform, own_file: Drop | None) -> None:
    with phases.phase("Upload the data to the lake"):
        records = land(target, [own_file]) if own_file else land_sample(target, state.home() / "sample")
    out.print(render_objects(records))
    if own_file:
        print_outcomes([own_file], records)
    with phases.phase("Run the state machine"):
        output = start_and_follow(target, {"requested_by": "signify up"})
    _print_results(target, output["run_id"])


def _print_results(target: Platform, run_id: str) -> None:
    report = cast(QualityReport, target.get(f"/data-quality/reports/{run_id}"))
    out.print(summarise_findings(report), *make_report_tables(report))
    out.print(make_forecast_table(cast(ForecastPage, target.get("/forecasts", time_horizon="7d", limit=7))))


def make_forecast_table(page: ForecastPage) -> Table:
    """Return the quantiles of the forecasts, one row per series and day."""
    table = Table(title=f"GET /forecasts?time_horizon=7d&limit=7 (data to {page['meta']['as_of_date']})")
    for name in ("site", "SKU", "date", "P10", "P50", "P90"):
        table.add_column(name, justify="right" if name.startswith("P") else "left")
    for row in page["forecasts"]:
        values = (row["confidence_lower"], row["predicted_value"], row["confidence_upper"])
        table.add_row(escape(row["site_id"]), escape(row["sku_id"]), row["forecast_date"], *(f"{value:,.1f}" for value in values))
    return table


def _print_next_steps(target: Platform) -> None:
    out.print("[bold]Now   ./signify today[/] shows the few things to do")
    out.print(f"API   {target.api_url}")
    out.print(f"Docs  ./signify docs opens {target.api_url}/docs, signed in")
    out.print(f'Try   curl -H "Authorization: Bearer $(./signify token)" "{target.api_url}/forecasts?time_horizon=7d&limit=5"')
    out.print("Stop  ./signify down")
