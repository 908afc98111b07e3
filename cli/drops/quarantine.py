"""`signify quarantine`: rows that were set aside when their file arrived, and the way back for them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, cast

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import CliError, out
from cli.drops.bad_rows import BAD_ROWS_ENDING, stem_of, write_bad_rows
from cli.drops.file_check import check_file
from cli.drops.outcome import render_bad_rows, render_outcome
from cli.landing import STATUS_COLOURS
from cli.mapping.stored import fetch_layout
from cli.platform import LOCAL, Platform, open_platform
from cli.records import ObjectRecord
from cli.runs import Stage
from contracts import datasets
from contracts.outputs import Output
from runtime.models.domain.objects import ObjectStatus
from runtime.models.domain.row_checks import BadRow

quarantine = typer.Typer(no_args_is_help=True, help="Rows that were set aside when their file arrived: list, show and fix them.")
ObjectName = Annotated[str, typer.Argument(metavar="OBJECT", help="Id of an object, or name of its file (the newest of that name).")]
PAGE = 1000
IN_USE = {ObjectStatus.ACCEPTED, ObjectStatus.REJECTED}


@dataclass(frozen=True)
class OpenRows:
    """The rows of one object that were set aside, and how many rows of it came back in files of mended rows."""

    record: ObjectRecord
    quarantined_rows: int
    mended_rows: int


@quarantine.command("list")
def list_objects(stage: Stage = LOCAL) -> None:
    """List the files with rows that were set aside, newest first, and how many came back mended."""
    table = Table(title="Rows set aside")
    for name in ("file", "status", "set aside", "mended", "codes"):
        table.add_column(name, overflow="fold", justify="right" if name in {"set aside", "mended"} else "left")
    for rows in count_open_rows(_read_records(open_platform(stage))):
        check, status = rows.record.get("row_check"), rows.record["status"]
        codes = ", ".join(f"{number:,} {code}" for code, number in check["codes"].items()) if check else ""
        name = escape(PurePosixPath(rows.record["key"]).name)
        table.add_row(name, f"[{STATUS_COLOURS[status]}]{status}[/]", f"{rows.quarantined_rows:,}", f"{rows.mended_rows:,}", codes)
    out.print(table)


@quarantine.command()
def show(object_name: ObjectName, stage: Stage = LOCAL) -> None:
    """Show the rows of a file that were set aside, and write all of them to <name>.bad-rows.csv."""
    target = open_platform(stage)
    record = find_record(_read_records(target), object_name)
    contract = datasets.load_for_key(record["key"])
    bad_rows, path = _write(target, record)
    out.print(render_outcome(record, contract))
    out.print(render_bad_rows(bad_rows, contract))
    out.print(f"All {len(bad_rows):,} are in {escape(path.name)}: mend them there, then ./signify drop {escape(path.name)}")


@quarantine.command()
def fix(object_name: ObjectName, stage: Stage = LOCAL) -> None:
    """Write the rows whose correction is certain, corrected, to <name>.bad-rows.csv, to be reviewed and dropped."""
    target = open_platform(stage)
    record = find_record(_read_records(target), object_name)
    bad_rows, path = _write(target, record, is_fix=True)
    name = escape(path.name)
    out.print(f"{len(bad_rows):,} rows with a certain correction are in {name}; review them, then ./signify drop {name}")


def count_open_rows(records: Sequence[ObjectRecord]) -> list[OpenRows]:
    """Return the objects in use with rows set aside; their mended rows are the usable ones of later files of their bad rows."""
    return [
        OpenRows(record, check["quarantined_rows"], _count_mended_rows(record, records))
        for record in records
        if record["status"] in IN_USE and (check := record.get("row_check")) and check["quarantined_rows"]
    ]


def find_record(records: Sequence[ObjectRecord], object_name: str) -> ObjectRecord:
    """Return the object with this id or file name, the newest of several. Raises CliError, also for one without rows set aside."""
    matches = [record for record in records if object_name in {record.get("id"), PurePosixPath(record["key"]).name}]
    if not matches:
        raise CliError(f"no object has the id or file name {object_name!r}; ./signify quarantine list shows those with rows set aside")
    check = matches[0].get("row_check")
    if check is None or not check["quarantined_rows"]:
        raise CliError(f"no row of {object_name} was set aside")
    return matches[0]


def _count_mended_rows(record: ObjectRecord, records: Sequence[ObjectRecord]) -> int:
    prefix = f"{stem_of(PurePosixPath(record['key']).name)}{BAD_ROWS_ENDING}"
    return sum(
        check["usable_rows"]
        for other in records
        if other["status"] == ObjectStatus.ACCEPTED
        and other.get("dataset") == record.get("dataset")
        and PurePosixPath(other["key"]).name.startswith(prefix)
        and other.get("received_at", "") > record.get("received_at", "")
        and (check := other.get("row_check"))
    )


def _read_records(target: Platform) -> list[ObjectRecord]:
    """Return the newest objects."""
    return cast(list[ObjectRecord], target.get("/data-quality/objects", limit=PAGE)["objects"])


def _write(target: Platform, record: ObjectRecord, *, is_fix: bool = False) -> tuple[Sequence[BadRow], Path]:
    """Download the file as it was uploaded, validate it here, and write its bad rows; with is_fix those with a certain correction."""
    contract = datasets.load_for_key(record["key"])
    with tempfile.TemporaryDirectory(prefix="signify-") as folder:
        source = Path(folder) / PurePosixPath(record["key"]).name
        extra = {"VersionId": record["version_id"]}
        target.client("s3").download_file(target.outputs[Output.LAKE_BUCKET_NAME], record["key"], str(source), ExtraArgs=extra)
        layout = fetch_layout(target.client("s3"), target.outputs[Output.LAKE_BUCKET_NAME], record["key"], contract)
        bad_rows: Sequence[BadRow] = check_file(source, contract, record["key"], layout).bad_rows
        if is_fix:
            bad_rows = [bad_row for bad_row in bad_rows if bad_row.suggested_values]
        if not bad_rows:
            raise CliError(f"no row of {source.name} has a correction that is certain; ./signify quarantine show {source.name} lists them")
        return bad_rows, write_bad_rows(source, bad_rows, contract, Path.cwd(), is_fix=is_fix, layout=layout)
