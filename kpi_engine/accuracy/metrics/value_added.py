"""Forecast value added: what a forecast is better by than simple methods, on the same points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from kpi_engine.accuracy.inputs.points import Points
from kpi_engine.accuracy.metrics.point import Additive
from kpi_engine.accuracy.report.serialise import number
from kpi_engine.shared.arrays import Floats, Ints, ratio
from kpi_engine.shared.seasonal_naive import NAME as SEASONAL_NAIVE
from kpi_engine.shared.wape import wape


@dataclass(frozen=True)
class Gains(Additive):
    """Points that a simple method has a forecast for: how many, sum|A|, absolute errors of the forecast and of the simple method."""

    n: Floats
    abs_actual: Floats
    abs_error: Floats
    naive_error: Floats

    @classmethod
    def of_points(cls, points: Points, naive: Floats) -> Self:
        """Each point by itself; zeros where the simple method has none."""
        naive_error = np.abs(naive - points.actual)
        size, distance = np.abs(points.actual), np.abs(points.forecast - points.actual)
        held = ~np.isnan(naive_error)
        if held.all():
            return cls(np.ones(len(size)), size, distance, naive_error)
        return cls(held.astype(np.float64), *(np.where(held, values, 0.0) for values in (size, distance, naive_error)))

    def naive_wape(self) -> Floats:
        """WAPE of the simple method, percent."""
        return wape(self.naive_error, self.abs_actual)

    def points_added(self) -> Floats:
        """WAPE of the simple method minus WAPE of the forecast, percentage points. Positive: the forecast adds value."""
        return self.naive_wape() - wape(self.abs_error, self.abs_actual)

    def relative_mae(self) -> Floats:
        """MAE of the forecast over MAE of the simple method; below 1 the forecast is better. NaN when the simple method is perfect."""
        return ratio(self.abs_error, self.naive_error)


def value_added(gains: Mapping[str, Gains], sku_of: Ints, skus: int) -> dict[str, Any]:
    """What is added over the seasonal naive, the share of SKUs that beat it, and the same over the other simple methods.

    `gains` holds one entry per series, `sku_of` the SKU of each.
    """
    each = {name: _added(one.total()) for name, one in gains.items()}
    headline = each[SEASONAL_NAIVE]
    return {
        "benchmark": SEASONAL_NAIVE,
        **headline,
        "share_skus_beating_naive": _share_beating(gains[SEASONAL_NAIVE].rolled(sku_of, skus)),
        "benchmarks": each,
    }


def _added(total: Gains) -> dict[str, Any]:
    values = {"benchmark_wape": total.naive_wape(), "points": total.points_added(), "relative_mae": total.relative_mae()}
    return {name: number(value) for name, value in values.items()} | {"n_obs": int(total.n[0])}


def _share_beating(by_sku: Gains) -> float | None:
    """Share of the SKUs with a benchmark whose absolute error is smaller than the benchmark's, percent."""
    compared = by_sku.n > 0
    if not compared.any():
        return None
    return 100 * float((by_sku.abs_error[compared] < by_sku.naive_error[compared]).mean())
