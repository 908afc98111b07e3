"""The footer of a Parquet file, as far as it declares columns to be timestamps.

DuckDB refuses a whole file for one timestamp in milliseconds that it cannot hold. Without the declaration the same bytes are whole numbers,
which it reads. The footer is in the compact protocol of Thrift; what this module does not know is written as it was read.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"PAR1"
LENGTH_BYTES = 4
MOST_NESTED = 40
"""Levels of nesting that no footer has."""

_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
_SCHEMA, _PHYSICAL_TYPE, _CHILDREN, _CONVERTED_TYPE, _LOGICAL_TYPE = 2, 1, 5, 6, 10
_INT64, _TIMESTAMP_MILLIS, _TIMESTAMP, _MILLIS = 2, 9, 8, 1


class UnknownFooter(ValueError):
    """The footer is not written as the format says."""


@dataclass(frozen=True)
class Field:
    """A field of a struct: its number, its type in the protocol, and its value."""

    number: int
    kind: int
    value: object


Struct = list[Field]


def copy_without_timestamps(source: Path, target: Path) -> Mapping[int, bool]:
    """Copy a file so that its columns of milliseconds are whole numbers.

    Returns the positions of these columns, and whether they are instants in UTC (times of a clock otherwise). Raises UnknownFooter.
    """
    with source.open("rb") as file:
        file.seek(-LENGTH_BYTES - len(MAGIC), 2)
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if file.read() != MAGIC:
            raise UnknownFooter("the file has no plain footer")
        start = source.stat().st_size - LENGTH_BYTES - len(MAGIC) - length
        if start < len(MAGIC):
            raise UnknownFooter("the footer is longer than the file")
        file.seek(start)
        footer = _Reader(file.read(length)).read_struct()
        columns = _drop_timestamps(footer)
        content = _write_struct(footer)
        file.seek(0)
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
            copy.seek(start)
            copy.truncate()
            copy.write(content + len(content).to_bytes(LENGTH_BYTES, "little") + MAGIC)
    return columns


def _drop_timestamps(footer: Struct) -> dict[int, bool]:
    """Take the declarations of columns in milliseconds from a footer; returns the columns as `copy_without_timestamps` does."""
    schema = _find(footer, _SCHEMA)
    if not isinstance(schema, list) or not all(isinstance(element, list) for element in schema):
        raise UnknownFooter("the footer has no schema")
    columns: dict[int, bool] = {}
    position, inner = 0, 0
    for element in schema[1:]:
        is_utc = _read_milliseconds(element)
        if inner == 0:
            if is_utc is not None:
                columns[position] = is_utc
                element[:] = [field for field in element if field.number not in (_CONVERTED_TYPE, _LOGICAL_TYPE)]
            position, inner = position + 1, 1
        children = _find(element, _CHILDREN)
        inner += (children if isinstance(children, int) else 0) - 1
    return columns


def _read_milliseconds(element: Struct) -> bool | None:
    """Return whether a column of milliseconds has instants in UTC; None for any other column."""
    if _find(element, _PHYSICAL_TYPE) != _INT64:
        return None
    logical_type = _find(element, _LOGICAL_TYPE)
    timestamp = _find(logical_type, _TIMESTAMP) if isinstance(logical_type, list) else None
    if isinstance(timestamp, list):
        unit = _find(timestamp, 2)
        is_milliseconds = isinstance(unit, list) and any(field.number == _MILLIS for field in unit)
        return _find(timestamp, 1) is True if is_milliseconds else None
    # Older writers have this type alone, which is in UTC.
    return True if _find(element, _CONVERTED_TYPE) == _TIMESTAMP_MILLIS else None


def _find(struct: Struct, number: int) -> object:
    return next((field.value for field in struct if field.number == number), None)


class _Reader:
    """Reads values of the compact protocol of Thrift."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def read_struct(self, depth: int = 0) -> Struct:
        """Return the fields of a struct in their order."""
        if depth > MOST_NESTED:
            raise UnknownFooter("the footer is nested too deeply")
        fields: Struct = []
        number = 0
        while (head := self._read_bytes(1)[0]) != _STOP:
            kind, delta = head & 0x0F, head >> 4
            number = number + delta if delta else _unzigzag(self._read_varint())
            is_flag = kind in (_TRUE, _FALSE)
            fields.append(Field(number, kind, kind == _TRUE if is_flag else self._read(kind, depth)))
        return fields

    def _read(self, kind: int, depth: int) -> object:
        if kind in _INTEGERS:
            return _unzigzag(self._read_varint())
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._read_bytes(1)
        if kind == _DOUBLE:
            return self._read_bytes(8)
        if kind == _BINARY:
            return self._read_bytes(self._read_varint())
        if kind in (_LIST, _SET):
            head = self._read_bytes(1)[0]
            size = head >> 4 if head >> 4 != 0x0F else self._read_varint()
            inner = head & 0x0F
            if size > len(self._content):
                raise UnknownFooter("a list is longer than the footer")
            return _List(inner, (self._read(inner, depth + 1) for _ in range(size)))
        if kind == _STRUCT:
            return self.read_struct(depth + 1)
        raise UnknownFooter(f"the footer has a value of the unknown type {kind}")

    def _read_varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._read_bytes(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise UnknownFooter("a number is too long")

    def _read_bytes(self, length: int) -> bytes:
        content = self._content[self._at : self._at + length]
        if len(content) < length:
            raise UnknownFooter("the footer ends too early")
        self._at += length
        return content


class _List(list[object]):
    """A list with the type of its items."""

    def __init__(self, kind: int, items: object) -> None:
        super().__init__(items)  # type: ignore[call-overload]
        self.kind = kind


def _write_struct(struct: Struct) -> bytes:
    parts: list[bytes] = []
    number = 0
    for field in struct:
        delta = field.number - number
        parts.append(bytes([delta << 4 | field.kind]) if 0 < delta < 0x10 else bytes([field.kind]) + _varint(_zigzag(field.number)))
        number = field.number
        if field.kind not in (_TRUE, _FALSE):
            parts.append(_write(field.kind, field.value))
    return b"".join(parts) + bytes([_STOP])


def _write(kind: int, value: object) -> bytes:
    if isinstance(value, int):
        return _varint(_zigzag(value))
    if isinstance(value, bytes):
        return (_varint(len(value)) if kind == _BINARY else b"") + value
    if isinstance(value, _List):
        size = len(value)
        head = bytes([size << 4 | value.kind]) if size < 0x0F else bytes([0xF0 | value.kind]) + _varint(size)
        return head + b"".join(_write(value.kind, item) for item in value)
    if isinstance(value, list):
        return _write_struct(value)
    raise UnknownFooter(f"the footer has a value of the unknown type {kind}")


def _unzigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    content = bytearray()
    while value > 0x7F:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*content, value])
