"""Value added over simple methods."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.inputs.benchmarks import BENCHMARKS
from kpi_engine.accuracy.metrics.value_added import METRICS, SHARE_SKUS_BEATING_NAIVE, BenchmarkTotals, ValueAdded
from tests.unit.kpi_engine.accuracy.points import floats, integers, points_of

VALUES = st.integers(0, 200).map(lambda quarters: quarters / 4)
ROWS = st.lists(st.tuples(VALUES, VALUES, st.one_of(st.just(math.nan), VALUES)), min_size=1, max_size=20)
Rows = list[tuple[float, float, float]]


def value_added(rows: Rows) -> ValueAdded:
    """One group for each point: actual, forecast and the simple method's forecast."""
    actual, forecast, benchmark = ([row[place] for row in rows] for place in range(3))
    return ValueAdded.of_points(points_of(actual, forecast), floats(benchmark))


@given(ROWS)
def test_both_methods_are_compared_on_the_points_that_have_both(rows: Rows) -> None:
    points = [row for row in rows if not math.isnan(row[2])]
    volume, own = sum(a for a, _, _ in points), sum(abs(f - a) for a, f, _ in points)
    simple = sum(abs(b - a) for a, _, b in points)
    sums = value_added(rows).total()
    assert sums.n.tolist() == [float(len(points))]
    assert sums.benchmark_wape()[0] == pytest.approx(100 * simple / volume if volume else math.nan, nan_ok=True)
    assert sums.points_added()[0] == pytest.approx(100 * (simple - own) / volume if volume else math.nan, nan_ok=True, abs=1e-9)
    assert sums.relative_mae()[0] == pytest.approx(own / simple if simple else math.nan, nan_ok=True)


@given(ROWS)
def test_a_forecast_that_is_the_benchmark_adds_nothing(rows: Rows) -> None:
    sums = value_added([(a, b, b) for a, _, b in rows]).total()
    points, relative = sums.points_added()[0], sums.relative_mae()[0]
    assert np.isnan(points) or points == 0
    assert np.isnan(relative) or relative == 1


def totals_of(rows: Rows, sku_of: list[int], skus: int) -> BenchmarkTotals:
    return BenchmarkTotals.of_series(dict.fromkeys(BENCHMARKS, value_added(rows)), integers(sku_of), skus)


@pytest.mark.parametrize(
    ("rows", "sku_of", "share"),
    [
        ([(10.0, 9.0, 8.0), (10.0, 8.0, 9.0)], [0, 1], 50.0),
        ([(10.0, 9.0, 8.0), (10.0, 8.0, 8.0)], [0, 1], 50.0),
        ([(10.0, 9.0, 8.0), (10.0, 8.0, math.nan)], [0, 1], 100.0),
        ([(10.0, 9.0, 5.0), (10.0, 5.0, 9.0)], [0, 0], 0.0),
        ([(10.0, 9.0, math.nan)], [0], None),
    ],
    ids=["one of two", "a draw is no win", "no benchmark is no SKU", "sites of a SKU count together", "no benchmark at all"],
)
def test_a_sku_beats_the_naive_when_its_own_error_is_smaller(rows: Rows, sku_of: list[int], share: float | None) -> None:
    value = SHARE_SKUS_BEATING_NAIVE(totals_of(rows, sku_of, 3))[0]
    assert value == pytest.approx(math.nan if share is None else share, nan_ok=True)


def test_every_benchmark_has_its_own_figures() -> None:
    by_series = {name: value_added([(10.0, 9.0, 10.0 + size)]) for size, name in enumerate(BENCHMARKS, start=2)}
    totals = BenchmarkTotals.of_series(by_series, integers([0]), 1)
    figures = {metric.name: metric(totals)[0] for metric in METRICS}
    for size, name in enumerate(BENCHMARKS, start=2):
        assert figures[f"benchmark_wape_{name}"] == pytest.approx(10 * size)
        assert figures[f"forecast_value_added_{name}"] == pytest.approx(10 * (size - 1))
        assert figures[f"relative_mae_{name}"] == pytest.approx(1 / size)
    assert figures["forecast_value_added"] == figures[f"forecast_value_added_{BENCHMARKS[0]}"]
