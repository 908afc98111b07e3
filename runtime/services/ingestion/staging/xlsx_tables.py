"""The tables of an Excel workbook that are read: those of all sheets with the same columns, or of the sheets that a layout names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from contracts.datasets import Contract
from contracts.places import MAX_SHEETS
from runtime.services.ingestion.staging.header import Header, match_header, plain_name
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.xlsx_sheets import Sheet, SheetNotes, SheetRow, Sheets

HEADER_ROWS = 20
"""Rows among which the header is searched: many sheets have a title above it."""

_NAMES_SHOWN = 5
_SHEETS_SHOWN = 10


@dataclass(frozen=True)
class SheetTable:
    """The table of a sheet."""

    sheet: Sheet
    header_row: int
    header: Header


@dataclass(frozen=True)
class Selection:
    """The tables that are read, in the order of the workbook, and the sheets that are not, each with the reason."""

    tables: Sequence[SheetTable]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> Iterator[str]:
        """What the sender should know about the sheets."""
        names = [table.sheet.name for table in self.tables]
        if len(names) > 1:
            yield f"{len(names)} sheets were read as one data set: {_list(map(repr, names))}"
        elif self.left_out:
            yield f"sheet {names[0]!r} was read"
        if self.left_out:
            yield f"left out: {_list(f'{name!r} ({reason})' for name, reason in self.left_out.items())}; --sheet NAME reads other sheets"
        for row in sorted({table.header_row for table in self.tables if table.header_row > 1}):
            yield f"the header was found in row {row}; the rows above it were ignored"


def select_tables(sheets: Sheets, contract: Contract, layout: FileLayout) -> Selection:
    """Return what is read of a workbook: the sheets that the layout names, else the visible sheets that have the same header.

    Of sheets with different headers, those with the same one as most others are read, then those with most columns of the contract, then
    the first: another sheet may repeat them in another form. A hidden sheet is read when no visible one fits.
    Raises ObjectRejected: MAPPING for a sheet that the workbook lacks, else what is wrong with the first sheet when none fits.
    """
    if layout.sheets:
        tables = [_find_table(sheets, _named_sheet(sheets, name), contract, layout) for name in layout.sheets]
        in_order = sorted(tables, key=lambda table: sheets.all.index(table.sheet))
        return Selection(in_order, _left_out(sheets, in_order, "another sheet is named"))
    tables, reasons_by_name = _find_tables(sheets, contract, layout)
    visible_tables = [table for table in tables if not table.sheet.is_hidden]
    groups: dict[frozenset[str], list[SheetTable]] = {}
    for table in visible_tables or tables[:1]:
        groups.setdefault(_plain_names(table), []).append(table)
    group = max(groups.values(), key=lambda each: (len(each), len(each[0].header.positions)))
    if not layout.has_header:
        group = group[:1]
    if len(group) > MAX_SHEETS:
        raise ObjectRejected(ReasonCode.TOO_LARGE, f"the workbook has more than {MAX_SHEETS} sheets; split it into several files")
    others = {table.sheet.name: _difference(table, group[0], layout) for table in tables if table not in group}
    reasons = reasons_by_name | others
    return Selection(group, {sheet.name: reasons[sheet.name] for sheet in sheets.all if sheet.name in reasons})


def _named_sheet(sheets: Sheets, name: str) -> Sheet:
    plain_names = {sheet.name.strip().casefold(): sheet for sheet in reversed(sheets.all)}
    exact = next((sheet for sheet in sheets.all if sheet.name == name), None)
    sheet = exact or plain_names.get(name.strip().casefold())
    if sheet is None:
        raise ObjectRejected(
            ReasonCode.MAPPING,
            f"the workbook has no sheet {name!r}, which its mapping names; its sheets are {_list(repr(one.name) for one in sheets.all)}",
        )
    return sheet


def _left_out(sheets: Sheets, tables: Sequence[SheetTable], reason: str) -> dict[str, str]:
    sheets_read = [table.sheet for table in tables]
    return {sheet.name: reason for sheet in sheets.all if sheet not in sheets_read}


def _difference(table: SheetTable, first: SheetTable, layout: FileLayout) -> str:
    """Return why a sheet that fits the contract is not read with the others."""
    if table.sheet.is_hidden:
        return "hidden"
    if not layout.has_header:
        return "without a header"
    lacks = [name.strip() for name in first.header.names if plain_name(name) in _plain_names(first) - _plain_names(table)]
    has = [name.strip() for name in table.header.names if plain_name(name) in _plain_names(table) - _plain_names(first)]
    parts = [f"{word} {_list(names, _NAMES_SHOWN)}" for word, names in (("without", lacks), ("with", has)) if names]
    return f"another header: {', '.join(parts)}"


def _plain_names(table: SheetTable) -> frozenset[str]:
    """Return the names of the columns; those of days may differ from sheet to sheet."""
    names = (name for index, name in enumerate(table.header.names) if index not in table.header.cell_names)
    return frozenset(filter(None, map(plain_name, names)))


def _find_tables(sheets: Sheets, contract: Contract, layout: FileLayout) -> tuple[list[SheetTable], dict[str, str]]:
    """Return the tables that match the contract, and the other sheets with the reason.

    Raises ObjectRejected with what is wrong with the first sheet when none does.
    """
    tables: list[SheetTable] = []
    reasons_by_name: dict[str, str] = {}
    rejections: list[ObjectRejected] = []
    for sheet in sorted(sheets.all, key=lambda sheet: sheet.is_hidden):
        try:
            tables.append(_find_table(sheets, sheet, contract, layout))
        except ObjectRejected as rejection:
            rejections.append(rejection)
            reasons_by_name[sheet.name] = _describe_columns(sheets, sheet, rejection)
    if not tables:
        empty = ObjectRejected(ReasonCode.EMPTY, "the workbook has no sheet with cells; upload one with a header and rows")
        raise next((each for each in rejections if each.code is not ReasonCode.EMPTY), rejections[0] if rejections else empty)
    return sorted(tables, key=lambda table: sheets.all.index(table.sheet)), reasons_by_name


def _find_table(sheets: Sheets, sheet: Sheet, contract: Contract, layout: FileLayout) -> SheetTable:
    first_rejection: ObjectRejected | None = None
    if not layout.has_header:
        return SheetTable(sheet, 0, match_header(layout.column_names, contract, layout))
    for row in _first_rows(sheets, sheet):
        try:
            return SheetTable(sheet, row.number, match_header(_names(row), contract, layout))
        except ObjectRejected as rejection:
            first_rejection = first_rejection or ObjectRejected(
                rejection.code, f"sheet {sheet.name[:40]!r}, row {row.number}: {rejection.reason}"
            )
    raise first_rejection or ObjectRejected(ReasonCode.EMPTY, f"sheet {sheet.name[:40]!r} is empty; upload a file with a header and rows")


def _describe_columns(sheets: Sheets, sheet: Sheet, rejection: ObjectRejected) -> str:
    """Return why a sheet does not fit: what it has in place of the columns."""
    if rejection.code is ReasonCode.EMPTY:
        return "empty"
    row = max(_first_rows(sheets, sheet), key=lambda row: len(row.cells), default=None)
    names = [name.strip()[:30] for name in _names(row) if name.strip()] if row else []
    return f"other columns: {_list(names, _NAMES_SHOWN)}"


def _first_rows(sheets: Sheets, sheet: Sheet) -> Iterator[SheetRow]:
    return islice(sheets.rows(sheet, SheetNotes()), HEADER_ROWS)


def _names(row: SheetRow) -> list[str]:
    return [row.cells.get(position, "") for position in range(max(row.cells) + 1)]


def _list(items: Iterator[str] | Sequence[str] | map[str], most: int = _SHEETS_SHOWN) -> str:
    texts = list(items)
    return ", ".join(texts[:most]) + (f" and {len(texts) - most:,} more" if len(texts) > most else "")
