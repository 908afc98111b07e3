"""Reports and their parts as the values of JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from kpi_engine.accuracy.report.rows import Rows

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")


def to_json(value: Any) -> Any:  # noqa: ANN401 - the edge to JSON
    """Convert dataclasses, mappings and rows to dicts, and dates to ISO texts, whatever they are nested in.

    >>> to_json({"window": {"start": date(2026, 7, 20)}, "wape": None})
    {'window': {'start': '2026-07-20'}, 'wape': None}
    """
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, Rows):
        return value.as_dicts()
    return value.isoformat() if isinstance(value, date) else value


def part_from_json(part: type[P], document: Mapping[str, Any]) -> P:
    """Return a part without parts of its own; what the document lacks is None.

    >>> from kpi_engine.accuracy.report.parts import Trend
    >>> part_from_json(Trend, {"slope": 0.5, "n_weeks": 9})
    Trend(slope=0.5, direction=None, n_weeks=9)
    """
    return part(**{field.name: document.get(field.name) for field in fields(part)})
