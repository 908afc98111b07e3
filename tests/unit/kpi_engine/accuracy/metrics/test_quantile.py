"""Pinball losses: which forecast stands for which quantile, and what holds for any of them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.quantile import MEAN_WQL, METRICS, LossSums, QuantileLosses
from tests.unit.kpi_engine.accuracy.points import floats, points_of

VALUES = st.integers(-40, 400).map(lambda quarters: quarters / 4)
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=20)
LEVELS = st.sampled_from([Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)])
Pairs = list[tuple[float, float]]


def loss_of(tau: Fraction, pairs: Pairs) -> LossSums:
    return LossSums.of_forecast(float(tau), floats([a for a, _ in pairs]), floats([q for _, q in pairs]))


@given(PAIRS, LEVELS)
def test_losses_equal_exact_fractions(pairs: Pairs, tau: Fraction) -> None:
    points = [(Fraction(a), Fraction(q)) for a, q in pairs]
    losses = [tau * (a - q) if a >= q else (1 - tau) * (q - a) for a, q in points]
    sums = loss_of(tau, pairs)
    assert sums.loss[0] == pytest.approx(float(sum(losses)), rel=1e-12)
    volume = sum(abs(a) for a, _ in points)
    assert sums.wql()[0] == pytest.approx(float(2 * sum(losses) / volume) if volume else math.nan, rel=1e-12, nan_ok=True)


@given(PAIRS, LEVELS)
def test_a_loss_is_never_negative_and_mirrors_at_the_opposite_level(pairs: Pairs, tau: Fraction) -> None:
    loss = loss_of(tau, pairs).loss[0]
    assert loss >= 0
    assert loss == pytest.approx(loss_of(1 - tau, [(-a, -q) for a, q in pairs]).loss[0])


@given(PAIRS, LEVELS)
def test_losses_of_opposite_levels_sum_to_the_absolute_error(pairs: Pairs, tau: Fraction) -> None:
    both = loss_of(tau, pairs).loss[0] + loss_of(1 - tau, pairs).loss[0]
    assert both == pytest.approx(sum(abs(a - q) for a, q in pairs))


def test_a_point_without_the_quantile_counts_neither_loss_nor_demand() -> None:
    sums = loss_of(Fraction(1, 2), [(10.0, math.nan), (4.0, 6.0)])
    assert (sums.n[0], sums.abs_actual[0], sums.loss[0]) == (1, 4.0, 1.0)


def test_bounds_are_the_quantiles_of_their_own_level() -> None:
    points = points_of([10.0, 20.0], [10.0, 20.0], bounds=([8.0, 11.0], [12.0, 25.0]), level=[0.8, 0.5])
    losses = QuantileLosses.of_points(points)
    assert sorted(losses.by_level) == [0.1, 0.25, 0.5, 0.75, 0.9]
    assert losses.by_name() == {
        "p10": pytest.approx(2 * 0.1 * 2 / 10),
        "p25": pytest.approx(2 * 0.25 * 9 / 20),
        "p50": 0.0,
        "p75": pytest.approx(2 * 0.25 * 5 / 20),
        "p90": pytest.approx(2 * 0.1 * 2 / 10),
    }


def test_a_quantile_of_its_own_column_wins_over_the_bound_and_over_the_forecast() -> None:
    columns = {0.1: [7.0], 0.5: [9.0]}
    losses = QuantileLosses.of_points(points_of([10.0], [10.0], bounds=([1.0], [12.0]), quantiles=columns))
    assert losses.by_name() == {"p10": pytest.approx(2 * 0.1 * 3 / 10), "p50": pytest.approx(0.1), "p90": pytest.approx(0.04)}


def test_bounds_add_to_the_same_level_from_blocks_with_and_without_it() -> None:
    with_bounds = QuantileLosses.of_points(points_of([10.0], [10.0], bounds=([8.0], [12.0])))
    without = QuantileLosses.of_points(points_of([10.0], [12.0]))
    for total in (with_bounds + without, without + with_bounds):
        assert total.by_level[0.5].n.tolist() == [2.0]
        assert total.by_level[0.1].n.tolist() == [1.0]
        assert total.by_name()["p50"] == pytest.approx(0.1)


def test_the_mean_needs_all_three_quantiles() -> None:
    all_three = QuantileLosses.of_points(points_of([10.0], [11.0], bounds=([8.0], [13.0])))
    values = {metric.name: metric(all_three)[0] for metric in METRICS}
    assert values["mean_wql"] == pytest.approx((values["wql_p10"] + values["wql_p50"] + values["wql_p90"]) / 3)
    assert np.isnan(MEAN_WQL(QuantileLosses.of_points(points_of([10.0], [11.0], bounds=([8.0], [13.0]), level=0.9)))[0])


def test_names_of_quantiles_rise_and_keep_their_decimals() -> None:
    columns = {0.975: [12.0], 0.05: [8.0], 0.005: [7.0]}
    assert list(QuantileLosses.of_points(points_of([10.0], [10.0], quantiles=columns)).by_name()) == ["p0.5", "p5", "p50", "p97.5"]
