"""The score of a back-test with several units of measure, and with one series larger than all others."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast_engine.backtest import BacktestOrigin, score
from forecast_engine.panel import SeriesKey


def origin(demand: dict[str, float], error: dict[str, float], naive_error: dict[str, float], days: int = 28) -> BacktestOrigin:
    """Series of a constant demand, whose forecast and simple forecast are off by a share of it."""
    keys = tuple(SeriesKey("LDS1", sku) for sku in demand)
    actual, middle, naive = (
        np.array([[value * (1 + shares.get(sku, 0.0))] * days for sku, value in demand.items()]) for shares in ({}, error, naive_error)
    )
    return BacktestOrigin(date(2026, 11, 22), keys, lower=middle, middle=middle, upper=middle, actual=actual, naive=naive)


SKUS = [f"S{number}" for number in range(40)]
DEMAND = dict.fromkeys(SKUS, 10.0) | {"BULK": 1_000_000.0}
GOOD, BAD = dict.fromkeys(SKUS, 0.1), dict.fromkeys(SKUS, 0.4)


@pytest.mark.parametrize(("error", "naive", "is_better"), [(GOOD, BAD, True), (BAD, GOOD, False)])
@pytest.mark.parametrize(("bulk_error", "bulk_naive"), [(0.9, 0.1), (0.1, 0.9)])
def test_no_single_series_decides_about_the_skill_however_large_it_is(
    error: dict[str, float], naive: dict[str, float], is_better: bool, bulk_error: float, bulk_naive: float
) -> None:
    result = score([origin(DEMAND, error | {"BULK": bulk_error}, naive | {"BULK": bulk_naive})])
    assert result.skill is not None
    assert (result.skill > 0) == is_better
    assert result.wape == pytest.approx(100 * bulk_error, abs=0.1)
    assert result.median_wape == pytest.approx(100 * error["S0"])
    assert result.largest_share == pytest.approx(100, abs=0.1)
    assert result.largest_series == SeriesKey("LDS1", "BULK")


def test_the_wape_of_several_units_weighs_each_unit_by_its_series() -> None:
    demand = {"A": 10.0, "B": 30.0, "C": 5_000.0}
    result = score([origin(demand, {"A": 0.1, "B": 0.2, "C": 0.5}, {})], {"A": "EA", "B": "EA", "C": "KGM"})
    assert result.wape == pytest.approx((2 * 100 * (1 + 6) / 40 + 1 * 50) / 3)
    assert result.baseline_wape == 0


def test_another_unit_of_measure_changes_no_percentage() -> None:
    units = {sku: "KGM" if number % 2 else "EA" for number, sku in enumerate(DEMAND)}
    error = {sku: 0.01 * number for number, sku in enumerate(DEMAND)}
    grams = {sku: value * (1000 if units[sku] == "KGM" else 1) for sku, value in DEMAND.items()}
    one, other = (score([origin(demand, error, GOOD)], units) for demand in (DEMAND, grams))
    assert [other.wape, other.baseline_wape, other.skill, other.median_wape, other.largest_share] == pytest.approx(
        [one.wape, one.baseline_wape, one.skill, one.median_wape, one.largest_share]
    )


def test_a_series_that_is_gone_at_an_earlier_origin_is_one_series_over_both() -> None:
    both = score([origin({"A": 10.0, "B": 10.0}, {"A": 0.5}, {}), origin({"B": 10.0}, {"B": 0.5}, {})])
    assert both.n_series == 2
    assert both.median_wape == pytest.approx((50 + 25) / 2)


def test_a_forecast_of_series_without_demand_counts_by_its_error() -> None:
    demand = dict.fromkeys(SKUS[:20], 0.0) | dict.fromkeys(SKUS[20:], 10.0)
    quiet = origin(demand, {}, {})
    middle = quiet.middle + np.array([[50.0]] * 20 + [[0.0]] * 20)
    result = score(
        [BacktestOrigin(quiet.origin, quiet.series, lower=middle, middle=middle, upper=middle, actual=quiet.actual, naive=quiet.naive)]
    )
    assert result.skill is not None
    assert result.skill < -50


def test_without_a_scored_point_there_is_no_figure() -> None:
    empty = score([])
    assert (empty.wape, empty.skill, empty.median_wape, empty.largest_share, empty.largest_series, empty.n_obs) == (None,) * 5 + (0,)
    assert score([origin({"A": 0.0}, {}, {})]).skill is None
