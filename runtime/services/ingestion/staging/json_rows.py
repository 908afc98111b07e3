"""JSON lines as staged rows: one object on each line, its values as text exactly as they are written."""

import json
from collections.abc import Iterable, Iterator, Sequence

from contracts.datasets import Contract
from runtime.services.ingestion.staging.header import describe_missing, list_names, plain_name
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.lines import Lines, RecordTooLong
from runtime.services.ingestion.staging.records import excerpt_of
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.row_shape import StagedRow, join_date
from runtime.services.ingestion.staging.typed_numbers import NumberText, list_number_columns, number_text

JsonValue = str | bool | list[object] | None
"""A value: numbers are read as their text, and objects as lists of pairs."""

_MAX_EXTRA_NAMES = 1000


class _BadLine(Exception):
    """The line is no row; the message states why."""


class JsonRows(Iterable[StagedRow]):
    """The rows of a file of JSON lines, read lazily and once. A column may be absent from a line: its value is blank there."""

    def __init__(self, lines: Lines, contract: Contract, layout: FileLayout) -> None:
        self._lines = lines
        self._contract = contract
        self.layout = layout
        if layout.header_column:
            reason = "days or series as names are read in CSV, Excel and Parquet files, not in JSON lines; convert the file"
            raise ObjectRejected(ReasonCode.UNSUPPORTED_FORMAT, reason)
        self._date_names = [plain_name(name) for name in layout.date_columns]
        self._day = contract.business_date if layout.date_columns else None
        self._decimal_mark = layout.decimal_mark
        self._number_columns = list_number_columns(contract)
        self._constants = layout.constants
        self.columns: Sequence[str] = [column.name for column in contract.columns if column.name not in layout.constants]
        self._targets = {plain_name(name): name for name in self.columns}
        self._targets |= {plain_name(name): column for name, column in layout.renames.items()}
        self._column_by_key: dict[str, str | None] = {}
        self._present: set[str] = set()
        self._first_fault = ""

    @property
    def sheets(self) -> tuple[str, ...]:
        """None: a text has no sheets."""
        return ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the file, once all rows are read."""
        extra = [key for key, column in self._column_by_key.items() if column is None]
        return (f"unknown columns were ignored: {list_names(extra)}",) if extra else ()

    def __iter__(self) -> Iterator[StagedRow]:
        has_lines = False
        for number, line, fault in self._read_lines():
            has_lines = True
            yield self._stage(number, line, fault)
        self._check_file(has_lines)

    def _read_lines(self) -> Iterator[tuple[int, str, str]]:
        while True:
            self._lines.begin_record()
            try:
                line = next(self._lines)
            except StopIteration:
                return
            except RecordTooLong:
                yield self._lines.first, self._lines.record_lines[0], "is longer than 1 MiB"
                continue
            if line.strip():
                yield self._lines.first, line, ""

    def _stage(self, number: int, line: str, fault: str) -> StagedRow:
        values: dict[str, str] = {}
        if not fault:
            try:
                values = self._values(_parse(line))
            except _BadLine as error:
                fault = str(error)
        if fault:
            self._first_fault = self._first_fault or f"line {number} {fault}"
            return [*[""] * len(self.columns), str(number), fault, excerpt_of(line)]
        return [*(values.get(name, "") for name in self.columns), str(number), "", ""]

    def _values(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, str]:
        values: dict[str, str] = {}
        keys: dict[str, str] = {}
        if self._day:
            parts = {plain_name(key): self._text(key, value) for key, value in pairs if plain_name(key) in self._date_names}
            values[self._day] = join_date([parts.get(name, "") for name in self._date_names])
            pairs = [pair for pair in pairs if plain_name(pair[0]) not in self._date_names]
        for key, value in pairs:
            column = self._column(key)
            if column is None:
                continue
            if column in values:
                raise _BadLine(f"has {column} more than once: {keys[column][:60]!r} and {key[:60]!r}")
            keys[column] = key
            values[column] = self._text(column, value)
        self._present |= values.keys()
        return values

    def _column(self, key: str) -> str | None:
        if key in self._column_by_key:
            return self._column_by_key[key]
        column = self._targets.get(plain_name(key)) or None
        if column is not None or len(self._column_by_key) < _MAX_EXTRA_NAMES:
            self._column_by_key[key] = column
        return column

    def _text(self, column: str, value: JsonValue) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str):
            kind = "an object" if isinstance(value, _Pairs) else "a list"
            raise _BadLine(f"has {kind} in {column}; write one plain value")
        if isinstance(value, NumberText):
            return number_text(value, self._decimal_mark, is_in_number_column=column in self._number_columns)
        if "\0" in value:
            raise _BadLine(f"contains a NUL character in {column}")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise _BadLine(f"contains half a character (a surrogate that stands alone) in {column}")
        return value

    def _check_file(self, has_lines: bool) -> None:
        if not has_lines:
            raise ObjectRejected(ReasonCode.EMPTY, "the file has only blank lines; upload a file with one JSON object on each line")
        if not self._present and self._first_fault:
            raise ObjectRejected(
                ReasonCode.UNREADABLE, f"no line of the file is a row: {self._first_fault}; write one JSON object on each line"
            )
        required = (column.name for column in self._contract.columns if column.required_column)
        missing = [name for name in required if name not in {*self._present, *self._constants}]
        if missing:
            raise ObjectRejected(ReasonCode.MISSING_COLUMNS, describe_missing(missing, list(self._column_by_key), self._contract))


def _parse(line: str) -> list[tuple[str, JsonValue]]:
    try:
        value = _DECODER.decode(line.strip())
    except RecursionError:
        raise _BadLine("is nested too deeply; write plain values") from None
    except ValueError as error:
        raise _BadLine(f"is not JSON ({str(error)[:100]})") from None
    if not isinstance(value, _Pairs):
        raise _BadLine("is not a JSON object; write one object on each line")
    return value


class _Pairs(list[tuple[str, JsonValue]]):
    """The names and values of an object in their order, names that repeat among them."""


_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_float=NumberText, parse_int=NumberText, parse_constant=NumberText)
