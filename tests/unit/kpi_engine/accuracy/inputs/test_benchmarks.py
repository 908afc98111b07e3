"""Simple methods know what was known at the end of the origin, and nothing of other series."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
from kpi_engine.accuracy.inputs.benchmarks import BENCHMARKS, forecast_benchmarks
from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.accuracy.inputs.matching import match
from tests.unit.kpi_engine.accuracy.points import floats, integers
from tests.unit.kpi_engine.examples import MONDAY, actuals, forecasts

SPAN, SERIES, FIRST_DAY = 70, 3, 1000
Values = dict[tuple[int, int], float]
VALUES = st.dictionaries(st.tuples(st.integers(0, SERIES - 1), st.integers(0, SPAN - 1)), st.integers(0, 50).map(float), max_size=60)


def demand_of(values: Values) -> KnownDemand:
    keys = sorted(values)
    cells = integers([series * SPAN + day for series, day in keys])
    first_day = FIRST_DAY + min((day for _, day in keys), default=SPAN)
    return KnownDemand(Grid(SERIES, FIRST_DAY, SPAN), cells, floats([values[key] for key in keys]), first_day)


def loop(values: Values, series: int, day: int, origin: int) -> dict[str, float]:
    """The three forecasts of one series; days are offsets."""
    newest = next(past for past in range(day, -1000, -7) if past <= origin)
    past_days = sorted(own for number, own in values if number == series and own <= origin)
    window = [values[series, own] for own in past_days if own > origin - 28]
    return {
        "seasonal_naive_7": values.get((series, newest), math.nan),
        "random_walk": values[series, past_days[-1]] if past_days else math.nan,
        "moving_average_28": sum(window) / len(window) if window else math.nan,
    }


@given(VALUES, st.lists(st.tuples(st.integers(0, SERIES - 1), st.integers(-5, SPAN + 5), st.integers(1, 40)), min_size=1, max_size=10))
def test_every_method_agrees_with_a_loop_over_what_was_known(values: Values, requests: list[tuple[int, int, int]]) -> None:
    series, origin = integers([own for own, _, _ in requests]), integers([FIRST_DAY + day for _, day, _ in requests])
    day = origin + integers([ahead for _, _, ahead in requests])
    benchmarks = forecast_benchmarks(demand_of(values), series, day, origin)
    for place, (own, start, ahead) in enumerate(requests):
        for name, value in loop(values, own, start + ahead, start).items():
            result = benchmarks[name][place] if benchmarks else math.nan
            assert result == pytest.approx(value, nan_ok=True), name


@pytest.mark.parametrize(("age", "mean"), [(27, 3.0), (28, 5.0)])
def test_the_average_is_of_28_days_and_no_more(age: int, mean: float) -> None:
    demand = demand_of({(1, 60): 5.0, (1, 60 - age): 1.0})
    benchmarks = forecast_benchmarks(demand, integers([1]), integers([FIRST_DAY + 61]), integers([FIRST_DAY + 60]))
    assert benchmarks["moving_average_28"].tolist() == [mean]


def test_the_end_of_the_series_before_is_not_the_past_of_a_series() -> None:
    demand = demand_of({(0, SPAN - 1): 9.0, (1, 5): 4.0})
    benchmarks = forecast_benchmarks(
        demand, integers([1, 1]), integers([FIRST_DAY + 3, FIRST_DAY + 6]), integers([FIRST_DAY + 2, FIRST_DAY + 5])
    )
    assert np.isnan(benchmarks["random_walk"]).tolist() == [True, False]
    assert np.isnan(benchmarks["moving_average_28"]).tolist() == [True, False]


def test_nothing_is_forecast_from_nothing() -> None:
    one, day = integers([0]), integers([FIRST_DAY + 9])
    assert forecast_benchmarks(demand_of({}), one, day, day - 1) == {}
    assert forecast_benchmarks(demand_of({(0, 20): 1.0}), one, day, day - 1) == {}
    assert set(forecast_benchmarks(demand_of({(0, 8): 1.0}), one, day, day - 1)) == set(BENCHMARKS)


def test_a_forecast_of_unknown_age_knew_the_days_before_the_first_target_and_no_more() -> None:
    forecast = forecasts([1.0, 1.0]).drop(columns="horizon_days")
    (block,) = match(read_inputs(forecast, actuals([5.0, 7.0]), actuals([2.0, 3.0], MONDAY - timedelta(days=2))))
    assert block.points.benchmarks["random_walk"].tolist() == [3.0, 3.0]
    assert block.points.benchmarks["moving_average_28"].tolist() == [2.5, 2.5]
