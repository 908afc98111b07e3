"""What a file shows of itself before anybody has said how to read it: its columns, and the different texts of each."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import duckdb

from cli.mapping.value_forms import find_date_form, is_number
from local.errors import DataError
from runtime.services.ingestion.ingestion import MAX_BYTES
from runtime.services.ingestion.staging.dialect import stated_separator
from runtime.services.ingestion.staging.formats import FileFormat, check_content, named_format
from runtime.services.ingestion.staging.layout import SEPARATORS
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.text_stream import open_text
from runtime.services.ingestion.staging.xlsx_parts import open_workbook, reading_workbook
from runtime.services.ingestion.staging.xlsx_sheets import SheetNotes, SheetRow, Sheets

MAX_ROWS = 300_000
MAX_TEXTS = 20_000
_OTHER_ENCODING = "windows-1252"
"""The encoding of a file that is neither UTF-8 nor UTF-16 with its mark."""

_PROBE_ROWS = 50
_TITLE_ROWS = 20
_PROBE_BYTES = 8 * 1024 * 1024


@dataclass
class ColumnSample:
    """The different texts of one column in the order in which they occur, at most MAX_TEXTS."""

    name: str
    texts: dict[str, None] = field(default_factory=dict)

    @property
    def written_texts(self) -> list[str]:
        """The texts without blanks."""
        return [text for text in self.texts if text.strip()]


@dataclass(frozen=True)
class FileSample:
    """The columns of a file as they are written in it, and its first MAX_ROWS rows."""

    columns: tuple[ColumnSample, ...]
    rows: Sequence[Sequence[str]]
    has_header: bool = True
    separator: str | None = None
    encoding: str | None = None
    """Only where it is neither UTF-8 nor UTF-16 with its mark."""

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def with_names(self, names: Sequence[str]) -> FileSample:
        """Return the sample as that of a file without a header, whose columns have these names. Raises DataError for another number."""
        if len(names) != len(self.columns):
            raise DataError(f"--column-names has {len(names)} names, and the file has {len(self.columns)} columns; name them all in order")
        rows = [self.names, *self.rows] if self.has_header else self.rows
        return _sample(names, rows, has_header=False, separator=self.separator, encoding=self.encoding)

    def has_repeats(self, names: Sequence[str]) -> bool:
        """Whether two rows are alike in all of these columns."""
        places = [self.names.index(name) for name in names]
        keys = [tuple(row[place] for place in places if place < len(row)) for row in self.rows]
        return len(set(keys)) < len(keys)

    @property
    def is_whole(self) -> bool:
        """Whether every row of the file was read."""
        return len(self.rows) < MAX_ROWS


def read_sample(path: Path) -> FileSample:
    """Read the columns and up to MAX_ROWS rows of a CSV, Parquet, Excel or JSON lines file.

    Raises DataError naming the file and the cause.
    """
    try:
        file_format = named_format(path.name)
        check_content(path, file_format)
        return _READERS[file_format](path)
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
        rows = [row for row in islice(_until_broken(lines), MAX_ROWS + 1) if any(map(str.strip, row))]
    if not rows:
        raise DataError(f"the columns of {path.name} cannot be read: its first line has a quote that is not closed")
    has_header = not _is_data(rows[0])
    names = rows[0] if has_header else [f"column {number}" for number in range(1, len(rows[0]) + 1)]
    return _sample(names, rows[has_header:], has_header=has_header, separator=separator, encoding=encoding)


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
    """Whether a first line holds values instead of names: a date and a number among them."""
    values = [value for value in row if value.strip()]
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
    return _sample(names, [[_text(record.get(name)) for name in names] for record in records])


def _read_parquet(path: Path) -> FileSample:
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        relation = database.read_parquet(str(path))
        names = relation.columns
        rows = [[_text(value) for value in row] for row in relation.limit(MAX_ROWS).fetchall()]
    return _sample(names, rows)


def _read_workbook(path: Path) -> FileSample:
    with open_workbook(path, MAX_BYTES) as workbook, reading_workbook():
        sheets = Sheets(workbook)
        tables = [list(islice(sheets.rows(sheet, SheetNotes()), MAX_ROWS + _TITLE_ROWS)) for sheet in sheets.all if not sheet.is_hidden]
    # A sheet of notes before the data is common, and so is a title above the header.
    rows = max(tables, key=len, default=[])
    header = max(range(min(len(rows), _TITLE_ROWS)), key=lambda number: len(_written_cells(rows[number])), default=None)
    if header is None or not _written_cells(rows[header]):
        raise DataError(f"{path.name} has no filled sheet; a file needs a header and rows")
    width = max(rows[header].cells) + 1
    texts = [[row.cells.get(place, "") for place in range(width)] for row in rows[header:]]
    return _sample(texts[0], texts[1:])


_READERS: Mapping[FileFormat, Callable[[Path], FileSample]] = {
    FileFormat.CSV: _read_csv,
    FileFormat.CSV_GZ: _read_csv,
    FileFormat.JSONL: _read_json_lines,
    FileFormat.JSONL_GZ: _read_json_lines,
    FileFormat.PARQUET: _read_parquet,
    FileFormat.XLSX: _read_workbook,
}


def _written_cells(row: SheetRow) -> list[str]:
    return [text for text in row.cells.values() if text.strip()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def _sample(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    has_header: bool = True,
    separator: str | None = None,
    encoding: str | None = None,
) -> FileSample:
    columns = tuple(ColumnSample(name.strip()) for name in names)
    for column, texts in zip(columns, _transpose(rows, len(names)), strict=True):
        column.texts.update(dict.fromkeys(islice(dict.fromkeys(texts), MAX_TEXTS)))
    return FileSample(columns, rows, has_header, separator, encoding)


def _transpose(rows: Sequence[Sequence[str]], width: int) -> Iterator[Iterable[str]]:
    return ((row[index] if index < len(row) else "" for row in rows) for index in range(width))
