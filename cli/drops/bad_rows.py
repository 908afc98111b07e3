"""Write the bad rows of a file with the reason beside each, ready to be mended and dropped again."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TextIO

from contracts.bad_rows import ADDED_COLUMNS
from contracts.datasets import Contract
from runtime.models.domain.row_checks import BadRow
from runtime.services.ingestion.staging.layout import FileLayout

BAD_ROWS_ENDING = ".bad-rows"
SEPARATORS = ",;\t|"
TEXT_ENDINGS = (".csv", ".csv.gz")
NUMBER = re.compile(r"[+-]?[\d.,]+")
PLAIN = FileLayout()
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_bad_rows(
    source: Path, bad_rows: Sequence[BadRow], contract: Contract, folder: Path, *, is_fix: bool = False, layout: FileLayout = PLAIN
) -> Path:
    """Write `<name>.bad-rows.csv` into a folder and return its path; an earlier file is not overwritten.

    The columns are those of the source, in its order; for a source that is no CSV, those of the contract. Line, code and reason follow.
    A file that a mapping describes is written in the same way, so that the mapping reads it again.
    With is_fix the values that have a suggestion are written as suggested.
    """
    header, rows = _read_rows(source, {bad_row.line for bad_row in bad_rows}, layout)
    if header is None:
        header = [column.name for column in contract.columns]
        rows = {bad_row.line: [bad_row.values.get(name, "") for name in header] for bad_row in bad_rows}
    target = _free_path(folder, source)
    with target.open("w", newline="", encoding=layout.encoding or "utf-8-sig", errors="replace") as file:
        writer = csv.writer(file, delimiter=layout.separator or ",")
        writer.writerow([*header, *ADDED_COLUMNS])
        for bad_row in bad_rows:
            fields = rows.get(bad_row.line) or list(bad_row.values.values())
            changes = (bad_row.suggested_values or {}) if is_fix else {}
            values = [
                changes.get(layout.renames.get(name.strip()) or _column_name(name), text)
                for name, text in zip(header, _fit(fields, len(header)), strict=True)
            ]
            texts = [*values, str(bad_row.line), bad_row.code, bad_row.reason]
            writer.writerow([_without_formula(text) for text in texts])
    return target


def stem_of(name: str) -> str:
    """Return the name of a file without what follows its first dot."""
    return name.split(".")[0]


def _column_name(header_name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", header_name.strip().casefold())


def _read_rows(source: Path, lines: set[int], layout: FileLayout) -> tuple[list[str] | None, Mapping[int, list[str]]]:
    """Return the header of a CSV file and the records that start on the lines; None for another file, or one that is not UTF-8."""
    if not source.name.casefold().endswith(TEXT_ENDINGS):
        return None, {}
    try:
        with _open(source, layout.encoding or "utf-8-sig") as file:
            first = file.readline()
            separator = layout.separator or max(SEPARATORS, key=first.count)
            header = next(csv.reader([first], delimiter=separator), [])
            rows = {line: fields for line, fields in _records(file, separator) if line in lines}
    except (UnicodeDecodeError, csv.Error):
        return None, {}
    return [name for name in header if name.strip() not in ADDED_COLUMNS], rows


def _records(file: TextIO, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file, delimiter=separator)
    line = 2
    for fields in reader:
        yield line, fields
        line = reader.line_num + 2


def _open(source: Path, encoding: str) -> TextIO:
    if source.name.casefold().endswith(".gz"):
        return gzip.open(source, "rt", newline="", encoding=encoding)
    return source.open(newline="", encoding=encoding)


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
