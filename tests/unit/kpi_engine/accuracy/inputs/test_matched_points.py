"""Matched points: selecting, finding repeated targets, summing over weeks."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.inputs.matching import MatchedBlock, match
from tests.unit.kpi_engine.accuracy import loops, panels
from tests.unit.kpi_engine.examples import MONDAY, actuals, forecasts


def only_block(forecast: pd.DataFrame, actual: pd.DataFrame) -> MatchedBlock:
    (block,) = match(read_inputs(forecast, actual))
    return block


@pytest.fixture
def points() -> MatchedPoints:
    """A SKU whose two days were forecast three days ahead, then one day ahead."""
    days = [MONDAY, MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1)]
    forecast = forecasts([12.0, 11.0, 21.0, 22.0]).assign(forecast_date=days, horizon_days=[3, 1, 1, 3])
    return only_block(forecast, actuals([10.0, 20.0])).points


def test_points_come_in_order_of_day_and_lead_whatever_the_order_of_rows(points: MatchedPoints) -> None:
    assert points.lead.tolist() == [1, 3, 1, 3]
    assert points.forecast.tolist() == [11.0, 12.0, 21.0, 22.0]
    assert points.actual.tolist() == [10.0, 10.0, 20.0, 20.0]


def test_an_older_forecast_of_a_day_repeats_its_target(points: MatchedPoints) -> None:
    assert points.is_repeat.tolist() == [False, True, False, True]


def test_the_newest_forecasts_of_the_days_make_the_newest_of_the_week(points: MatchedPoints) -> None:
    weekly = points.sum_by_grain(Grain.WEEK)
    assert weekly.forecast.tolist() == [32.0, 34.0]
    assert weekly.actual.tolist() == [30.0, 30.0]
    assert weekly.is_repeat.tolist() == [False, True]


def test_points_by_day_are_their_own_sums(points: MatchedPoints) -> None:
    assert points.sum_by_grain(Grain.DAY) is points


def test_a_selection_has_every_column_of_its_points() -> None:
    forecast, demand = panels.forecasts(3), panels.demand(3)
    points = only_block(forecast, demand).points
    mask = points.lead > 14
    selection = points.select(mask)
    assert len(selection) == np.count_nonzero(mask)
    assert points.interval is not None
    assert selection.interval is not None
    pairs = [
        (points.lead, selection.lead),
        (points.interval.lower, selection.interval.lower),
        (points.quantiles[0.75], selection.quantiles[0.75]),
        (points.benchmarks["random_walk"], selection.benchmarks["random_walk"]),
    ]
    for whole, part in pairs:
        assert np.array_equal(whole[mask], part, equal_nan=True)
    assert points.select(np.ones(len(points), dtype=np.bool_)) is points


def test_rows_without_partner_or_value_are_counted() -> None:
    block = only_block(forecasts([1.0, np.nan, 3.0, 4.0]), actuals([1.0, 2.0, None]))
    assert (len(block.points), block.forecast_only, block.missing_forecast) == (1, 2, 1)


@pytest.mark.parametrize("method", ["seasonal_naive_7", "random_walk", "moving_average_28"])
def test_each_point_has_the_forecast_of_a_simple_method_at_its_own_origin(method: str) -> None:
    forecast, demand = panels.forecasts(5), panels.demand(5)
    known_demand = loops.index_demand(demand)
    pairs = sorted(loops.match(forecast, known_demand), key=lambda p: (p.sku, p.site, p.day, (p.day - p.origin).days))
    points = only_block(forecast, demand).points
    expected = [loops.naive(known_demand, pair, method) for pair in pairs]
    values = [None if np.isnan(value) else value for value in points.benchmarks[method].tolist()]
    assert values == [None if value is None else pytest.approx(value) for value in expected]


def test_an_interval_without_a_level_has_the_usual_one() -> None:
    frame = forecasts([1.0, 1.0], confidence_lower=0.5, confidence_upper=2.0, interval_level=[0.9, None])
    interval = only_block(frame, actuals([1.0, 1.0])).points.interval
    assert interval is not None
    assert interval.level.tolist() == [0.9, 0.8]
    assert only_block(forecasts([1.0]), actuals([1.0])).points.interval is None
