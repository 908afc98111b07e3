"""Scores, against golden numbers and plain loops."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm  # type: ignore[import-untyped]

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.scores import UsualDemand, interval_z, limit_bursts, limit_rises, score_z
from kpi_engine.shared.errors import InvalidValue

NAN = float("nan")


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (0, 0),
        (2, 0),
        (2.5, 15),
        (3, 30),
        (3.5, 40),
        (4, 50),
        (5, 60),
        (6, 70),
        (6.5, 73.3333333333),
        (9, 90),
        (10.5, 95),
        (12, 100),
        (400, 100),
    ],
)
def test_the_score_is_piecewise_linear_in_z_whatever_its_sign(z: float, expected: float) -> None:
    assert score_z(np.array([z, -z])).tolist() == pytest.approx([expected, expected], abs=1e-9)


def test_an_unknown_z_has_no_score() -> None:
    assert np.isnan(score_z(np.array([np.nan])))


@settings(max_examples=50)
@given(st.floats(-30, 30), st.floats(-30, 30))
def test_the_score_never_falls_when_z_grows(one: float, other: float) -> None:
    low, high = sorted((one, other), key=abs)
    assert score_z(np.array([low]))[0] <= score_z(np.array([high]))[0]


def naive_z(actual: float, interval: tuple[float, float, float], past: list[float], level: float, is_intermittent: bool = False) -> float:
    """The z of one day, by definition. interval: lower, expected, upper."""
    known_past = [value for value in past if not math.isnan(value)]
    unit = statistics.mean(known_past)
    lower, expected, upper = (math.log(1 + limit / unit) for limit in interval)
    quantile = norm.ppf((1 + level) / 2)
    distance = math.log(1 + actual / unit) - expected
    spread = (upper - expected if distance > 0 else expected - lower) / quantile
    if is_intermittent and distance > 0:
        n = max(7, len(known_past))
        spread = max(spread, (math.log(1 + max(known_past) / unit) - expected) / norm.ppf(n / (n + 1)))
    return float(distance / max(spread, 0.02))


def test_z_is_that_of_a_loop_over_series_and_days() -> None:
    generator = np.random.default_rng(7)
    past = generator.gamma(2, 10, (20, 30))
    past[generator.random(past.shape) < 0.3] = np.nan
    actual = generator.gamma(2, 10, (20, 7))
    lower, expected, upper = np.sort(generator.gamma(2, 10, (3, 20, 7)), axis=0)
    is_intermittent, level = generator.random(20) < 0.5, generator.choice([0.5, 0.8, 0.95], (20, 7))
    history = DailyValues.of(past, past, past, past)
    days = DailyValues.of(actual, expected, lower, upper, level)
    z = interval_z(days, UsualDemand.of(history, days, is_intermittent))
    for row in range(20):
        for day in range(7):
            interval = (lower[row, day], expected[row, day], upper[row, day])
            assert z[row, day] == pytest.approx(
                naive_z(actual[row, day], interval, past[row].tolist(), level[row, day], bool(is_intermittent[row]))
            )


def z_of(actual: list[float], past: list[float], *, bounds: tuple[float, float, float], is_intermittent: bool = False) -> list[float]:
    """The z of days that share an interval (lower, expected, upper)."""
    history = DailyValues.of(*(np.array([past]) for _ in range(4)))
    lower, expected, upper = (np.full((1, len(actual)), limit) for limit in bounds)
    days = DailyValues.of(np.array([actual]), expected, lower, upper)
    z: list[float] = interval_z(days, UsualDemand.of(history, days, np.array([is_intermittent])))[0].tolist()
    return z


def test_an_actual_at_a_bound_is_as_far_out_as_the_bound() -> None:
    assert z_of([90, 100, 110], [100.0] * 49, bounds=(90, 100, 110)) == pytest.approx([-1.2816, 0, 1.2816], abs=1e-4)


@settings(max_examples=50)
@given(st.floats(0, 1000), st.sampled_from([0.01, 0.1, 100.0, 1e6]))
def test_z_does_not_depend_on_the_unit_of_measure(actual: float, factor: float) -> None:
    bounds, past = (60.0, 100.0, 150.0), [80.0, 0.0, 130.0, 90.0] * 10
    (z,) = z_of([actual], past, bounds=bounds)
    (scaled_z,) = z_of([factor * actual], [factor * value for value in past], bounds=(factor * 60, factor * 100, factor * 150))
    assert scaled_z == pytest.approx(z, abs=1e-9)


def test_a_usual_sale_of_an_intermittent_series_is_nothing_and_a_huge_one_is_out() -> None:
    past = [0.0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 6, 0] * 3
    usual_sale, huge_sale = z_of([6, 90], past, bounds=(0, 0, 0), is_intermittent=True)
    assert usual_sale < 2.1
    assert huge_sale > 3


def test_a_day_without_an_interval_has_no_z() -> None:
    assert np.isnan(z_of([50], [100.0] * 49, bounds=(NAN, 100, 110))).all()
    assert np.isnan(z_of([50], [100.0] * 49, bounds=(90, 100, NAN))).all()
    assert np.isnan(z_of([50], [100.0] * 49, bounds=(90, NAN, 110))).all()
    assert np.isnan(z_of([NAN], [100.0] * 49, bounds=(90, 100, 110))).all()


def test_a_series_without_a_past_is_measured_by_its_interval() -> None:
    (z,) = z_of([50], [], bounds=(90, 100, 110))
    assert z < -3


def test_a_series_that_neither_had_nor_expects_demand_has_no_z() -> None:
    assert np.isnan(z_of([50], [0.0] * 49, bounds=(0, 0, 0), is_intermittent=True)).all()


def test_an_interval_without_width_still_has_a_spread() -> None:
    assert z_of([101], [100.0] * 49, bounds=(100, 100, 100)) == pytest.approx([math.log(2.01 / 2) / 0.02])


def test_a_coverage_outside_0_to_1_is_refused() -> None:
    with pytest.raises(InvalidValue, match="coverage is 80: write a share between 0 and 1"):
        DailyValues.of(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)), 80)


def test_a_rise_must_exceed_what_the_past_of_its_series_has_shown_and_a_fall_need_not() -> None:
    generator = np.random.default_rng(12)
    past_z = generator.normal(0, 1, (40, 49)) * generator.choice([1.0, 3.0], (40, 1))
    past_z[generator.random(past_z.shape) < 0.2] = NAN
    z = generator.normal(0, 3, (40, 7))
    result = limit_rises(z, past_z)
    for row in range(40):
        values = past_z[row][~np.isnan(past_z[row])]
        factor = max(1.0, values.max() / norm.ppf(0.8 ** (1 / len(values))))
        assert result[row] == pytest.approx(np.where(z[row] > 0, z[row] / factor, z[row]))
    assert (result != z).any()


def test_undisturbed_series_are_rarely_limited() -> None:
    past_z = np.random.default_rng(13).normal(0, 1, (5000, 49))
    assert (limit_rises(np.ones((5000, 1)), past_z) < 1).mean() == pytest.approx(0.2, abs=0.03)


def test_a_panel_with_bulk_orders_needs_larger_ones_and_its_busy_series_and_falls_do_not() -> None:
    generator = np.random.default_rng(14)
    past_z = generator.standard_t(3, (100, 49))
    is_intermittent = np.arange(100) < 50
    z = np.tile([4.0, -4.0], (100, 1))
    result = limit_bursts(z, past_z, is_intermittent)
    factor = np.quantile(past_z[:50], 0.99) / norm.ppf(0.99)
    assert factor > 1.5
    assert result[0] == pytest.approx([4 / factor, -4])
    assert (result[50:] == z[50:]).all()
    assert (limit_bursts(z[:20], past_z[:20], is_intermittent[:20]) == z[:20]).all()  # 980 days are too few
    assert (limit_bursts(z, past_z / 5, is_intermittent) == z).all()
