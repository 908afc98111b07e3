"""Point errors and the ratios of their sums: what must hold for any points."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.metrics.accuracy_metric import AccuracyMetric
from kpi_engine.accuracy.metrics.bias import BIAS_PERCENT, BIAS_UNITS, MEAN_BIAS
from kpi_engine.accuracy.metrics.point import ACCURACY, ACCURACY_RAW, MAE, MAPE, METRICS, RMSE, SMAPE, SUM_ABS_ERROR, WAPE, PointErrors
from tests.unit.kpi_engine.accuracy.points import points_of

VALUES = st.integers(-40, 400).map(lambda quarters: quarters / 4)
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=25)
Pairs = list[tuple[float, float]]


def errors_of(pairs: Pairs) -> PointErrors:
    return PointErrors.of_points(points_of([a for a, _ in pairs], [f for _, f in pairs])).total()


def figure(metric: AccuracyMetric[PointErrors], pairs: Pairs) -> float | None:
    value = float(metric(errors_of(pairs))[0])
    return None if math.isnan(value) else value


def near(value: Fraction | float | None) -> object:
    return None if value is None else pytest.approx(float(value), rel=1e-12, abs=1e-12)


@given(PAIRS)
def test_every_ratio_of_sums_equals_exact_fractions(pairs: Pairs) -> None:
    points = [(Fraction(a), Fraction(f)) for a, f in pairs]
    n = len(points)
    abs_error, volume = sum(abs(f - a) for a, f in points), sum(abs(a) for a, _ in points)
    error, demand = sum(f - a for a, f in points), sum(a for a, _ in points)
    shares = [abs(f - a) / abs(a) for a, f in points if a]
    symmetric = [2 * abs(f - a) / (abs(a) + abs(f)) for a, f in points if a or f]
    assert figure(WAPE, pairs) == near(100 * abs_error / volume if volume else None)
    assert figure(MAPE, pairs) == near(100 * sum(shares) / len(shares) if shares else None)
    assert figure(SMAPE, pairs) == near(100 * sum(symmetric) / n)
    assert figure(MAE, pairs) == near(abs_error / n)
    assert figure(SUM_ABS_ERROR, pairs) == near(abs_error)
    assert figure(RMSE, pairs) == near(math.sqrt(sum((f - a) ** 2 for a, f in points) / n))
    assert (figure(BIAS_UNITS, pairs), figure(MEAN_BIAS, pairs)) == (near(error), near(error / n))
    assert figure(BIAS_PERCENT, pairs) == near(100 * error / demand if demand > 0 else None)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_points_changes_nothing(pairs: Pairs, random: object) -> None:
    shuffled_pairs = list(pairs)
    random.shuffle(shuffled_pairs)  # type: ignore[attr-defined]
    for metric in METRICS:
        assert figure(metric, shuffled_pairs) == near(figure(metric, pairs)), metric.name


@given(PAIRS, st.sampled_from([0.25, 2.0, 1024.0]))
def test_percentages_ignore_the_unit_and_quantities_follow_it(pairs: Pairs, factor: float) -> None:
    scaled_pairs = [(factor * a, factor * f) for a, f in pairs]
    for metric in (WAPE, MAPE, SMAPE, ACCURACY_RAW, BIAS_PERCENT):
        assert figure(metric, scaled_pairs) == near(figure(metric, pairs)), metric.name
    for metric in (MAE, RMSE, SUM_ABS_ERROR, BIAS_UNITS, MEAN_BIAS):
        assert figure(metric, scaled_pairs) == near(factor * (figure(metric, pairs) or 0)), metric.name


@given(PAIRS)
def test_mirrored_errors_change_the_sign_of_the_bias_and_no_size(pairs: Pairs) -> None:
    mirrored_pairs = [(a, 2 * a - f) for a, f in pairs]
    for metric in (BIAS_UNITS, MEAN_BIAS, BIAS_PERCENT):
        value = figure(metric, pairs)
        assert figure(metric, mirrored_pairs) == near(None if value is None else -value), metric.name
    for metric in (WAPE, MAPE, MAE, RMSE, SUM_ABS_ERROR):
        assert figure(metric, mirrored_pairs) == near(figure(metric, pairs)), metric.name


@given(PAIRS, VALUES)
def test_a_perfect_point_never_raises_an_error(pairs: Pairs, value: float) -> None:
    more = [*pairs, (value, value)]
    for metric in (WAPE, MAPE, SMAPE, MAE, RMSE):
        before, after = figure(metric, pairs), figure(metric, more)
        if before is not None and after is not None:
            assert after <= before + 1e-9, metric.name


@given(PAIRS)
def test_bounds_that_definitions_imply_are_kept(pairs: Pairs) -> None:
    wape, smape, mae, rmse = (figure(metric, pairs) for metric in (WAPE, SMAPE, MAE, RMSE))
    assert smape is not None
    assert mae is not None
    assert rmse is not None
    assert 0 <= smape <= 200 + 1e-9
    assert mae <= rmse + 1e-9
    assert abs(figure(BIAS_UNITS, pairs) or 0) <= (figure(SUM_ABS_ERROR, pairs) or 0)
    if wape is not None:
        assert figure(ACCURACY_RAW, pairs) == near(100 - wape)
        assert figure(ACCURACY, pairs) == near(max(0.0, 100 - wape))


@given(PAIRS, PAIRS)
def test_wape_of_two_groups_lies_between_theirs(one: Pairs, other: Pairs) -> None:
    values = [value for value in (figure(WAPE, one), figure(WAPE, other)) if value is not None]
    both = figure(WAPE, one + other)
    if len(values) == 2 and both is not None:
        assert min(values) - 1e-9 <= both <= max(values) + 1e-9


def test_only_mape_leaves_out_a_point_without_demand() -> None:
    pairs = [(0.0, 5.0), (10.0, 8.0)]
    assert figure(MAPE, pairs) == near(20)
    assert figure(WAPE, pairs) == near(70)
    assert figure(SMAPE, pairs) == near(100 * (2 + 4 / 18) / 2)
    assert figure(MAE, pairs) == near(3.5)


def test_a_point_without_demand_and_forecast_is_no_symmetric_error() -> None:
    assert figure(SMAPE, [(0.0, 0.0), (10.0, -10.0)]) == near(100)


def test_the_sign_of_demand_does_not_matter_to_the_size_of_an_error() -> None:
    for metric in (WAPE, MAPE, SMAPE, MAE):
        assert figure(metric, [(-10.0, -8.0)]) == near(figure(metric, [(10.0, 8.0)])), metric.name


def test_without_a_point_only_the_sum_of_errors_is_a_number() -> None:
    figures = {metric.name: figure(metric, []) for metric in METRICS}
    assert {name for name, value in figures.items() if value is not None} == {"sum_abs_error"}
