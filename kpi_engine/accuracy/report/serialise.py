"""From arrays to what stands in an answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from kpi_engine.shared.arrays import Floats


def number(values: Floats) -> float | None:
    """The only value; what is undefined, or too large for a float, becomes null."""
    return float(values[0]) if math.isfinite(values[0]) else None


def nulls(values: Floats) -> list[float | None]:
    """Floats for the answer; what is undefined, or too large for a float, becomes null."""
    undefined = ~np.isfinite(values)
    if not undefined.any():
        plain: list[float | None] = values.tolist()
        return plain
    listed = values.astype(object)
    listed[undefined] = None
    some: list[float | None] = listed.tolist()
    return some


def records(columns: Mapping[str, Iterable[Any]]) -> list[dict[str, Any]]:
    """One dict per row."""
    names = tuple(columns)
    return [dict(zip(names, row, strict=False)) for row in zip(*columns.values(), strict=True)]
