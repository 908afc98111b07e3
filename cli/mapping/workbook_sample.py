"""The columns and first rows of an Excel workbook: those of all visible sheets with the same header, or of the sheets that are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cli.mapping.file_sample import FileSample, make_sample, until_full
from contracts.datasets import Contract
from local.errors import DataError
from runtime.services.ingestion.ingestion import MAX_BYTES
from runtime.services.ingestion.staging.header import plain_name
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.xlsx_parts import open_workbook, reading_workbook
from runtime.services.ingestion.staging.xlsx_sheets import Sheet, SheetNotes, SheetRow, Sheets
from runtime.services.ingestion.staging.xlsx_tables import Selection, select_tables

_TITLE_ROWS = 20
_ROWS_COUNTED = 20_000
"""Rows of a sheet that are counted, to find the sheets with the data."""


@dataclass(frozen=True)
class _Table:
    """The header of a sheet, which is the fullest of its first rows: many sheets have a title above it."""

    sheet: Sheet
    header: SheetRow
    rows: int

    @property
    def names(self) -> list[str]:
        return [self.header.cells.get(place, "").strip() for place in range(max(self.header.cells) + 1)]

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(plain_name(name) for name in self.names if name)


def read_workbook(path: Path, names: Sequence[str] = ()) -> FileSample:
    """Return the sample of the sheets with these names, else of the visible sheets that have the same header and most of the rows.

    Raises DataError for a name that no sheet has, and for a workbook without a filled sheet.
    """
    with open_workbook(path, MAX_BYTES) as workbook, reading_workbook():
        sheets = Sheets(workbook)
        tables = [table for sheet in _choose(sheets, names, path) if (table := _find_table(sheets, sheet)) is not None]
        groups: dict[frozenset[str], list[_Table]] = {}
        for table in tables:
            groups.setdefault(table.columns, []).append(table)
        if not groups:
            raise DataError(f"{path.name} has no filled sheet; a file needs a header and rows")
        group = tables if names else max(groups.values(), key=lambda each: sum(table.rows for table in each))
        first, counts = max(group, key=lambda table: len(table.columns)), dict.fromkeys((table.sheet.name for table in group), 0)
        sheet_rows = _rows(sheets, group, first.names, counts)
        rows = list(until_full(sheet_rows))
        is_whole = next(sheet_rows, None) is None
    return replace(make_sample(first.names, rows), is_whole=is_whole, sheets=tuple(counts.items()))


def select_sheets(path: Path, contract: Contract, layout: FileLayout) -> Selection:
    """Return which sheets the platform reads of a workbook, and which it leaves out with the reason. Raises DataError when none fits."""
    try:
        with open_workbook(path, MAX_BYTES) as workbook, reading_workbook():
            return select_tables(Sheets(workbook), contract, layout)
    except ObjectRejected as rejection:
        raise DataError(f"{path.name} cannot be read: {rejection.reason}") from None


def _choose(sheets: Sheets, names: Sequence[str], path: Path) -> list[Sheet]:
    if not names:
        return [sheet for sheet in sheets.all if not sheet.is_hidden] or sheets.all
    by_name = {sheet.name.strip().casefold(): sheet for sheet in sheets.all}
    for name in names:
        if name.strip().casefold() not in by_name:
            own_names = ", ".join(repr(each.name) for each in sheets.all)
            raise DataError(f"--sheet {name!r}: {path.name} has no such sheet; its sheets are {own_names}")
    return [by_name[name.strip().casefold()] for name in names]


def _find_table(sheets: Sheets, sheet: Sheet) -> _Table | None:
    rows = sheets.rows(sheet, SheetNotes())
    first_rows = list(islice(rows, _TITLE_ROWS))
    place = max(range(len(first_rows)), key=lambda number: len(first_rows[number].cells), default=None)
    if place is None:
        return None
    return _Table(sheet, first_rows[place], len(first_rows) - place - 1 + sum(1 for _ in islice(rows, _ROWS_COUNTED)))


def _rows(sheets: Sheets, group: Sequence[_Table], names: Sequence[str], counts: dict[str, int]) -> Iterator[Sequence[str]]:
    """Yield the rows below the headers, their cells in the order of `names`, and count those of each sheet."""
    for table in group:
        places = {plain_name(name): place for place, name in reversed(list(enumerate(table.names)))}
        order = [places.get(plain_name(name), -1) for name in names]
        for row in sheets.rows(table.sheet, SheetNotes()):
            if row.number > table.header.number:
                counts[table.sheet.name] += 1
                yield [row.cells.get(place, "") for place in order]
