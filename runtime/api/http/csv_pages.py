"""A page of a list as CSV (RFC 4180): one row per row, a column per field, the next page in `Link`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import get_args, get_origin

import orjson
from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from runtime.api.http.representation import CSV
from runtime.services.exports.columns import Path, list_columns, read_value, to_csv_cell

NO_ROWS_OF = frozenset({"page", "meta"})


def to_csv(response: Response[str], model: type[BaseModel]) -> None:
    """Turn a JSON page into CSV: the rows that the page is about. Nested fields have dotted names, other structures are JSON."""
    document = orjson.loads(response.body or "{}")
    name, rows = _find_rows(document, model)
    paths = _list_paths(model, name) or [(column,) for column in dict.fromkeys(key for row in rows for key in row)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(".".join(path) for path in paths)
    writer.writerows([to_csv_cell(read_value(row, path)) for path in paths] for row in rows)
    response.body = text.getvalue()
    response.headers["Content-Type"] = f"{CSV}; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    warnings = (document.get("meta") or {}).get("warnings") or []
    if warnings:
        response.headers["X-Warnings"] = " | ".join(warnings).encode("ascii", "replace").decode()[:2000]


def _list_paths(model: type[BaseModel], name: str) -> list[Path]:
    """Return the paths of the columns of the rows in the field `name` of a model; none when the rows have no model."""
    row = next(iter(get_args(model.model_fields[name].annotation)), None)
    return [column.path for column in list_columns(row)] if isinstance(row, type) and issubclass(row, BaseModel) else []


def _find_rows(document: Mapping[str, object], model: type[BaseModel]) -> tuple[str, list[dict[str, object]]]:
    """Return the name of the list with rows, and the rows: of several lists the first with rows, or the first of all when none has any.

    A list that a model inherits is a part of the head of its page, such as the inputs of a report, and never its rows.
    """
    lists = [name for name, field in model.model_fields.items() if get_origin(field.annotation) is list and name not in NO_ROWS_OF]
    names = [name for name in lists if name in vars(model).get("__annotations__", {})] or lists
    name = next((each for each in names if document.get(each)), names[0])
    rows = document.get(name)
    return name, rows if isinstance(rows, list) else []
