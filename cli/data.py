"""Commands for data: write sample files, drop files into the lake, show the result of every row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import CliError, out
from cli.drops.bad_rows import write_bad_rows
from cli.drops.file_check import FileCheck, check_file
from cli.drops.outcome import render_outcome
from cli.landing import Drop, land, make_landing_key, render_objects
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
from cli.mapping.reading import Conversation, decide_reading, terminal_conversation
from cli.mapping.sample_readers import read_sample
from cli.platform import LOCAL, Platform, open_platform
from cli.records import FeedRecord, ObjectRecord, QualityReport
from cli.runs import Stage
from contracts import datasets
from contracts.documents import FindingDocument, QualityChangesDocument
from contracts.feeds import FeedState
from contracts.paths import SameName, mapping_key
from contracts.places import describe_place
from contracts.quality_codes import PARKED_CODES
from local import sample as samples
from local.errors import DataError
from local.sample.lake import OperatorSize, write_lake
from runtime.models.domain.objects import ObjectStatus

SKUS, DAYS = 300, 730
"""The size of a sample of every data set, where no other is stated."""

REJECTED_EXIT_CODE = 3
FILES_HELP = "CSV, CSV.gz, JSON lines, Excel or Parquet files, with the columns of a data set or with other people's."
MOST_FINDINGS = 20
SEVERITY_STYLES = {"FAIL": "red", "WARN": "yellow"}
DATASET_HELP = "Data set of the file. Detected from the column names when omitted."


def sample(
    folder: Annotated[Path, typer.Argument(help="Folder for the files.")] = Path("sample-data"),
    seed: Annotated[int, typer.Option(help="Random seed.")] = 7,
    skus: Annotated[int | None, typer.Option(help="Write every data set, with this many SKUs.")] = None,
    days: Annotated[int | None, typer.Option(help="Write every data set, with this many days.")] = None,
    dirty: Annotated[float | None, typer.Option(help="Write every data set, with this share of invalid rows, e.g. 0.02.")] = None,
) -> None:
    """Write sample data of a fictitious operator: two sites, 300 SKUs, two years, with invalid rows and files.

    With --skus, --days or --dirty: one file for every data set, clean or with a share of invalid rows, whose lines and codes are in the
    folder truth.
    """
    if skus is not None or days is not None or dirty is not None:
        _write_lake_sample(folder, skus=skus, days=days, dirty=dirty, seed=seed)
        return
    for file in samples.write_files(folder, seed=seed).files:
        out.print(f"{file.path}  [dim]-> {file.key}[/]")


def _write_lake_sample(folder: Path, *, skus: int | None, days: int | None, dirty: float | None, seed: int) -> None:
    """Write the files of every data set. Raises CliError for a size that cannot be written."""
    try:
        size = OperatorSize(SKUS if skus is None else skus, DAYS if days is None else days, dirty=dirty or 0.0, seed=seed)
    except ValueError as error:
        raise CliError(str(error)) from None
    for file in write_lake(folder, size):
        out.print(f"{file.path}  [dim]-> {file.key}[/]  {file.rows:,} rows, {sum(file.codes.values()):,} invalid")


def drop(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help=FILES_HELP)],
    dataset: Annotated[str | None, typer.Option(help=DATASET_HELP)] = None,
    same_name: Annotated[
        SameName | None,
        typer.Option(help="What becomes of earlier files of the same name. Default: replaced if this one covers their days and sites."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files on this machine, and upload nothing.")] = False,
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
    stage: Stage = LOCAL,
) -> None:
    """Upload files to the lake and show what became of their rows; rows set aside are written to <name>.bad-rows.csv.

    Exit code 0 when every file was accepted (or is a duplicate), 3 when one was rejected.
    """
    choices = make_choices(dataset, columns, constants, date_format, decimal_mark, column_names, sheets, blank_cells, time_zone, units)
    drops = [prepare_drop(path, choices, terminal_conversation(accepts_all=yes), mapping, same_name) for path in files]
    if dry_run:
        checks = [check_drop(each) for each in drops]
        records = [check.record for check in checks]
    else:
        checks = []
        records = land(open_platform(stage), drops)
    out.print(render_objects(records, title="Nothing was uploaded" if dry_run else "Objects in the lake"))
    print_outcomes(drops, records, checks)
    if any(record["status"] == ObjectStatus.REJECTED for record in records):
        raise typer.Exit(REJECTED_EXIT_CODE)


def check_drop(drop: Drop) -> FileCheck:
    """Return the outcome of a file as the platform would record it."""
    return check_file(drop.path, datasets.load_for_key(drop.key), drop.key, drop.layout)


def print_outcomes(drops: Sequence[Drop], records: Sequence[ObjectRecord], checks: Sequence[FileCheck] = ()) -> None:
    """Print what became of the rows of each file, and write those that were set aside to a file in this folder.

    `checks`: those of the same files, where they were made already.
    """
    for index, (each, record) in enumerate(zip(drops, records, strict=True)):
        if (row_check := record.get("row_check")) is None:
            continue
        contract = datasets.load_for_key(each.key)
        out.print(render_outcome(record, contract))
        if row_check["quarantined_rows"]:
            bad_rows = (checks[index] if checks else check_drop(each)).bad_rows
            sheets = row_check.get("sheets", [])
            path = write_bad_rows(each.path, bad_rows, contract, Path.cwd(), layout=each.layout, sheets=sheets)
            command = "drop" if checks else "quarantine replay"
            out.print(f"  The rows set aside are in {escape(path.name)}: mend them there, then ./signify {command} {escape(path.name)}")


def prepare_drop(
    path: Path, choices: Choices, conversation: Conversation, mapping: Path | None = None, same_name: SameName | None = None
) -> Drop:
    """Return the upload of a file: as it is, converted (UCI Online Retail), or with the mapping that states how it is read."""
    try:
        sample = read_sample(path, choices.sheets)
    except DataError:
        if choices.dataset is None:
            raise
        # The platform states what is wrong with the file, and keeps the record.
        return Drop(path, make_landing_key(choices.dataset, path.name, same_name))
    if not choices.dataset and (adapted_file := samples.adapt(path, sample.names)):
        return Drop(adapted_file.path, make_landing_key(adapted_file.dataset, adapted_file.path.name, same_name))
    reading = decide_reading(path, sample, choices, conversation, mapping)
    key = make_landing_key(reading.dataset, path.name, same_name, reading.source)
    return Drop(path, key, reading.mapping, mapping_key(reading.dataset, reading.source) if reading.source else None)


def quality(
    run_id: Annotated[str | None, typer.Argument(help="Id of a run. Default: the newest run.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Also show sample rows of each quarantine code.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """Show what is wrong with the data of a run and who must act, the sites that are late, and what became of the rows."""
    target = open_platform(stage)
    report = cast(QualityReport, target.get(f"/data-quality/reports/{run_id or 'latest'}"))
    out.print(summarise_findings(report), *make_feed_tables(report))
    out.print(render_objects(cast(list[ObjectRecord], target.get("/data-quality/objects", limit=200)["objects"])))
    out.print(*make_report_tables(report, rows=rows))
    out.print(f"As a page: GET /api/v1/data-quality/reports/{report['run_id']}/page", style="dim")


def make_report_tables(report: QualityReport, *, rows: bool = False) -> list[Table]:
    """Return the row counts of a run, its quarantine codes and, with `rows`, samples of them."""
    tables = [_make_count_table(report), _make_code_table(report)]
    return [*tables, _make_sample_table(report)] if rows else tables


def summarise_findings(report: QualityReport) -> str:
    """Return the worst finding with who must act, as the first line, and one line for each of the others."""
    findings = report["report"].get("findings", [])
    changes = _sum_up_changes(report["report"].get("changes"))
    if not findings:
        return "\n".join([f"Data quality {report['verdict']}: nothing to act on.", *changes])
    lines = [_finding_line(finding) for finding in findings[:MOST_FINDINGS]]
    more = len(findings) - MOST_FINDINGS
    return "\n".join([*lines, *([f"... and {more:,} more"] if more > 0 else []), *changes])


def _sum_up_changes(changes: QualityChangesDocument | None) -> list[str]:
    """Return a line about the report before, if there is one and something changed."""
    if not changes or not (changes["new_findings"] or changes["ended_findings"]):
        return []
    names = ", ".join(escape(finding["subject"]) for finding in changes["ended_findings"][:MOST_FINDINGS])
    counts = f"{len(changes['new_findings']):,} new, {len(changes['ended_findings']):,} ended"
    return [f"Since the data to {changes['as_of_date']}: {counts}{f' ({names})' if names else ''}."]


def _finding_line(finding: FindingDocument) -> str:
    style = SEVERITY_STYLES.get(finding["severity"], "dim")
    what = f"[bold {style}]{finding['severity']}[/] {escape(finding['subject'])}: {escape(finding['text'])}."
    return f"{what} {escape(finding['owner'])}: {escape(finding['action'])}."


def make_feed_tables(report: QualityReport) -> list[Table]:
    """Return the sites and sources that are not complete, the latest first; none when all are."""
    feeds = [feed for feed in report["report"].get("feeds", []) if _is_incomplete(feed)]
    if not feeds:
        return []
    table = Table(title="Sites and sources that are not complete")
    for name in ("site", "data set", "state", "complete to", "days behind", "complete of 28 days"):
        table.add_column(name, justify="right" if name in ("days behind", "complete of 28 days") else "left")
    for feed in sorted(feeds, key=lambda feed: (-feed["days_behind"], feed["site_id"]))[:MOST_FINDINGS]:
        complete = f"{feed['days_complete']} of {feed['days_due']}"
        days = str(feed["days_behind"])
        table.add_row(escape(feed["site_id"]), feed["dataset"], feed["state"], feed["last_complete_day"] or "-", days, complete)
    return [table]


def _is_incomplete(feed: FeedRecord) -> bool:
    return feed["state"] != FeedState.CURRENT or feed["days_complete"] < feed["days_due"]


def land_sample(target: Platform, folder: Path) -> list[ObjectRecord]:
    """Write the sample files into `folder` and upload all of them."""
    return land(target, [Drop(file.path, file.key) for file in samples.write_files(folder).files])


def _make_count_table(report: QualityReport) -> Table:
    table = Table(title=f"Rows of run {report['run_id']} (quality {report['verdict']})")
    for name in ("data set", "rows in", "curated", "quarantined", "duplicates", "adds up"):
        table.add_column(name, justify="left" if name == "data set" else "right")
    for name, part in report["report"]["datasets"].items():
        results = (part["curated"], part["quarantined"], part["duplicates"])
        adds_up = "✓" if part["rows_in"] == sum(results) + part.get("discards", 0) else "✗"
        table.add_row(name, *(f"{count:,}" for count in (part["rows_in"], *results)), adds_up)
    return table


def _make_code_table(report: QualityReport) -> Table:
    table = Table(title="Quarantined rows by reason code")
    for name in ("data set", "code", "rows", "status"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    for name, part in report["report"]["datasets"].items():
        for code, count in sorted(part["codes"].items(), key=lambda item: -item[1]):
            table.add_row(name, code, f"{count:,}", "parked" if code in PARKED_CODES else "quarantined")
    return table


def _make_sample_table(report: QualityReport) -> Table:
    table = Table(title="Sample rows")
    for name in ("object", "place", "code", "reason"):
        table.add_column(name, overflow="fold")
    for part in report["report"]["datasets"].values():
        for row in part["samples"]:
            table.add_row(escape(Path(row["key"]).name), describe_place(row["line"]), row["code"], escape(row["reason"]))
    return table
