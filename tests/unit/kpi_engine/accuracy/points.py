"""Matched points from plain lists, without frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kpi_engine.accuracy.inputs.matched_points import Interval, MatchedPoints
from kpi_engine.shared.arrays import Floats, Ints

MONDAY = 20_780
"""2026-11-23."""


def floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def points_of(
    actual: Sequence[float],
    forecast: Sequence[float],
    *,
    day: Sequence[int] | None = None,
    lead: Sequence[int] | None = None,
    bounds: tuple[Sequence[float], Sequence[float]] | None = None,
    level: float | Sequence[float] = 0.8,
    quantiles: Mapping[float, Sequence[float]] | None = None,
) -> MatchedPoints:
    """Points of one series, a day each from MONDAY on unless `day` says otherwise."""
    size = len(actual)
    days: Any = range(MONDAY, MONDAY + size) if day is None else day
    levels = np.broadcast_to(np.asarray(level, dtype=np.float64), size).copy()
    return MatchedPoints(
        series=np.zeros(size, dtype=np.int64),
        day=integers(days),
        lead=integers([0] * size if lead is None else lead),
        actual=floats(actual),
        forecast=floats(forecast),
        interval=None if bounds is None else Interval(floats(bounds[0]), floats(bounds[1]), levels),
        quantiles={tau: floats(values) for tau, values in (quantiles or {}).items()},
        benchmarks={},
    )


def integers(values: Sequence[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)
