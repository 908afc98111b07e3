"""What must be true of every file: a status, no other exception, all records accounted for, and right line numbers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath

import duckdb

from contracts import datasets
from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
from runtime.adapters.lake.duckdb_row_validator import DuckDbRowValidator
from runtime.services.ingestion.row_validation import check_rows
from runtime.services.ingestion.staging.formats import named_format
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.stage import stage
from runtime.services.ingestion.staging.staged import StagingPlan
from tests.fuzz.files import FuzzFile

MAX_BYTES = 5_000_000
TODAY = date(2026, 11, 22)
ACCEPTED = "ACCEPTED"
_SEPARATORS = ",;\t|"
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """The status of a file, or the code with which it is rejected; the faults of the reader that it shows."""

    status: str
    faults: tuple[str, ...] = ()


def check_file(file: FuzzFile, folder: Path) -> Outcome:
    """Stage a file and validate its rows, as happens when it arrives, and compare what is staged with an independent count."""
    source, target = folder / f"source{PurePath(file.name).suffix}", folder / "staged.parquet"
    source.write_bytes(file.content)
    target.unlink(missing_ok=True)
    plan = StagingPlan(datasets.load("demand_history"), "object", TODAY)
    try:
        staged_file = stage(source, named_format(file.name), plan, target, DuckDbRowStore(), MAX_BYTES)
        check = check_rows(DuckDbRowValidator(), target, plan.contract, TODAY).check
    except ObjectRejected as rejection:
        has_reason = len(rejection.reason) > 20 and str(folder) not in rejection.reason
        return Outcome(rejection.code, () if has_reason else (f"no reason, or one with a path: {rejection.reason}",))
    except Exception as error:  # noqa: BLE001 - it is what the run looks for
        return Outcome("EXCEPTION", (f"{type(error).__name__}: {str(error)[:300]}",))
    with duckdb.connect() as database:
        rows = database.execute("SELECT source_line, unreadable FROM read_parquet(?)", [str(target)]).fetchall()
    lines = [line for line, _ in rows]
    faults = [*_check_lines(lines), *_compare(lines, file, source)]
    if (len(rows), sum(fault is not None for _, fault in rows)) != (staged_file.rows, staged_file.unreadable_rows):
        faults.append(f"{len(rows)} rows are staged, {staged_file.rows} counted")
    if check.usable_rows + check.quarantined_rows != len(rows):
        faults.append(f"{check.usable_rows} usable and {check.quarantined_rows} quarantined rows of {len(rows)}")
    return Outcome(ACCEPTED, tuple(faults))


def _check_lines(lines: list[int]) -> list[str]:
    return [] if lines == sorted(set(lines)) else ["line numbers repeat or go back"]


def _compare(lines: list[int], file: FuzzFile, source: Path) -> list[str]:
    expected_lines = _count_records(file, source)
    if expected_lines is None or expected_lines == lines:
        return []
    difference = sorted(set(lines) ^ set(expected_lines))[:5]
    return [f"{len(lines)} records at other lines than the {len(expected_lines)} that stand there; first at line {difference}"]


def _count_records(file: FuzzFile, source: Path) -> list[int] | None:
    """Return the lines at which records start, counted by other means than the reader's; None where only the reader can tell."""
    if file.name.endswith(".parquet"):
        with duckdb.connect() as database:
            (count,) = database.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(source)]).fetchone() or (0,)
        return list(range(1, count + 1))
    text = _decode(file.text)
    if text is None:
        return None
    if "jsonl" in file.name:
        return [number for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _csv_lines(text)


def _decode(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _csv_lines(text: str) -> list[int] | None:
    """Return the lines of the records below the header."""
    if "\n" not in text[:65_000]:
        text = text.replace("\r", "\n")
    if '"' in text and not _is_plain(text):
        return None
    if len(set(_SEPARATORS) & set(text)) > 1 and re.search(rf"^[{_SEPARATORS}]+\r?$", text, re.MULTILINE):
        return None  # a line of other separators than the file's is a record with one field
    numbers: list[int] = []
    before = 0
    # Every separator ends a field here, so that the separator of the file need not be known to tell blank records apart.
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True) if '"' in text else iter([line] for line in text.split("\n"))
    for count, fields in enumerate(reader, 1):
        number, before = before + 1, getattr(reader, "line_num", count)
        if "".join(fields).strip("\r\n").strip(_SEPARATORS if '"' not in text else ""):
            numbers.append(number)
    has_statement = re.match(r'"?sep=[,;|\t]"?[,;|\t]*\r?\n', text.lstrip("\r\n"), re.IGNORECASE)
    return numbers[2 if has_statement else 1 :]


def _is_plain(text: str) -> bool:
    """Whether Python's own reader reads all of a text with quotes as commas separate it, so that its line numbers are right."""
    csv.field_size_limit(2 * _MIB)
    try:
        widths = {len(fields) for fields in csv.reader(io.StringIO(text, newline="\n"), strict=True) if fields}
    except csv.Error:
        return False
    return len(widths) == 1 and widths.pop() > 4 and "\0" not in text and len(text) < _MIB
