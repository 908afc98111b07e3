"""The outcome of the rows of an object, in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from rich.text import Text

from cli.records import ObjectRecord, RowCheckRecord
from contracts.datasets import Contract
from contracts.places import describe_place
from contracts.quality_codes import QuarantineCode, WarningCode
from runtime.models.domain.row_checks import BadRow

SITES_SHOWN = 5
ROWS_SHOWN = 20


def render_outcome(record: ObjectRecord, contract: Contract) -> Text:
    """Return what became of the rows: usable, set aside by code, warnings, the first bad row, the days of each site."""
    return Text("\n".join(_lines(record, contract)))


def render_bad_rows(bad_rows: Sequence[BadRow], record: ObjectRecord, contract: Contract) -> Text:
    """Return the first bad rows, without the one that the outcome shows, each with its reason and how it should read."""
    check = record.get("row_check")
    sheets = check.get("sheets", []) if check else []
    first = check["first_bad_row"] if check else None
    others = [bad_row for bad_row in bad_rows[:ROWS_SHOWN] if first is None or bad_row.line != first["line"]]
    return Text("\n".join(line for bad_row in others for line in _bad_row_lines(bad_row, contract, sheets)))


def _lines(record: ObjectRecord, contract: Contract) -> Iterator[str]:
    name, rows, check = PurePosixPath(record["key"]).name, record.get("rows") or 0, record.get("row_check")
    if check is None:
        return
    bad_count = check["quarantined_rows"]
    yield f"{name}: {check['usable_rows']:,} of {rows:,} rows are usable" + (f", {bad_count:,} set aside" if bad_count else "")
    for code, number in sorted(check["codes"].items(), key=lambda item: (-item[1], item[0])):
        yield f"  {number:>9,}  {code}: {_cause(QuarantineCode, code)}"
    for column, counts in check["warnings"].items():
        for code, number in counts.items():
            yield f"  {number:>9,}  warning, {column}: {_cause(WarningCode, code)}"
    yield from (f"  warning: {warning}" for warning in record.get("warnings") or ())
    if bad_row := check["first_bad_row"]:
        yield from _bad_row_lines(BadRow(**bad_row), contract, check.get("sheets", ()))
    yield from _site_lines(check)


def _bad_row_lines(bad_row: BadRow, contract: Contract, sheets: Sequence[str]) -> Iterator[str]:
    yield f"  {describe_place(bad_row.line, sheets)}: {bad_row.reason}"
    yield f"    is           {_as_csv(bad_row.values, contract)}"
    if bad_row.suggested_values:
        yield f"    should read  {_as_csv(bad_row.suggested_values, contract)}"


def _site_lines(check: RowCheckRecord) -> Iterator[str]:
    """Yield the days of the sites whose data ends first: they are the ones to ask for."""
    sites = sorted(check["sites"], key=lambda site: (site["last_date"], site["site_id"]))
    for site in sites[:SITES_SHOWN]:
        yield f"  {site['site_id']}: {site['first_date']} to {site['last_date']}, {site['rows']:,} rows"
    if check["site_count"] > SITES_SHOWN:
        yield f"  and {check['site_count'] - SITES_SHOWN:,} more sites"


def _as_csv(values: Mapping[str, str], contract: Contract) -> str:
    names = [column.name for column in contract.columns if column.name in values or column.required_column]
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([values.get(name, "") for name in names] if "raw" not in values else [values["raw"]])
    return text.getvalue()


def _cause(codes: type[QuarantineCode] | type[WarningCode], code: str) -> str:
    return next((member.cause for member in codes if member == code), "see docs/landing.md")
