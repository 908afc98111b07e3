"""Scales of the training days, and errors in units of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.inputs import known_demand
from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.accuracy.metrics.point import PointErrors
from kpi_engine.accuracy.metrics.scaled import MASE, RMSSE, ScaledErrors, Scales
from tests.unit.kpi_engine.accuracy.points import floats, integers

Series = list[list[float | None]]
DAILY = st.lists(st.one_of(st.none(), st.integers(0, 30).map(float)), min_size=20, max_size=20)


def demand_of(series: Series, first_day: int = 50) -> KnownDemand:
    """Known demand by series and day, None where it is unknown; all series have the same number of days."""
    span = len(series[0])
    cells = [number * span + day for number, values in enumerate(series) for day, value in enumerate(values) if value is not None]
    values = [value for own in series for value in own if value is not None]
    return KnownDemand(Grid(len(series), first_day, span), integers(cells), floats(values), first_day)


def loop(values: list[float | None], season: int, power: int) -> float:
    pairs = zip(values[season:], values, strict=False)
    changes = [abs(value - before) ** power for value, before in pairs if value is not None and before is not None]
    return sum(changes) / len(changes) if changes else math.nan


@given(st.lists(DAILY, min_size=1, max_size=4), st.sampled_from([1, 7, 12]))
def test_scales_equal_a_loop_over_every_pair_a_season_apart(series: Series, season: int) -> None:
    scales = Scales.of(demand_of(series), season)
    assert scales.absolute == pytest.approx([loop(values, season, 1) for values in series], nan_ok=True)
    assert scales.square == pytest.approx([loop(values, season, 2) for values in series], nan_ok=True)


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_blocks_of_any_size_give_the_same_scales(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    generator = np.random.default_rng(1)
    series: Series = [[float(value) for value in generator.integers(0, 9, 20)], [None] * 20, [1.0, *[None] * 12, 4.0, *[None] * 6]]
    monkeypatch.setattr(known_demand, "BLOCK_ROWS", rows)
    scales = Scales.of(demand_of(series), 7)
    assert scales.absolute == pytest.approx([loop(values, 7, 1) for values in series], nan_ok=True)


def test_the_last_day_of_one_series_is_no_season_before_the_first_of_the_next() -> None:
    scales = Scales.of(demand_of([[5.0] * 8, [9.0] * 8]), 7)
    assert scales.absolute.tolist() == [0.0, 0.0]


def scaled_errors(abs_errors: list[float], absolute: list[float], square: list[float]) -> ScaledErrors:
    """One point for each series; the scale of each by its number."""
    n, errors = np.ones(len(abs_errors)), floats(abs_errors)
    point_errors = PointErrors(n, n, n, n, errors, errors, errors, errors**2, errors)
    return ScaledErrors.of_series(point_errors, Scales(floats(absolute), floats(square)), integers(range(len(abs_errors))))


def test_a_series_without_a_scale_adds_neither_error_nor_scale() -> None:
    errors = scaled_errors([3.0, 100.0, 50.0], [2.0, 0.0, math.nan], [4.0, 0.0, math.nan]).total()
    assert MASE(errors)[0] == pytest.approx(3 / 2)
    assert RMSSE(errors)[0] == pytest.approx(math.sqrt(9 / 4))
    assert errors.n_trained.tolist() == [2.0]


def test_errors_and_scales_are_summed_before_they_are_divided() -> None:
    errors = scaled_errors([3.0, 8.0], [1.0, 10.0], [1.0, 100.0]).total()
    assert MASE(errors)[0] == pytest.approx(11 / 11)
    assert RMSSE(errors)[0] == pytest.approx(math.sqrt(73 / 101))


def test_each_group_of_errors_takes_the_scale_of_its_own_series() -> None:
    one = np.ones(2)
    errors = PointErrors(2 * one, one, one, one, one, 6 * one, one, 36 * one, one)
    per_series = ScaledErrors.of_series(errors, Scales(floats([1.0, 2.0, 3.0]), floats([1.0, 4.0, 9.0])), integers([2, 0]))
    assert MASE(per_series).tolist() == [1.0, 3.0]
    assert RMSSE(per_series) == pytest.approx([math.sqrt(36 / 18), math.sqrt(36 / 2)])


@pytest.mark.parametrize(("n_trained", "reason"), [(0.0, "no_observations"), (1.0, "scale_zero")])
def test_the_reason_says_whether_there_was_training(n_trained: float, reason: str) -> None:
    zero = np.zeros(1)
    for metric in (MASE, RMSSE):
        assert metric.explain is not None
        assert metric.explain(ScaledErrors(zero, zero, zero, zero, floats([n_trained]))) == reason
