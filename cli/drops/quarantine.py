"""`signify quarantine`: rows that were set aside, and the way back for them."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, cast

import typer
from rich.markup import escape

from cli.console import CliError, out
from cli.drops.bad_rows import BAD_ROWS_ENDING, stem_of, write_bad_rows
from cli.drops.file_check import check_file
from cli.drops.outcome import render_bad_rows, render_outcome
from cli.drops.quarantine_table import QuarantineObject, RecordDocument, count_of_run, count_open, count_parked, make_table
from cli.landing import Drop, land, make_replay_key, wait_for_record
from cli.mapping.stored import fetch_layout
from cli.platform import LOCAL, Platform, open_platform
from cli.records import ObjectRecord
from cli.runs import Stage
from contracts import datasets
from contracts.bad_rows import LINE_COLUMN
from contracts.outputs import Output
from contracts.paths import source_of
from runtime.models.domain.objects import ObjectStatus
from runtime.models.domain.quarantine import RecordStatus
from runtime.models.domain.row_checks import BadRow
from runtime.services.ingestion.staging.formats import FileFormat, named_format

quarantine = typer.Typer(no_args_is_help=True, help="Rows that were set aside: list, show, fix, replay and discard them.")
ObjectName = Annotated[str, typer.Argument(metavar="OBJECT", help="Id of an object, or name of its file (the newest of that name).")]
ROUTE = "/data-quality/quarantine"
PAGE = 1000
HEAD_BYTES = 100_000
REJECTED_EXIT_CODE = 3


@quarantine.command("list")
def list_objects(
    dataset: Annotated[str | None, typer.Option(help="Only objects of this data set.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """List the files with rows set aside, newest first: what is open, parked and closed, and who must act."""
    objects = list(_read_objects(open_platform(stage), **({"dataset": dataset} if dataset else {})))
    if as_json:
        json.dump(objects, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    out.print(make_table(objects))


@quarantine.command()
def show(object_name: ObjectName, stage: Stage = LOCAL) -> None:
    """Show the open rows of a file, and write all of them to <name>.bad-rows.csv."""
    target = open_platform(stage)
    quarantine_object = find_object(list(_read_objects(target)), object_name)
    record = _read_record(target, quarantine_object)
    contract = datasets.load_for_key(record["key"])
    bad_rows, path = _write(target, record)
    out.print(render_outcome(record, contract))
    out.print(render_bad_rows(bad_rows, record, contract))
    name = escape(path.name)
    open_rows = sum(sum(count(quarantine_object).values()) for count in (count_open, count_of_run, count_parked))
    if open_rows > len(bad_rows):
        out.print(
            f"The first {len(bad_rows):,} of {open_rows:,} open rows are in {name}. Only these have records, which can be replayed; "
            "for the others correct the file at its source and upload it again under its name."
        )
        return
    out.print(f"All {len(bad_rows):,} open rows are in {name}: mend them there, then ./signify quarantine replay {name}")


@quarantine.command()
def fix(object_name: ObjectName, stage: Stage = LOCAL) -> None:
    """Write the open rows whose correction is certain, corrected, to <name>.bad-rows.csv, to be reviewed and replayed."""
    target = open_platform(stage)
    record = _read_record(target, find_object(list(_read_objects(target)), object_name))
    bad_rows, path = _write(target, record, is_fix=True)
    name = escape(path.name)
    out.print(f"{len(bad_rows):,} rows with a certain correction are in {name}; review them, then ./signify quarantine replay {name}")


@quarantine.command()
def replay(
    name: Annotated[str, typer.Argument(metavar="FILE|OBJECT", help="A file of mended rows, or an object: its certain corrections.")],
    object_name: Annotated[str | None, typer.Option("--object", help="Object whose rows FILE mends. Default: by the name of FILE.")] = None,
    stage: Stage = LOCAL,
) -> None:
    """Let mended rows take the places of the rows that were set aside; the next run reads them.

    Exit code 0 when rows were taken, 3 when none was.
    """
    target, path = open_platform(stage), Path(name)
    objects = list(_read_objects(target))
    if path.is_file() and is_replay_file(path):
        original = find_original(objects, path) if object_name is None else find_object(objects, object_name)
        key = _key_of_replay(target, path, original)
        [record] = land(target, [Drop(path, key)])
    else:
        original = _find_named(objects, path)
        response = target.post(f"{ROUTE}/{original['object_id']}/replay", {})
        record = wait_for_record(target, str(response["key"]))
    _print_replay(record, original)
    if record["status"] != ObjectStatus.ACCEPTED:
        raise typer.Exit(REJECTED_EXIT_CODE)


@quarantine.command()
def discard(
    object_name: ObjectName,
    reason: Annotated[str, typer.Option(help="Why the rows are not needed; it is kept with them and in the audit log.")],
    lines: Annotated[str | None, typer.Option(help="Lines such as 3,7-9. Default: all open rows.")] = None,
    stage: Stage = LOCAL,
) -> None:
    """Close rows that are not needed: later runs count them as discarded."""
    if not reason.strip():
        raise CliError("--reason is empty; say why the rows are not needed")
    target = open_platform(stage)
    original = find_object(list(_read_objects(target)), object_name)
    body: dict[str, object] = {"reason": reason, **({} if lines is None else {"lines": parse_lines(lines)})}
    response = target.post(f"{ROUTE}/{original['object_id']}/discard", body)
    discarded_lines = cast(list[int], response["lines"])
    out.print(f"{_count(len(discarded_lines))} of {escape(PurePosixPath(original['key']).name)} discarded")


def find_object(objects: Sequence[QuarantineObject], object_name: str) -> QuarantineObject:
    """Return the object with this id or file name, the newest of several. Raises CliError."""
    matches = [each for each in objects if object_name in {each["object_id"], PurePosixPath(each["key"]).name}]
    if not matches:
        raise CliError(f"no object with rows set aside has the id or file name {object_name!r}; ./signify quarantine list shows them")
    return matches[0]


def _find_named(objects: Sequence[QuarantineObject], path: Path) -> QuarantineObject:
    """Return the object with this id or file name; of an uploaded file also where the file itself is still here. Raises CliError."""
    try:
        return find_object(objects, path.name)
    except CliError:
        if not path.is_file():
            raise
        raise CliError(
            f"{path} has no column {LINE_COLUMN}, which states the line that each row mends; keep that of the bad-rows file"
        ) from None


def find_original(objects: Sequence[QuarantineObject], path: Path) -> QuarantineObject:
    """Return the newest object with open rows that a file of mended rows is named after. Raises CliError."""
    names = {each["object_id"]: PurePosixPath(each["key"]).name for each in objects}
    candidates = [each for each in objects if count_open(each) or _count_records(each)]
    matches = [
        each
        for each in candidates
        if stem_of(names[each["object_id"]]) == stem_of(path.name) and BAD_ROWS_ENDING not in names[each["object_id"]]
    ]
    if not matches:
        raise CliError(f"no object with open rows is named {stem_of(path.name)}.*, as {path.name} is; name it with --object")
    return matches[0]


def is_replay_file(path: Path) -> bool:
    """Return whether a file can have mended rows: text with the column of lines in its first lines, or a format that is no text."""
    if named_format(path.name) not in (FileFormat.CSV, FileFormat.JSONL):
        return True
    with path.open("rb") as file:
        return LINE_COLUMN.encode() in file.read(HEAD_BYTES).replace(b"\0", b"")


def parse_lines(text: str) -> list[int]:
    """Return the lines of a list such as 3,7-9. Raises CliError.

    >>> parse_lines("3,7-9")
    [3, 7, 8, 9]
    """
    lines: list[int] = []
    for part in text.split(","):
        first, _, last = (each.strip() for each in part.partition("-"))
        if not (first.isdecimal() and (last or first).isdecimal() and int(first) <= int(last or first)):
            raise CliError(f"--lines: {part.strip()!r} is no line and no range of lines; write for example 3,7-9")
        lines += range(int(first), int(last or first) + 1)
    return lines


def _print_replay(record: ObjectRecord, original: QuarantineObject) -> None:
    name = escape(PurePosixPath(original["key"]).name)
    if record["status"] == ObjectStatus.ACCEPTED:
        out.print(f"{_count(record['rows'] or 0)} of {name} replayed; the next run reads the mended rows in their places.")
    else:
        out.print(f"[red]{record['status']}[/] {escape(record['reason'] or '')}")
    for warning in record.get("warnings", []):
        out.print(f"  {escape(warning)}")
    if record.get("warnings") or record["status"] == ObjectStatus.REJECTED:
        out.print(f"./signify quarantine show {name} writes the rows that are still open.")


def _count(rows: int) -> str:
    return f"{rows:,} row{'s' * (rows != 1)}"


def _key_of_replay(target: Platform, path: Path, original: QuarantineObject) -> str:
    """Return the key of a file of mended rows: of the source of the original, where the file has the form of that source."""
    contract = datasets.load(original["dataset"])
    layout = fetch_layout(target.client("s3"), target.outputs[Output.LAKE_BUCKET_NAME], original["key"], contract)
    is_csv = named_format(original["key"]) in (FileFormat.CSV, FileFormat.CSV_GZ)
    source = source_of(original["key"]) if is_csv and layout.has_header and not layout.reshapes_rows else None
    return make_replay_key(contract.dataset, path.name, original["object_id"], source)


def _read_objects(target: Platform, **filters: str) -> Iterator[QuarantineObject]:
    return (cast(QuarantineObject, each) for each in _read_list(target, ROUTE, "objects", **filters))


def _read_open_rows(target: Platform, object_id: str) -> Iterator[BadRow]:
    for item in _read_list(target, f"{ROUTE}/{object_id}", "records", status=RecordStatus.OPEN.value):
        record = cast(RecordDocument, item)
        yield BadRow(record["line"], record["code"], record["reason"], record["values"], record["suggested_values"])


def _read_list(target: Platform, path: str, name: str, **filters: str) -> Iterator[object]:
    """Yield the items of every page of a list."""
    cursor: dict[str, str] = {}
    while True:
        response = target.get(path, limit=PAGE, **filters, **cursor)
        yield from response[name]
        if not response["page"]["has_more"]:
            return
        cursor = {"cursor": response["page"]["next_cursor"]}


def _sheets_of(record: ObjectRecord) -> Sequence[str]:
    check = record.get("row_check")
    return check.get("sheets", []) if check else []


def _read_record(target: Platform, quarantine_object: QuarantineObject) -> ObjectRecord:
    """Return the record of an object as uploaded. Raises CliError for one without an open row."""
    records = cast(list[ObjectRecord], target.get("/data-quality/objects", key=quarantine_object["key"], limit=PAGE)["objects"])
    record = next(each for each in records if each.get("id") == quarantine_object["object_id"])
    if quarantine_object["records"] and not _count_records(quarantine_object):
        raise CliError(f"no row of {PurePosixPath(record['key']).name} is open")
    return record


def _count_records(quarantine_object: QuarantineObject) -> int:
    return sum(statuses.get(RecordStatus.OPEN, 0) for statuses in quarantine_object["records"].values())


def _write(target: Platform, record: ObjectRecord, *, is_fix: bool = False) -> tuple[Sequence[BadRow], Path]:
    """Download the file as it was uploaded, validate it here, and write its open rows; with is_fix those with a certain correction."""
    contract = datasets.load_for_key(record["key"])
    open_rows = {bad_row.line: bad_row for bad_row in _read_open_rows(target, record["id"])}
    with tempfile.TemporaryDirectory(prefix="signify-") as folder:
        source = Path(folder) / PurePosixPath(record["key"]).name
        extra = {"VersionId": record["version_id"]}
        target.client("s3").download_file(target.outputs[Output.LAKE_BUCKET_NAME], record["key"], str(source), ExtraArgs=extra)
        layout = fetch_layout(target.client("s3"), target.outputs[Output.LAKE_BUCKET_NAME], record["key"], contract)
        all_rows = check_file(source, contract, record["key"], layout).bad_rows
        # A file that was received before rows had records has none.
        bad_rows: Sequence[BadRow] = [open_rows[line] for line in sorted(open_rows)] if open_rows else all_rows
        if is_fix:
            bad_rows = [bad_row for bad_row in bad_rows if bad_row.suggested_values]
        if not bad_rows:
            raise CliError(f"no row of {source.name} has a correction that is certain; ./signify quarantine show {source.name} lists them")
        return bad_rows, write_bad_rows(source, bad_rows, contract, Path.cwd(), is_fix=is_fix, layout=layout, sheets=_sheets_of(record))
