"""The sheet of an Excel workbook that has the contract's columns, as staged rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from contracts.datasets import Contract
from runtime.services.ingestion.staging.csv_rows import StagedRow
from runtime.services.ingestion.staging.header import Header, match_header
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.lines import Limits
from runtime.services.ingestion.staging.records import excerpt_of
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.typed_numbers import list_number_columns, number_text
from runtime.services.ingestion.staging.xlsx_sheets import Sheet, SheetNotes, SheetRow, Sheets

_HEADER_ROWS = 20
"""Rows among which the header is searched: many sheets have a title above it."""


@dataclass(frozen=True)
class _Table:
    """The table of a sheet."""

    sheet: Sheet
    header_row: int
    header: Header


class XlsxRows(Iterable[StagedRow]):
    """The rows below the header of the first sheet that matches the contract, read lazily and once."""

    def __init__(self, sheets: Sheets, contract: Contract, layout: FileLayout, limits: Limits) -> None:
        self._sheets = sheets
        self.layout = layout
        self._limits = limits
        self._notes = SheetNotes()
        self._tables = _find_tables(sheets, contract, layout)
        self._table = self._tables[0]
        positions = self._table.header.positions
        self.columns: Sequence[str] = list(positions)
        number_columns = list_number_columns(contract)
        self._places = [(position, name in number_columns) for name, position in positions.items()]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the file, once all rows are read."""
        table, notes = self._table, self._notes
        others = [sheet for sheet in self._sheets.all if sheet != table.sheet]
        matching = [repr(other.sheet.name) for other in self._tables[1:]]
        return (
            tuple(
                warning
                for condition, warning in (
                    (others, f"sheet {table.sheet.name!r} was read; the workbook has {len(others)} more"),
                    (
                        matching,
                        f"not read, although their columns match too: {', '.join(matching[:10])}; upload them as files of their own",
                    ),
                    (table.header_row > 1, f"the header was found in row {table.header_row}; the rows above it were ignored"),
                    (notes.hidden_rows, f"hidden rows were read like the others: {notes.hidden_rows:,}"),
                    (
                        notes.merged_ranges,
                        f"only the first cell of merged cells has a value; ranges of merged cells: {notes.merged_ranges:,}",
                    ),
                    (
                        notes.formulas_without_value,
                        f"formulas without a stored value are blank: {notes.formulas_without_value:,}; save in Excel",
                    ),
                )
                if condition
            )
            + table.header.warnings
        )

    def __iter__(self) -> Iterator[StagedRow]:
        for count, row in enumerate(self._sheets.rows(self._table.sheet, self._notes)):
            if count > self._limits.max_lines:
                reason = f"the sheet has more than {self._limits.max_lines:,} rows; split it into several files"
                raise ObjectRejected(ReasonCode.TOO_LARGE, reason)
            if row.number > self._table.header_row:
                yield self._stage(row)

    def _stage(self, row: SheetRow) -> StagedRow:
        values = [
            number_text(row.cells.get(position, ""), self.layout.decimal_mark, is_in_number_column=is_in_number_column)
            for position, is_in_number_column in self._places
        ]
        fault = "contains a NUL character" if any("\0" in value for value in values) else ""
        fault = "is longer than 1 MiB" if row.is_too_long else fault
        if fault:
            return [*[""] * len(values), str(row.number), fault, excerpt_of(",".join(row.cells.values()))]
        return [*values, str(row.number), "", ""]


def _find_tables(sheets: Sheets, contract: Contract, layout: FileLayout) -> list[_Table]:
    """Return the tables that match the contract, hidden sheets last; raise what is wrong with the first sheet when none does."""
    tables: list[_Table] = []
    first_rejection: ObjectRejected | None = None
    for sheet in sorted(sheets.all, key=lambda sheet: sheet.is_hidden):
        try:
            tables.append(_find_table(sheets, sheet, contract, layout))
        except ObjectRejected as rejection:
            first_rejection = first_rejection or rejection
    if tables:
        return tables
    raise first_rejection or ObjectRejected(ReasonCode.EMPTY, "the workbook has no sheet with cells; upload one with a header and rows")


def _find_table(sheets: Sheets, sheet: Sheet, contract: Contract, layout: FileLayout) -> _Table:
    first_rejection: ObjectRejected | None = None
    if not layout.has_header:
        return _Table(sheet, 0, match_header(layout.column_names, contract, layout))
    for row in islice(sheets.rows(sheet, SheetNotes()), _HEADER_ROWS):
        names = [row.cells.get(position, "") for position in range(max(row.cells) + 1)]
        try:
            return _Table(sheet, row.number, match_header(names, contract, layout))
        except ObjectRejected as rejection:
            first_rejection = first_rejection or ObjectRejected(
                rejection.code, f"sheet {sheet.name[:40]!r}, row {row.number}: {rejection.reason}"
            )
    raise first_rejection or ObjectRejected(ReasonCode.EMPTY, f"sheet {sheet.name[:40]!r} is empty; upload a file with a header and rows")
