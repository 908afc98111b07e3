"""Snapshots at a lag: for every weekday, how old a forecast must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.metrics.lags import LAG_WEEKS, METRICS, LagErrors
from tests.unit.kpi_engine.accuracy.points import MONDAY, points_of


def n_at(lags: LagErrors, weeks: int) -> tuple[int, int]:
    sums = lags.by_weeks[weeks]
    return int(sums.errors.n[0]), sums.n_without_snapshot


@pytest.mark.parametrize("weeks", LAG_WEEKS)
@pytest.mark.parametrize("weekday", range(7))
def test_a_forecast_is_old_enough_from_the_sunday_of_the_week_of_the_lag_on(weekday: int, weeks: int) -> None:
    least = weekday + 1 + 7 * (weeks - 1)
    for lead, expected in ((least, (1, 0)), (least + 1, (1, 0)), (least - 1, (0, 1))):
        if lead:
            lags = LagErrors.of_points(points_of([10.0], [12.0], day=[MONDAY + weekday], lead=[lead]), Grain.DAY)
            assert n_at(lags, weeks) == expected, lead


@given(st.sets(st.integers(1, 45), min_size=1, max_size=8), st.integers(0, 6))
def test_of_several_forecasts_the_newest_that_is_old_enough_counts(leads: set[int], weekday: int) -> None:
    by_age = sorted(leads)
    points = points_of([100.0] * len(by_age), [100.0 + lead for lead in by_age], day=[MONDAY + weekday] * len(by_age), lead=by_age)
    lags = LagErrors.of_points(points, Grain.DAY)
    for weeks in LAG_WEEKS:
        old_enough = [lead for lead in by_age if lead >= weekday + 1 + 7 * (weeks - 1)]
        assert n_at(lags, weeks) == (len(old_enough[:1]), 1 - len(old_enough[:1]))
        assert lags.by_weeks[weeks].errors.error.tolist() == [float(sum(old_enough[:1]))]


def test_a_forecast_of_unknown_age_is_no_snapshot() -> None:
    points = points_of([10.0, 10.0], [11.0, 15.0], day=[MONDAY, MONDAY], lead=[0, 9])
    lags = LagErrors.of_points(points, Grain.DAY)
    assert lags.by_weeks[1].errors.error.tolist() == [5.0]
    assert n_at(LagErrors.of_points(points_of([10.0], [11.0]), Grain.DAY), 1) == (0, 1)


def test_snapshots_are_selected_by_day_and_their_errors_formed_by_week() -> None:
    points = points_of([10.0] * 7, [15.0, 5.0, 10.0, 10.0, 10.0, 10.0, 10.0], lead=[1, 2, 3, 4, 5, 6, 6])
    by_day, by_week = (LagErrors.of_points(points, grain).by_weeks[1] for grain in (Grain.DAY, Grain.WEEK))
    assert (by_day.errors.abs_error.tolist(), by_week.errors.abs_error.tolist()) == ([10.0], [0.0])
    assert (by_day.n_without_snapshot, by_week.n_without_snapshot) == (1, 1)
    assert by_week.errors.n.tolist() == [1.0]


def test_lags_of_blocks_add_up() -> None:
    lags = LagErrors.of_points(points_of([10.0], [12.0], lead=[1]), Grain.DAY)
    both = lags + lags + LagErrors.zeros()
    assert n_at(both, 1) == (2, 0)
    assert n_at(both, 4) == (0, 2)
    assert both.by_weeks[1].errors.error.tolist() == [4.0]


def test_each_lag_has_a_wape_and_a_bias_of_its_own() -> None:
    lags = LagErrors.of_points(points_of([10.0, 10.0], [12.0, 5.0], day=[MONDAY, MONDAY + 1], lead=[1, 9]), Grain.DAY)
    figures = {metric.name: metric(lags)[0] for metric in METRICS}
    assert figures["lag_1w_wape"] == pytest.approx(35.0)
    assert figures["lag_1w_bias"] == pytest.approx(-15.0)
    assert (figures["lag_2w_wape"], figures["lag_2w_bias"]) == (pytest.approx(50.0), pytest.approx(-50.0))
    assert np.isnan(figures["lag_4w_wape"])
