"""The sheets of an Excel workbook that have the contract's columns, as staged rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from contracts.datasets import Contract
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.lines import Limits
from runtime.services.ingestion.staging.records import excerpt_of
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.row_shape import CellCounts, RowShape, StagedRow, make_shape
from runtime.services.ingestion.staging.typed_numbers import list_number_columns, number_text
from runtime.services.ingestion.staging.xlsx_sheets import SheetNotes, SheetRow, Sheets
from runtime.services.ingestion.staging.xlsx_tables import SheetTable, select_tables


class XlsxRows(Iterable[StagedRow]):
    """The rows below the headers of the sheets that are read, one sheet after the other, read lazily and once."""

    def __init__(self, sheets: Sheets, contract: Contract, layout: FileLayout, limits: Limits) -> None:
        self._sheets = sheets
        self.layout = layout
        self._limits = limits
        self._notes = SheetNotes()
        self._selection = select_tables(sheets, contract, layout)
        tables = self._selection.tables
        self.sheets = tuple(table.sheet.name for table in tables) if len(tables) > 1 else ()
        counts = CellCounts()
        shapes = [make_shape(table.header, contract, layout, limits.max_lines) for table in tables]
        present = {name for shape in shapes for name in shape.columns}
        self.columns: Sequence[str] = tuple(column.name for column in contract.columns if column.name in present)
        self._readers = [
            _TableReader(table, replace(shape, columns=self.columns, sheet=number, sheet_name=table.sheet.name, counts=counts))
            for number, (table, shape) in enumerate(zip(tables, shapes, strict=True), int(bool(self.sheets)))
        ]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the file, once all rows are read."""
        notes = self._notes
        about_cells = (
            (notes.hidden_rows, f"hidden rows were read like the others: {notes.hidden_rows:,}"),
            (notes.merged_ranges, f"only the first cell of merged cells has a value; ranges of merged cells: {notes.merged_ranges:,}"),
            (notes.formulas_without_value, f"formulas without a stored value are blank: {notes.formulas_without_value:,}; save in Excel"),
        )
        about_headers = dict.fromkeys(warning for reader in self._readers for warning in reader.table.header.warnings)
        return (
            *self._selection.warnings,
            *(warning for condition, warning in about_cells if condition),
            *about_headers,
            *self._readers[0].shape.warnings,
        )

    def __iter__(self) -> Iterator[StagedRow]:
        rows_read = 0
        for reader in self._readers:
            for row in self._sheets.rows(reader.table.sheet, self._notes):
                rows_read += 1
                if rows_read > self._limits.max_lines + len(self._readers):
                    reason = f"the sheets have more than {self._limits.max_lines:,} rows; split the workbook into several files"
                    raise ObjectRejected(ReasonCode.TOO_LARGE, reason)
                if row.number > reader.table.header_row:
                    yield from reader.stage(row)


class _TableReader:
    """The rows of one sheet."""

    def __init__(self, table: SheetTable, shape: RowShape) -> None:
        self.table = table
        self.shape = shape
        header, number_columns = table.header, list_number_columns(shape.contract)
        self._places = {position: name in number_columns for name, position in header.positions.items()}
        self._places |= dict.fromkeys(header.date_positions, False) | dict.fromkeys(header.cell_names, True)

    def stage(self, row: SheetRow) -> Iterable[StagedRow]:
        """Return the rows of one row of the sheet."""
        values = [""] * self.table.header.width
        for position, is_in_number_column in self._places.items():
            cell = row.cells.get(position, "")
            values[position] = number_text(cell, self.shape.layout.decimal_mark, is_in_number_column=is_in_number_column)
        fault = "contains a NUL character" if any("\0" in value for value in values) else ""
        fault = "is longer than 1 MiB" if row.is_too_long else fault
        if fault:
            return (self.shape.unreadable_row(row.number, fault, excerpt_of(",".join(row.cells.values()))),)
        return self.shape.rows(values, row.number)
