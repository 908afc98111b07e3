"""The probability of a breach against random draws and integrals, and the forecasts of which it is unknown."""

from __future__ import annotations

import json
from math import erf, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.capacity.load import ResourceLoad, load_resource
from kpi_engine.logistics.inputs.forecasts import ALL_SITES, read_forecast_rows, sum_demand
from kpi_engine.logistics.inputs.resources import read_resources
from tests.unit.kpi_engine.logistics.frames import forecasts, kpis, throughput

DRAWS = 400_000


def draw_split_normal(median: float, below: float, above: float) -> np.ndarray[Any, Any]:
    """Draws of which half lie on each side of the median, each side with its own deviation."""
    z = np.random.default_rng(11).standard_normal(DRAWS)
    return median + np.where(z < 0, below, above) * z


@pytest.mark.parametrize("capacity", [820.0, 900.0, 960.0, 1_000.0, 1_080.0, 1_400.0])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_a_breach_is_as_probable_as_it_is_frequent_in_random_draws(capacity: float, level: float) -> None:
    (row,) = kpis(
        forecast=forecasts([1_000], confidence_lower=940, confidence_upper=1_120, interval_level=level), capacity=throughput(capacity)
    )["capacity"]
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = float((draw_split_normal(1_000, 60 / z, 120 / z) > capacity).mean())
    assert row["p_breach"] == pytest.approx(share, abs=0.004)


def test_draws_of_independent_skus_breach_capacity_as_often_as_correlation_zero_says() -> None:
    skus = pd.concat([forecasts([100], sku_id=f"K{number}", confidence_lower=80, confidence_upper=120) for number in range(9)])
    deviation = 20 / NormalDist().inv_cdf(0.9)
    total = np.random.default_rng(3).normal(100, deviation, (DRAWS // 10, 9)).sum(axis=1)
    demand = sum_demand(read_forecast_rows(skus), ALL_SITES, "THROUGHPUT", correlation=0.0)
    for capacity in (880.0, 930.0, 960.0):
        assert demand.breach_probability(np.array([capacity]))[0] == pytest.approx((total > capacity).mean(), abs=0.01)
    assert demand.p90[0] == pytest.approx(np.quantile(total, 0.9), abs=2)


@given(st.floats(1, 1e6), st.floats(0.001, 0.5), st.floats(0.001, 0.5), st.floats(0.2, 2))
@settings(max_examples=80, deadline=None)
def test_the_probability_is_the_error_function_of_the_side_on_which_capacity_lies(
    median: float, below: float, above: float, ratio: float
) -> None:
    capacity = median * ratio
    rows = forecasts([median], confidence_lower=median * (1 - below), confidence_upper=median * (1 + above))
    demand = sum_demand(read_forecast_rows(rows), ALL_SITES, "THROUGHPUT", correlation=1.0)
    deviation = median * (above if capacity >= median else below) / NormalDist().inv_cdf(0.9)
    expected = 0.5 * (1 - erf((capacity - median) / deviation / sqrt(2)))
    assert demand.breach_probability(np.array([capacity]))[0] == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(0, 3_000), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_more_capacity_never_makes_a_breach_more_probable(capacities: list[float]) -> None:
    rows = forecasts([1_000] * len(capacities), confidence_lower=700, confidence_upper=1_100)
    demand = sum_demand(read_forecast_rows(rows), ALL_SITES, "THROUGHPUT", correlation=1.0)
    probability = demand.breach_probability(np.array(sorted(capacities)))
    assert (np.diff(probability) <= 0).all()
    assert ((probability >= 0) & (probability <= 1)).all()


def test_half_of_the_outcomes_exceed_a_capacity_that_is_the_median() -> None:
    (row,) = kpis(forecast=forecasts([1_000], confidence_lower=900, confidence_upper=1_050), capacity=throughput(1_000))["capacity"]
    assert (row["p_breach"], row["days_over"], row["days_over_p90"]) == (0.5, 0, 1)


def test_without_bounds_a_demand_of_exactly_the_capacity_has_no_breach_probability() -> None:
    report = kpis(forecast=forecasts([1_000]), capacity=throughput(1_000))
    assert report["capacity"][0]["days"][0]["p_breach"] is None
    assert (report["capacity_overall"]["highest_p_breach"], report["capacity_overall"]["days_over_p90"]) == (None, None)
    assert report["undefined"]["capacity_overall.highest_p_breach"] == "no_quantiles"


def test_an_upper_bound_alone_gives_no_breach_probability_on_days_over_capacity() -> None:
    report = kpis(forecast=forecasts([900, 1_100], confidence_upper=[1_000, 1_200]), capacity=throughput(1_000))
    row = report["capacity"][0]
    assert [day["p_breach"] for day in row["days"]] == [pytest.approx(0.1), None]
    assert (row["p_breach"], row["undefined"]["p_breach"], row["days_over_p90"]) == (None, "no_quantiles", 1)
    assert json.dumps(report, allow_nan=False)


def test_a_lower_bound_alone_gives_no_days_over_capacity_at_p90() -> None:
    report = kpis(forecast=forecasts([1_100], confidence_lower=1_000), capacity=throughput(1_000))
    assert report["capacity_overall"]["days_over_p90"] is None
    assert report["undefined"]["capacity_overall.days_over_p90"] == "no_quantiles"
    assert report["capacity_overall"]["highest_p_breach"] == pytest.approx(0.9)


def test_one_day_without_bounds_makes_the_figures_of_the_whole_row_unknown_but_not_of_the_other_days() -> None:
    report = kpis(forecast=forecasts([900, 950], confidence_lower=[800, None], confidence_upper=[1_000, None]), capacity=throughput(1_000))
    (row,) = report["capacity"]
    assert [row[name] for name in ("days_over_p90", "overflow_units_p90", "first_breach_p90", "p_breach")] == [None] * 4
    assert [day["demand_p90"] for day in row["days"]] == [pytest.approx(1_000), None]
    assert [day["p_breach"] for day in row["days"]] == [pytest.approx(0.1), None]


def load_day(demand: float, rating: float) -> ResourceLoad:
    (resource,), _ = read_resources(throughput(rating))
    load = load_resource(resource, read_forecast_rows(forecasts([demand])), n_sites=1, correlation=1.0)
    assert isinstance(load, ResourceLoad)
    return load


@given(st.integers(1, 300_000).map(lambda hundredths: hundredths / 100))
@settings(max_examples=200, deadline=None)
def test_a_demand_of_exactly_the_capacity_is_full_and_never_over(amount: float) -> None:
    load = load_day(amount, amount)
    assert load.utilisation.tolist() == [100]
    assert load.is_over.tolist() == [False]


def test_floating_point_makes_no_full_day_one_over_capacity() -> None:
    assert 100 * 1336.11 / 1336.11 > 100
    report = kpis(forecast=forecasts([1336.11]), capacity=throughput(1336.11))
    assert (report["capacity"][0]["band"], report["capacity"][0]["days"][0]["band"]) == ("critical", "critical")
    assert (report["capacity"][0]["days_over"], report["capacity_overall"]["days_over"]) == (0, 0)
