"""A page of a list as CSV (RFC 4180): one row per row, a column per field, the next page in `Link`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, get_args, get_origin

import orjson
from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from runtime.api.http.representation import CSV

Path: TypeAlias = tuple[str, ...]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a text that begins like this for a formula."""
NO_ROWS_OF = frozenset({"page", "meta"})


def to_csv(response: Response[str], model: type[BaseModel]) -> None:
    """Turn a JSON page into CSV: the rows that the page is about. Nested fields have dotted names, other structures are JSON."""
    document = orjson.loads(response.body or "{}")
    name, rows = _find_rows(document, model)
    columns = list(list_columns(model, name)) or [(column,) for column in dict.fromkeys(key for row in rows for key in row)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(".".join(column) for column in columns)
    writer.writerows([_cell(_value(row, column)) for column in columns] for row in rows)
    response.body = text.getvalue()
    response.headers["Content-Type"] = f"{CSV}; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    warnings = (document.get("meta") or {}).get("warnings") or []
    if warnings:
        response.headers["X-Warnings"] = " | ".join(warnings).encode("ascii", "replace").decode()[:2000]


def list_columns(model: type[BaseModel], name: str) -> Iterator[Path]:
    """Yield the columns of the rows in the field `name` of a model; none when the rows have no model."""
    row = next(iter(get_args(model.model_fields[name].annotation)), None)
    return _fields(row) if isinstance(row, type) and issubclass(row, BaseModel) else iter(())


def _fields(model: type[BaseModel], prefix: Path = ()) -> Iterator[Path]:
    for name, field in model.model_fields.items():
        types = (field.annotation, *get_args(field.annotation))
        models = [each for each in types if isinstance(each, type) and issubclass(each, BaseModel)]
        is_single = get_origin(field.annotation) is not list
        yield from _fields(models[0], (*prefix, name)) if models and is_single else [(*prefix, name)]


def _find_rows(document: Mapping[str, object], model: type[BaseModel]) -> tuple[str, list[dict[str, object]]]:
    """Return the name of the list with rows, and the rows: of several lists the first with rows, or the first of all when none has any.

    A list that a model inherits is a part of the head of its page, such as the inputs of a report, and never its rows.
    """
    lists = [name for name, field in model.model_fields.items() if get_origin(field.annotation) is list and name not in NO_ROWS_OF]
    names = [name for name in lists if name in vars(model).get("__annotations__", {})] or lists
    name = next((each for each in names if document.get(each)), names[0])
    rows = document.get(name)
    return name, rows if isinstance(rows, list) else []


def _value(row: object, column: Iterable[str]) -> object:
    for name in column:
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _cell(value: object) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case str():
            return f"'{value}" if value.startswith(FORMULA_STARTS) else value
        case _:
            return orjson.dumps(value).decode()
