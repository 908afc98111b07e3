"""Commands about data: make samples, drop files into the lake, show what became of every row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import out
from cli.landing import Drop, land, landing_key, records_table
from cli.platform import LOCAL, Platform, platform
from cli.runs import Stage
from local import sample as samples


def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")] = Path("sample-data"),
    seed: Annotated[int, typer.Option(help="The same seed gives the same operator.")] = 7,
) -> None:
    """Write the sample files of a fictitious operator: two sites, 300 SKUs, two years, dirty rows included."""
    written = samples.write_files(folder, seed=seed)
    for file in written.files:
        out.print(f"{file.path}  [dim]-> {file.key}[/]")


def drop(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV, CSV.gz or Parquet files.")],
    dataset: Annotated[str | None, typer.Option(help="The data set they belong to; without it the header tells.")] = None,
    stage: Stage = LOCAL,
) -> None:
    """Drop files into the lake's landing zone and say what became of each."""
    drops = [prepared(path, dataset) for path in files]
    out.print(records_table(land(platform(stage), drops)))


def prepared(path: Path, dataset: str | None = None) -> Drop:
    """The file as it goes into the lake: as it is when the data set is named, else recognised by its header (and adapted)."""
    if dataset:
        return Drop(path, landing_key(dataset, path.name))
    recognised = samples.recognise(path)
    return Drop(recognised.path, landing_key(recognised.dataset, recognised.path.name))


def quality(
    run_id: Annotated[str | None, typer.Argument(help="A run; without it the newest.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Show sample rows of each quarantine code.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """Show every object in the lake and where every row of a run went."""
    target = platform(stage)
    out.print(records_table(target.get("/data-quality/objects", limit=200)["objects"]))
    out.print(*report_tables(target.get(f"/data-quality/reports/{run_id or 'latest'}"), rows=rows))


def report_tables(report: dict[str, Any], *, rows: bool = False) -> list[Table]:
    """The reconciliation of a run, its quarantine codes and, when asked for, samples of them."""
    tables = [_reconciliation(report), _codes(report)]
    return [*tables, _samples(report)] if rows else tables


def _reconciliation(report: dict[str, Any]) -> Table:
    table = Table(title=f"Every row of run {report['run_id']} ({report['verdict']})")
    for name in ("data set", "rows in", "curated", "quarantined", "duplicates", "adds up"):
        table.add_column(name, justify="left" if name == "data set" else "right")
    for name, part in report["report"]["datasets"].items():
        counts = [part[key] for key in ("rows_in", "curated", "quarantined", "duplicates")]
        table.add_row(name, *(f"{count:,}" for count in counts), "✓" if counts[0] == sum(counts[1:]) else "✗")
    return table


def _codes(report: dict[str, Any]) -> Table:
    table = Table(title="Why rows are in quarantine")
    for name in ("data set", "code", "rows"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    for name, part in report["report"]["datasets"].items():
        for code, count in sorted(part["codes"].items(), key=lambda item: -item[1]):
            table.add_row(name, code, f"{count:,}")
    return table


def _samples(report: dict[str, Any]) -> Table:
    table = Table(title="Samples")
    for name in ("object", "line", "code", "reason"):
        table.add_column(name, overflow="fold")
    for part in report["report"]["datasets"].values():
        for row in part["samples"]:
            table.add_row(escape(Path(row["key"]).name), str(row["line"]), row["code"], escape(row["reason"]))
    return table


def land_sample(target: Platform, folder: Path) -> list[dict[str, Any]]:
    """Write the sample files into `folder` and drop all of them."""
    return land(target, [Drop(file.path, file.key) for file in samples.write_files(folder).files])
