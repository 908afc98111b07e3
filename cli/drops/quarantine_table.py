"""Quarantined rows as a table: what is open, for how long, and who must act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TypedDict

from rich.markup import escape
from rich.table import Table

from cli.landing import STATUS_COLOURS
from contracts.quality_codes import MASTERS, PARKED_CODES, UNKNOWN_CODES
from runtime.models.domain.quarantine import RecordStatus


class QuarantineObject(TypedDict):
    """An object with quarantined rows, from /data-quality/quarantine."""

    object_id: str
    key: str
    dataset: str
    object_status: str
    received_at: str
    quarantined_rows: int
    codes: Mapping[str, int]
    records: Mapping[str, Mapping[str, int]]
    run_codes: Mapping[str, int]
    released_codes: Mapping[str, int]


class RecordDocument(TypedDict):
    """A record of a quarantined row, from /data-quality/quarantine/{object_id}."""

    line: int
    code: str
    reason: str
    status: str
    values: Mapping[str, str]
    suggested_values: Mapping[str, str] | None


def count_open(quarantine_object: QuarantineObject) -> Mapping[str, int]:
    """Return the open rows by code; of those without a record (beyond the first of a file, or of an earlier version) all are open."""
    closed_rows = {
        code: sum(n for status, n in counts.items() if status != RecordStatus.OPEN) for code, counts in _records(quarantine_object)
    }
    numbers = {code: number - closed_rows.get(code, 0) for code, number in quarantine_object["codes"].items()}
    return {code: number for code, number in numbers.items() if number > 0 and code not in UNKNOWN_CODES}


def count_parked(quarantine_object: QuarantineObject) -> Mapping[str, int]:
    """Return the rows that wait for master data in the newest run, by code."""
    numbers = {code: _count_of_run(quarantine_object, code) for code in quarantine_object["run_codes"] if code in PARKED_CODES}
    return {code: number for code, number in numbers.items() if number}


def count_of_run(quarantine_object: QuarantineObject) -> Mapping[str, int]:
    """Return the rows that only the newest run quarantined, by code: conflicts with other files, units without a conversion."""
    codes = quarantine_object["codes"]
    numbers = {
        code: _count_of_run(quarantine_object, code) for code in quarantine_object["run_codes"] if code not in {*PARKED_CODES, *codes}
    }
    return {code: n for code, n in numbers.items() if n} if quarantine_object["object_status"] == "ACCEPTED" else {}


def _count_of_run(quarantine_object: QuarantineObject, code: str) -> int:
    """Return the rows of a code in the newest run without those that were mended or discarded since; without records, all of them."""
    number, records = quarantine_object["run_codes"][code], quarantine_object["records"].get(code, {})
    return records.get(RecordStatus.OPEN, 0) if records and number <= sum(records.values()) else number


def make_table(objects: Iterable[QuarantineObject], now: datetime | None = None) -> Table:
    """Return a table with a row for each object, the newest first."""
    table = Table(title="Quarantined rows")
    for name in ("file", "age", "open", "parked", "closed", "codes", "who must act"):
        is_number = name in {"age", "open", "parked"}
        table.add_column(name, justify="right" if is_number else "left", no_wrap=is_number or name == "codes", overflow="fold")
    for each in objects:
        table.add_row(*_cells(each, now or datetime.now(tz=UTC)))
    return table


def _cells(each: QuarantineObject, now: datetime) -> Iterator[str]:
    open_rows, parked_rows, of_run = count_open(each), count_parked(each), count_of_run(each)
    age = now - datetime.fromisoformat(each["received_at"])
    yield f"[{STATUS_COLOURS[each['object_status']]}]{escape(PurePosixPath(each['key']).name)}[/]"
    yield f"{age.days} d" if age.days else f"{int(age.total_seconds() // 3600)} h"
    yield f"{sum(open_rows.values()) + sum(of_run.values()):,}"
    yield f"{sum(parked_rows.values()):,}"
    yield _describe_closed(each)
    codes = {**open_rows, **of_run, **parked_rows}
    yield "\n".join(f"{number:,} {code}" for code, number in sorted(codes.items(), key=lambda item: (-item[1], item[0])))
    yield "\n".join(_owners(each["dataset"], [*open_rows, *of_run], parked_rows)) or "nobody"


def _describe_closed(each: QuarantineObject) -> str:
    closed_rows = Counter[str]()
    for _, counts in _records(each):
        closed_rows.update({status: number for status, number in counts.items() if status != RecordStatus.OPEN})
    if released_rows := sum(each["released_codes"].values()):
        closed_rows["taken in by runs"] = released_rows
    return "\n".join(f"{number:,} {status}" for status, number in sorted(closed_rows.items())) or "0"


def _owners(dataset: str, open_codes: Sequence[str], parked_rows: Mapping[str, int]) -> Iterator[str]:
    if open_codes:
        yield f"source of {dataset}"
    yield from (f"owner of {master}" for code, master in MASTERS.items() if code in parked_rows)


def _records(each: QuarantineObject) -> Iterable[tuple[str, Mapping[str, int]]]:
    return each["records"].items()
