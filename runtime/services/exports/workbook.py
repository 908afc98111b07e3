"""Write Excel workbooks as a stream: a sheet for each list, and before them an overview with totals that follow the filters of the sheets.

A library for this would be one more package of the functions; what an export needs of the format is a page of XML.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from runtime.errors import InvalidInput
from runtime.models.exports.orders import MOST_SHEET_ROWS
from runtime.services.exports import workbook_parts as parts
from runtime.services.exports.columns import Kind, read_value
from runtime.services.exports.export_table import ExportTable, Row
from runtime.services.exports.xlsx_cells import HEADER_STYLE, STYLES, name_column, render_cell, render_text

LEVEL = 4
"""Of the compression: half the time of the default for a tenth more bytes."""
TOO_MANY_ROWS = "{name} has more than {limit:,} rows, which a worksheet does not hold; use the format csv, parquet or jsonl, or fewer SKUs."


@dataclass
class Sheet:
    """One sheet that was written: its list, the number of its rows, and the sums of the columns with totals."""

    table: ExportTable
    rows: int = 0
    sums: dict[str, float] = field(default_factory=dict)

    def place_of(self, column: str) -> str:
        """Return the cells of a column, for a formula."""
        letters = name_column([each.name for each in self.table.columns].index(column))
        return f"'{self.table.name}'!{letters}2:{letters}{max(self.rows, 1) + 1}"


def write_workbook(tables: Sequence[ExportTable], path: Path, facts: Mapping[str, str]) -> int:
    """Write one sheet per list after an overview that has the facts; return the number of rows. Raises InvalidInput for too many rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=LEVEL) as archive:
        sheets = []
        for number, table in enumerate(tables, 2):
            # The size is not known yet, so that the archive must be ready for one of several GB.
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as stream:
                sheets.append(_write_sheet(table, stream))
        archive.writestr("xl/worksheets/sheet1.xml", parts.render_overview(sheets, facts))
        archive.writestr("xl/styles.xml", STYLES)
        for name, content in parts.render_parts(sheets).items():
            archive.writestr(name, content)
    return sum(sheet.rows for sheet in sheets)


def _write_sheet(table: ExportTable, stream: IO[bytes]) -> Sheet:
    sheet = Sheet(table, sums=dict.fromkeys(table.totals, 0.0))
    letters = [name_column(index) for index in range(len(table.columns))]
    stream.write(parts.render_sheet_head([column.name for column in table.columns]).encode())
    header = "".join(render_text(f"{letter}1", column.name, HEADER_STYLE) for letter, column in zip(letters, table.columns, strict=True))
    stream.write(f'<row r="1">{header}</row>'.encode())
    columns = [(letter, column.path, column.kind) for letter, column in zip(letters, table.columns, strict=True)]
    for page in table.pages():
        if sheet.rows + len(page) > MOST_SHEET_ROWS:
            raise InvalidInput(TOO_MANY_ROWS.format(name=table.name, limit=MOST_SHEET_ROWS))
        stream.write("".join(_render_row(row, sheet.rows + number, columns) for number, row in enumerate(page, 2)).encode())
        sheet.rows += len(page)
        _add_up(sheet, page)
    stream.write(parts.render_sheet_end(letters[-1], sheet.rows).encode())
    return sheet


def _render_row(row: Row, number: int, columns: Sequence[tuple[str, tuple[str, ...], Kind]]) -> str:
    cells = "".join(render_cell(f"{letter}{number}", read_value(row, path), kind) for letter, path, kind in columns)
    return f'<row r="{number}">{cells}</row>'


def _add_up(sheet: Sheet, page: Sequence[Row]) -> None:
    for name in sheet.sums:
        values = (read_value(row, name.split(".")) for row in page)
        sheet.sums[name] += sum(value for value in values if isinstance(value, int | float))
