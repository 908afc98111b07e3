"""Write the bad rows of a file with the reason beside each, ready to be mended and dropped again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from contracts.bad_rows import ADDED_COLUMNS
from contracts.datasets import Contract
from contracts.places import render_place
from runtime.models.domain.row_checks import BadRow
from runtime.services.ingestion.ingestion import MAX_BYTES
from runtime.services.ingestion.staging.csv_rows import CsvRows
from runtime.services.ingestion.staging.formats import FileFormat, named_format
from runtime.services.ingestion.staging.layout import FileLayout, write_in_layout
from runtime.services.ingestion.staging.lines import Limits, open_lines
from runtime.services.ingestion.staging.staged import MAX_LINES

BAD_ROWS_ENDING = ".bad-rows"
NUMBER = re.compile(r"[+-]?[\d.,]+")
PLAIN = FileLayout()
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class _Table:
    """The columns of a file of bad rows, and how their values are written.

    `positions`: contract column -> index; `rows`: the fields of a line, where the source has them.
    """

    contract: Contract
    layout: FileLayout
    names: Sequence[str]
    positions: Mapping[str, int]
    rows: Mapping[int, Sequence[str]]

    def texts(self, bad_row: BadRow, *, is_fix: bool) -> Iterator[str]:
        """Yield the values of a row in the order of the columns, those with a suggestion as suggested where is_fix says so."""
        fields = _fit(self.rows.get(bad_row.line) or self._known_values(bad_row), len(self.names))
        for name, value in (bad_row.suggested_values or {}).items() if is_fix else ():
            # What needs no correction stays as the file has it.
            if name in self.positions and value != bad_row.values.get(name):
                fields[self.positions[name]] = self._in_layout(name, value)
        return (text for name, text in zip(self.names, fields, strict=True) if name.strip() not in ADDED_COLUMNS)

    def _known_values(self, bad_row: BadRow) -> list[str]:
        if "raw" in bad_row.values:
            return [bad_row.values["raw"]]
        names = {position: name for name, position in self.positions.items()}
        values = {name: self._in_layout(name, value) for name, value in bad_row.values.items() if name in self.positions}
        return [values.get(names.get(position, ""), "") for position in range(len(self.names))]

    def _in_layout(self, name: str, value: str) -> str:
        return write_in_layout(self.contract.column(name), value, self.layout)


def write_bad_rows(
    source: Path,
    bad_rows: Sequence[BadRow],
    contract: Contract,
    folder: Path,
    *,
    is_fix: bool = False,
    layout: FileLayout = PLAIN,
    sheets: Sequence[str] = (),
) -> Path:
    """Write `<name>.bad-rows.csv` into a folder and return its path; an earlier file is not overwritten.

    The columns are those of the source, in its order; for a source that is no CSV, or has no header, or whose rows are cells, those of the
    contract. Line, code and reason follow; sheets: the names of those that were read, where there are several.
    A CSV file with a header that a mapping describes is written in the same way, so that the mapping reads it again.
    With is_fix the values that have a suggestion are written as suggested.
    """
    table = _read_table(source, {bad_row.line for bad_row in bad_rows}, contract, layout)
    if table is None:
        names = [column.name for column in contract.columns]
        table, layout = _Table(contract, PLAIN, names, {name: position for position, name in enumerate(names)}, {}), PLAIN
    target = _free_path(folder, source)
    with target.open("w", newline="", encoding=layout.encoding or "utf-8-sig", errors="replace") as file:
        writer = csv.writer(file, delimiter=layout.separator or ",")
        writer.writerow([*(name for name in table.names if name.strip() not in ADDED_COLUMNS), *ADDED_COLUMNS])
        for bad_row in bad_rows:
            texts = [*table.texts(bad_row, is_fix=is_fix), render_place(bad_row.line, sheets), bad_row.code, bad_row.reason]
            writer.writerow([_without_formula(text) for text in texts])
    return target


def stem_of(name: str) -> str:
    """Return the name of a file without what follows its first dot."""
    return name.split(".")[0]


def _read_table(source: Path, lines: set[int], contract: Contract, layout: FileLayout) -> _Table | None:
    """Return the columns of a CSV file and the fields of its records that start on the lines; None for any other file."""
    file_format = named_format(source.name)
    if file_format not in (FileFormat.CSV, FileFormat.CSV_GZ) or layout.reshapes_rows:
        return None
    with open_lines(source, file_format, Limits(MAX_BYTES, MAX_LINES), layout.encoding) as text:
        csv_rows = CsvRows(text, contract, layout)
        if not csv_rows.layout.has_header:
            return None
        rows = {record.line: record.fields for record in csv_rows.records if record.line in lines and record.fields}
        return _Table(contract, layout, csv_rows.header.names, csv_rows.header.positions, rows)


def _fit(fields: Sequence[str], width: int) -> list[str]:
    """Return as many fields as the header has; what is too much stays in the last of them."""
    if len(fields) > width:
        return [*fields[: width - 1], ",".join(fields[width - 1 :])]
    return [*fields, *[""] * (width - len(fields))]


def _without_formula(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: an apostrophe before it, unless it is a number."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text


def _free_path(folder: Path, source: Path) -> Path:
    names = (f"{stem_of(source.name)}{BAD_ROWS_ENDING}{'' if number == 1 else f'-{number}'}.csv" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists())
