"""Read the columns and the first rows of a file before anybody has said how it is written."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import duckdb

from cli.mapping.file_sample import MAX_CELLS, MAX_ROWS, FileSample, make_sample, until_full
from cli.mapping.value_forms import find_date_form, is_number
from cli.mapping.workbook_sample import read_workbook
from local.errors import DataError
from runtime.services.ingestion.staging.dialect import stated_separator
from runtime.services.ingestion.staging.formats import FileFormat, check_content, named_format
from runtime.services.ingestion.staging.layout import SEPARATORS
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.text_stream import open_text

LEAST_DAYS = 3
"""Dates in a first line of which at least half are dates: they are names of columns, not the dates of a row."""

_OTHER_ENCODING = "windows-1252"
"""The encoding of a file that is neither UTF-8 nor UTF-16 with its mark."""

_PROBE_ROWS = 50
_PROBE_BYTES = 8 * 1024 * 1024


def read_sample(path: Path, sheets: Sequence[str] = ()) -> FileSample:
    """Read the columns and up to MAX_ROWS rows of a CSV, Parquet, Excel or JSON lines file. sheets: those of a workbook that are read.

    Raises DataError naming the file and the cause.
    """
    try:
        file_format = named_format(path.name)
        check_content(path, file_format)
        return read_workbook(path, sheets) if file_format is FileFormat.XLSX else _READERS[file_format](path)
    except ObjectRejected as rejection:
        raise DataError(f"{path.name} cannot be read: {rejection.reason}") from None
    except (OSError, EOFError, UnicodeError, csv.Error, duckdb.Error, ValueError) as error:
        raise DataError(f"the columns of {path.name} cannot be read: {error}") from None


def _read_csv(path: Path) -> FileSample:
    encoding = _find_encoding(path)
    with _open_text(path, encoding) as text:
        probe = [line for line in islice(text, _PROBE_ROWS) if line.strip("\r\n")]
    if not probe:
        raise DataError(f"{path.name} is empty; a file needs a header and rows")
    stated_mark = stated_separator(probe[0])
    skips_first = stated_mark is not None
    separator = stated_mark or _find_separator(probe)
    with _open_text(path, encoding) as text:
        lines = islice(csv.reader((line.replace("\0", "") for line in text), delimiter=separator), int(skips_first), None)
        rows = list(until_full(row for row in _until_broken(lines) if any(map(str.strip, row))))
        is_whole = next(text, None) is None
    if not rows:
        raise DataError(f"the columns of {path.name} cannot be read: its first line has a quote that is not closed")
    has_header = not _is_data(rows[0])
    names = rows[0] if has_header else [f"column {number}" for number in range(1, len(rows[0]) + 1)]
    sample = make_sample(names, rows[has_header:], has_header=has_header, separator=separator, encoding=encoding)
    return replace(sample, is_whole=is_whole)


def _until_broken(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield rows up to a record that is too long, as behind a quote that is not closed.

    When the file arrives such a record is set aside, and the rows behind it are read.
    """
    try:
        yield from rows
    except csv.Error:
        return


def _find_encoding(path: Path) -> str | None:
    """Return the encoding that a layout must state, None where the platform reads the file without."""
    with open_text(path, named_format(path.name), None) as stream:
        head = stream.read(_PROBE_BYTES)
    try:
        # A character cut by the end of the probe is no fault.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _PROBE_BYTES)
    except UnicodeDecodeError:
        return _OTHER_ENCODING
    return None


def _find_separator(probe: Sequence[str]) -> str:
    """Return the separator that gives every line the same number of columns, and the most; a comma where none does."""

    def consistency(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in _until_broken(csv.reader(probe, delimiter=separator))]
        return (sum(width == widths[0] for width in widths) / len(widths) if widths and widths[0] > 1 else 0.0, widths[0] if widths else 0)

    return max(SEPARATORS, key=consistency)


def _is_data(row: Sequence[str]) -> bool:
    """Whether a first line holds values instead of names: a date and a number among them. A line of days is a header."""
    values = [value for value in row if value.strip()]
    if sum(find_date_form([value]) is not None for value in values) >= max(LEAST_DAYS, len(values) / 2):
        return False
    return any(is_number(value) for value in values) and any(not value.isdigit() and find_date_form([value]) for value in values)


@contextmanager
def _open_text(path: Path, encoding: str | None = None) -> Iterator[io.TextIOWrapper]:
    with open_text(path, named_format(path.name), encoding) as stream:
        yield io.TextIOWrapper(cast(BinaryIO, stream), encoding="utf-8", errors="replace", newline="")


def _read_json_lines(path: Path) -> FileSample:
    with _open_text(path) as text:
        documents = [json.loads(line, parse_float=str, parse_int=str) for line in islice(text, MAX_ROWS) if line.strip()]
    records = [document for document in documents if isinstance(document, dict)]
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = until_full([_text(record.get(name)) for name in names] for record in records)
    return replace(make_sample(names, list(rows)), is_whole=len(documents) < MAX_ROWS)


def _read_parquet(path: Path) -> FileSample:
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        relation = database.read_parquet(str(path))
        names = relation.columns
        limit = max(1, min(MAX_ROWS, MAX_CELLS // max(1, len(names))))
        rows = [[_text(value) for value in row] for row in relation.limit(limit).fetchall()]
    return replace(make_sample(names, rows), is_whole=len(rows) < limit)


_READERS: Mapping[FileFormat, Callable[[Path], FileSample]] = {
    FileFormat.CSV: _read_csv,
    FileFormat.CSV_GZ: _read_csv,
    FileFormat.JSONL: _read_json_lines,
    FileFormat.JSONL_GZ: _read_json_lines,
    FileFormat.PARQUET: _read_parquet,
}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
