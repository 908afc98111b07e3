"""Groups built from plain lists, for tests of what is concluded from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from kpi_engine.anomalies.group import AnomalyGroup, GroupSeries

FIRST = date(2026, 11, 15)
Rows = Sequence[Sequence[float]]


def a_group_of(actual: Rows, expected: Rows, *, dimensions: Sequence[Mapping[str, str]] = (), **values: Any) -> AnomalyGroup:
    """A group of members x days; further values by name: lower, upper, capacity, orders (rows), or fields of the group."""
    actual_rows, expected_rows = np.array(actual, dtype=float), np.array(expected, dtype=float)
    rows = {name: np.array(values.pop(name), dtype=float) for name in ("lower", "upper", "capacity", "orders") if name in values}
    midnights = [datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) for day in range(actual_rows.shape[1])]
    series = GroupSeries.of(
        tuple(dimensions) or tuple({"sku_id": f"SKU-{row}"} for row in range(len(actual_rows))),
        tuple(midnights),
        actual=actual_rows,
        expected=expected_rows,
        lower=rows.get("lower", np.full(actual_rows.shape, np.nan)),
        upper=rows.get("upper", np.full(actual_rows.shape, np.nan)),
        capacity=rows.get("capacity"),
        orders=rows.get("orders"),
    )
    fields: dict[str, Any] = {
        "id": "g1",
        "start": midnights[0],
        "end": midnights[-1],
        "first_day": midnights[0].date(),
        "last_day": midnights[-1].date(),
        "score": 75.0,
        "measure": "demand",
    }
    return AnomalyGroup(**(fields | values), series=series)
