"""Reports and their parts as the values of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KEY = "key"


def to_json(value: object) -> Any:  # noqa: ANN401 - the edge to JSON
    """Convert to dicts, lists, numbers, texts and None: a part by its as_dict or its fields, rows by as_dicts, a date to its ISO text.

    >>> to_json({"ship_date": date(2026, 7, 20), "shipments": ("S1", "S2"), "saving": None})
    {'ship_date': '2026-07-20', 'shipments': ['S1', 'S2'], 'saving': None}
    """
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if hasattr(value, "as_dicts"):
        return value.as_dicts()
    if is_dataclass(value) and not isinstance(value, type):
        return fields_to_json(value)
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def fields_to_json(part: DataclassInstance) -> dict[str, Any]:
    """Convert the fields of a part, by their names or the keys that `json_key` gives them.

    >>> from dataclasses import make_dataclass
    >>> fields_to_json(make_dataclass("Window", [("start", date)])(date(2026, 7, 20)))
    {'start': '2026-07-20'}
    """
    return {entry.metadata.get(KEY, entry.name): to_json(getattr(part, entry.name)) for entry in fields(part)}


def json_key(key: str) -> dict[str, str]:
    """Return the metadata of a field that has another name in JSON.

    >>> from dataclasses import field, make_dataclass
    >>> lever = make_dataclass("Lever", [("from_value", float, field(metadata=json_key("from")))])
    >>> fields_to_json(lever(88.0))
    {'from': 88.0}
    """
    return {KEY: key}
