"""Forecast value added: what a forecast is better by than simple methods, on the same points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from kpi_engine.accuracy.inputs.benchmarks import MOVING_AVERAGE, RANDOM_WALK
from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric, Population
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.accuracy.metrics.point import HYNDMAN_KOEHLER, NULL_WHEN_SUM_IS_ZERO
from kpi_engine.shared.arrays import Floats, Ints, ratio
from kpi_engine.shared.metric import GET_ACCURACY, GET_KPIS, NO_OBSERVATIONS, Unit
from kpi_engine.shared.seasonal_naive import NAME as SEASONAL_NAIVE
from kpi_engine.shared.wape import wape

GILLILAND = (
    "Gilliland 2010, The Business Forecasting Deal; simple methods: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2"
)
NULL_WITHOUT_BENCHMARK = f"null `no_observations` where the simple method knew nothing, {NULL_WHEN_SUM_IS_ZERO.removeprefix('null ')}"
DESCRIPTIONS = {
    SEASONAL_NAIVE: "the newest same weekday",
    RANDOM_WALK: "the newest known demand",
    MOVING_AVERAGE: "the mean of the last 28 days",
}


@dataclass(frozen=True)
class ValueAdded(Additive):
    """Points that a simple method has a forecast for: how many, sum|A|, absolute errors of the forecast and of the simple method."""

    QUANTITIES: ClassVar[frozenset[str]] = frozenset({"abs_actual", "abs_error", "benchmark_error"})

    n: Floats
    abs_actual: Floats
    abs_error: Floats
    benchmark_error: Floats

    @classmethod
    def of_points(cls, points: MatchedPoints, benchmark: Floats) -> Self:
        """Return each point by itself; zeros where the simple method has no forecast."""
        benchmark_error = np.abs(benchmark - points.actual)
        abs_actual, abs_error = np.abs(points.actual), np.abs(points.forecast - points.actual)
        has_benchmark = ~np.isnan(benchmark_error)
        if has_benchmark.all():
            return cls(np.ones(len(abs_actual)), abs_actual, abs_error, benchmark_error)
        arrays = (np.where(has_benchmark, values, 0.0) for values in (abs_actual, abs_error, benchmark_error))
        return cls(has_benchmark.astype(np.float64), *arrays)

    def benchmark_wape(self) -> Floats:
        """Return the WAPE of the simple method, percent."""
        return wape(self.benchmark_error, self.abs_actual)

    def points_added(self) -> Floats:
        """Return WAPE of the simple method minus WAPE of the forecast, percentage points. Positive: the forecast adds value."""
        return self.benchmark_wape() - wape(self.abs_error, self.abs_actual)

    def relative_mae(self) -> Floats:
        """Return MAE of the forecast over MAE of the simple method; below 1 the forecast is better. NaN when the simple method is exact."""
        return ratio(self.abs_error, self.benchmark_error)


@dataclass(frozen=True)
class BenchmarkTotals:
    """The value added over each simple method, as one group, and that over the seasonal naive by SKU."""

    totals: Mapping[str, ValueAdded]
    by_sku: ValueAdded

    @classmethod
    def of_series(cls, by_series: Mapping[str, ValueAdded], sku_of: Ints, skus: int) -> Self:
        """Return the totals of sums by series; `sku_of` is the SKU of each."""
        totals = {name: sums.total() for name, sums in by_series.items()}
        return cls(totals, by_series[SEASONAL_NAIVE].sum_by_group(sku_of, skus))

    def share_beating(self) -> Floats:
        """Return the share of SKUs with a benchmark whose absolute error is smaller than the benchmark's, percent."""
        by_sku = self.by_sku.select(self.by_sku.n > 0)
        n_better = np.count_nonzero(by_sku.abs_error < by_sku.benchmark_error)
        return 100 * ratio(np.array([float(n_better)]), np.array([float(len(by_sku.n))]))


def _explain(benchmarks: BenchmarkTotals) -> str:
    return SUM_ACTUALS_ZERO if benchmarks.totals[SEASONAL_NAIVE].n[0] else NO_OBSERVATIONS


def _benchmark_wape(benchmark: str, name: str, path: str) -> AccuracyMetric[BenchmarkTotals]:
    return AccuracyMetric[BenchmarkTotals](
        name=name,
        title=f"WAPE of {DESCRIPTIONS[benchmark]}",
        path=f"{path}.benchmark_wape",
        formula=f"WAPE of {DESCRIPTIONS[benchmark]} before the forecast was made, over the points that have it",
        unit=Unit.PERCENT,
        sign="larger: demand is harder to forecast",
        zero_policy=NULL_WITHOUT_BENCHMARK,
        source=GILLILAND,
        inputs=BenchmarkTotals,
        compute=lambda benchmarks: benchmarks.totals[benchmark].benchmark_wape(),
        reason_key=None,
    )


def _value_added(benchmark: str, name: str, path: str, *, is_headline: bool = False) -> AccuracyMetric[BenchmarkTotals]:
    return AccuracyMetric[BenchmarkTotals](
        name=name,
        title=f"Forecast value added over {DESCRIPTIONS[benchmark]}",
        path=f"{path}.points",
        formula="benchmark WAPE - WAPE, over the points that have the benchmark",
        unit=Unit.POINTS,
        sign="positive: the forecast adds value",
        zero_policy=NULL_WITHOUT_BENCHMARK,
        source=GILLILAND,
        served=GET_KPIS if is_headline else GET_ACCURACY,
        inputs=BenchmarkTotals,
        compute=lambda benchmarks: benchmarks.totals[benchmark].points_added(),
        population=Population.WITH_BENCHMARK,
        explain=_explain,
        reason_key="" if is_headline else None,
    )


def _relative_mae(benchmark: str, name: str, path: str) -> AccuracyMetric[BenchmarkTotals]:
    return AccuracyMetric[BenchmarkTotals](
        name=name,
        title=f"MAE relative to {DESCRIPTIONS[benchmark]}",
        path=f"{path}.relative_mae",
        formula="MAE / MAE of the benchmark, over the points that have it",
        unit=Unit.RATIO,
        sign="smaller is better; below 1 the forecast is better",
        zero_policy="null when the benchmark is exact",
        source=HYNDMAN_KOEHLER,
        inputs=BenchmarkTotals,
        compute=lambda benchmarks: benchmarks.totals[benchmark].relative_mae(),
        reason_key=None,
    )


FVA = "additional.fva"
FORECAST_VALUE_ADDED = _value_added(SEASONAL_NAIVE, "forecast_value_added", FVA, is_headline=True)
SHARE_SKUS_BEATING_NAIVE = AccuracyMetric[BenchmarkTotals](
    name="share_skus_beating_naive",
    title="SKUs that beat the seasonal naive",
    path=f"{FVA}.share_skus_beating_naive",
    formula="100 * SKUs whose absolute error is smaller than the seasonal naive's / SKUs that have one",
    unit=Unit.PERCENT,
    sign="larger is better",
    zero_policy="null without a SKU that has a benchmark",
    source=GILLILAND,
    inputs=BenchmarkTotals,
    compute=lambda benchmarks: benchmarks.share_beating(),
    reason_key=None,
)

METRICS = (
    _benchmark_wape(SEASONAL_NAIVE, "benchmark_wape", FVA),
    FORECAST_VALUE_ADDED,
    _relative_mae(SEASONAL_NAIVE, "relative_mae", FVA),
    SHARE_SKUS_BEATING_NAIVE,
    *(
        metric(benchmark, f"{name}_{benchmark}", f"{FVA}.benchmarks.{benchmark}")
        for benchmark in DESCRIPTIONS
        for name, metric in (("benchmark_wape", _benchmark_wape), ("forecast_value_added", _value_added), ("relative_mae", _relative_mae))
    ),
)
