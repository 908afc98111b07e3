"""The columns of a list as files have them: one per field of its rows, nested fields with dotted names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias, get_args, get_origin

from pydantic import BaseModel

Path: TypeAlias = tuple[str, ...]
Cell: TypeAlias = str | int | float | bool | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a text that begins like this for a formula."""


class Kind(Enum):
    """What a column has, with its type in DuckDB."""

    TEXT = "varchar"
    NUMBER = "double"
    INTEGER = "bigint"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "timestamptz"
    JSON = "varchar "  # other than TEXT, so that both are members


@dataclass(frozen=True)
class ListColumn:
    """One column."""

    path: Path
    kind: Kind

    @property
    def name(self) -> str:
        """The dotted name."""
        return ".".join(self.path)


KINDS = ((bool, Kind.BOOLEAN), (datetime, Kind.INSTANT), (date, Kind.DATE), (int, Kind.INTEGER), (float, Kind.NUMBER), (str, Kind.TEXT))
"""In this order, because a bool is an int and a datetime a date."""


def list_columns(row: type[BaseModel], prefix: Path = ()) -> Iterator[ListColumn]:
    """Yield the columns of rows of a model."""
    for name, field in row.model_fields.items():
        types = [each for each in (field.annotation, *get_args(field.annotation)) if isinstance(each, type)]
        models = [each for each in types if issubclass(each, BaseModel)]
        is_single = get_origin(field.annotation) not in (list, dict, tuple)
        if models and is_single:
            yield from list_columns(models[0], (*prefix, name))
        else:
            yield ListColumn((*prefix, name), _find_kind(types) if is_single else Kind.JSON)


def read_value(row: object, path: Iterable[str]) -> object:
    """Return the value at a path of a row; None where the row does not have it."""
    for name in path:
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def to_cell(value: object) -> Cell:
    """Return a value of JSON as one cell; lists and objects as JSON text."""
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def to_csv_cell(value: object) -> str | int | float:
    """Return a cell of a CSV file, in which no text is a formula."""
    match to_cell(value):
        case None:
            return ""
        case bool() as flag:
            return str(flag).lower()
        case str() as text:
            return f"'{text}" if text.startswith(FORMULA_STARTS) else text
        case number:
            return number


def _find_kind(types: Iterable[type]) -> Kind:
    for each in types:
        if issubclass(each, type(None)) or each is dict or each is list:
            continue
        return next((kind for base, kind in KINDS if issubclass(each, base)), Kind.TEXT)
    return Kind.JSON
