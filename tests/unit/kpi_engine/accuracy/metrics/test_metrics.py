"""Single metrics on small sums, beside their formulas."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import NormalDist, median

import numpy as np
import pytest

from kpi_engine.accuracy.metrics.breakdown import SHARE_OF_ERROR, ErrorShares
from kpi_engine.accuracy.metrics.catalogue import HEADLINE_METRICS, METRICS
from kpi_engine.accuracy.metrics.control import TRACKING_SIGNAL, RecentErrors, SeriesControl, judge_bias
from kpi_engine.accuracy.metrics.interval import COVERAGE, INTERVAL_SCORE, judge_coverage, wilson
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from kpi_engine.accuracy.metrics.point import ACCURACY, ACCURACY_RAW, MAPE, WAPE, PointErrors
from kpi_engine.accuracy.metrics.quantile import LossSums, QuantileLosses
from kpi_engine.accuracy.metrics.weeks import TREND, WAPE_4W, WEEKLY_DELTA, WeekErrors
from kpi_engine.shared.metric import GET_ACCURACY, GET_KPIS

MONDAY = 20_780
RNG = np.random.default_rng(3)


def errors_of(actual: list[float], forecast: list[float]) -> PointErrors:
    """One group per point."""
    a, f = np.array(actual), np.array(forecast)
    size = np.abs(a)
    relative = np.divide(np.abs(f - a), size, out=np.zeros(len(a)), where=size > 0)
    return PointErrors(np.ones(len(a)), (size > 0) * 1.0, a, size, f - a, np.abs(f - a), relative, (f - a) ** 2, np.zeros(len(a)))


def control(error: float, abs_error: float, n: int) -> SeriesControl:
    """One series with these sums."""
    return SeriesControl(
        RecentErrors(*(np.array([float(value)]) for value in (n, n, error, abs_error))), np.ones(1), np.zeros(1, dtype=np.bool_)
    )


def week_errors(wapes: list[float], mondays: list[int] | None = None, complete: list[bool] | None = None) -> WeekErrors:
    """Weeks of a demand of 100, whose absolute error is their WAPE."""
    monday = np.array([MONDAY + 7 * number for number in range(len(wapes))] if mondays is None else mondays)
    errors = errors_of([100.0] * len(wapes), [100.0 + wape for wape in wapes])
    is_complete = np.ones(len(wapes), dtype=np.bool_) if complete is None else np.array(complete)
    return WeekErrors(monday=monday, errors=errors, n_days=np.full(len(wapes), 7), is_complete=is_complete)


def interval_sums(n: int, n_inside: int, level: float = 0.8) -> IntervalSums:
    one = np.ones(1)
    return IntervalSums(n * one, n * level * one, n_inside * one, (n - n_inside) * one, 0 * one, one, one, one, 0 * one, 0 * one)


def test_a_metric_gives_one_figure_per_group() -> None:
    errors = errors_of([10.0, 0.0, 20.0], [12.0, 1.0, 15.0])
    assert WAPE(errors) == pytest.approx([20.0, math.nan, 25.0], nan_ok=True)
    assert MAPE(errors.total()) == pytest.approx([(20 + 25) / 2])


def test_accuracy_is_floored_and_raw_accuracy_is_not() -> None:
    errors = errors_of([10.0, 0.0], [40.0, 0.0])
    assert ACCURACY(errors) == pytest.approx([0.0, math.nan], nan_ok=True)
    assert ACCURACY_RAW(errors)[0] == pytest.approx(-200.0)


@pytest.mark.parametrize(("hits", "n"), [(5, 7), (0, 12), (40, 40), (811, 1000)])
def test_the_ends_of_the_wilson_interval_solve_its_equation(hits: int, n: int) -> None:
    z = NormalDist().inv_cdf(0.975)
    for side in (-1, 1):
        p = wilson(np.array([float(hits)]), np.array([float(n)]), side=side)[0] / 100
        assert abs(hits / n - p) == pytest.approx(z * math.sqrt(max(p * (1 - p), 0) / n), abs=1e-6)


@pytest.mark.parametrize(
    ("n", "inside", "verdict"),
    [(0, 0, None), (29, 29, "insufficient_data"), (100, 80, "calibrated"), (100, 60, "overconfident"), (100, 97, "underconfident")],
)
def test_coverage_is_judged_by_whether_the_nominal_level_is_in_the_wilson_interval(n: int, inside: int, verdict: str | None) -> None:
    assert judge_coverage(interval_sums(n, inside)) == verdict


def test_without_an_interval_every_figure_of_it_is_undefined_but_the_level() -> None:
    nothing = IntervalSums.zeros(1)
    assert np.isnan(COVERAGE(nothing)[0])
    assert np.isnan(INTERVAL_SCORE(nothing)[0])
    assert nothing.nominal().tolist() == [80.0]


@pytest.mark.parametrize(
    ("error", "n", "verdict"),
    [
        (61.0, 6, "in_control"),
        (62.0, 6, "out_of_control"),
        (-62.0, 6, "out_of_control"),
        (-130.0, 28, "in_control"),
        (133.0, 28, "out_of_control"),
    ],
)
def test_a_series_is_out_of_control_beyond_what_chance_gives_either_way(error: float, n: int, verdict: str) -> None:
    errors = control(error, abs_error=10.0 * n, n=n)
    assert TRACKING_SIGNAL(errors)[0] == pytest.approx(error / 10)
    assert judge_bias(errors) == verdict


def test_few_points_are_not_judged_and_exact_forecasts_are_in_control() -> None:
    assert judge_bias(control(50.0, abs_error=50.0, n=5)) == "insufficient_data"
    assert judge_bias(control(0.0, abs_error=0.0, n=50)) == "in_control"


def test_the_change_of_a_week_needs_the_week_before() -> None:
    weeks = week_errors([10.0, 12.0, 9.0], mondays=[MONDAY, MONDAY + 7, MONDAY + 21])
    assert WEEKLY_DELTA(weeks) == pytest.approx([math.nan, 2.0, math.nan], nan_ok=True)


def test_a_pool_goes_back_in_calendar_weeks_and_not_in_rows() -> None:
    weeks = week_errors([10.0, 20.0, 60.0], mondays=[MONDAY, MONDAY + 7, MONDAY + 28])
    assert WAPE_4W(weeks) == pytest.approx([10.0, 15.0, 40.0])


def test_the_trend_is_the_median_slope_of_complete_weeks() -> None:
    wapes = RNG.uniform(10, 50, 11).tolist()
    complete = [number != 4 for number in range(11)]
    points = [(number, wape) for number, wape in enumerate(wapes) if complete[number]]
    slopes = [(other[1] - one[1]) / (other[0] - one[0]) for one, other in combinations(points, 2)]
    assert TREND(week_errors(wapes, complete=complete))[0] == pytest.approx(median(slopes))
    assert np.isnan(TREND(week_errors(wapes[:7]))[0])


def test_shares_of_the_error_sum_to_one_hundred() -> None:
    abs_error = RNG.uniform(0, 5, 9)
    assert SHARE_OF_ERROR(ErrorShares(abs_error, float(abs_error.sum()))).sum() == pytest.approx(100)
    assert np.isnan(SHARE_OF_ERROR(ErrorShares(np.zeros(2), 0.0))).all()


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.9])
def test_the_pinball_loss_is_least_at_the_quantile(tau: float) -> None:
    actual = RNG.gamma(2, 10, 999)
    losses = {share: LossSums.of_forecast(tau, actual, np.full(999, np.quantile(actual, share))).loss[0] for share in (0.1, 0.5, 0.9)}
    assert min(losses, key=lambda share: losses[share]) == tau


def test_losses_of_blocks_add_up_level_by_level() -> None:
    sums = LossSums(np.ones(1), np.full(1, 4.0), np.full(1, 1.0))
    both = QuantileLosses({0.5: sums, 0.1: sums}) + QuantileLosses({0.5: sums, 0.9: sums})
    assert both.by_name() == {"p10": 0.5, "p50": 0.5, "p90": 0.5}
    assert both.by_level[0.5].n.tolist() == [2.0]
    assert np.isnan(both.wql(0.75)[0])


def test_every_metric_has_a_path_of_its_own_and_says_where_it_is_served_and_none_of_a_row_is_stored() -> None:
    assert len({metric.path for metric in METRICS}) == len(METRICS)
    assert all("[]" not in metric.path for metric in HEADLINE_METRICS)
    assert not [metric.name for metric in METRICS if "[]" in metric.path and metric.served == GET_KPIS]
    assert all(metric.served in (GET_KPIS, GET_ACCURACY) for metric in METRICS)


def test_the_reasons_that_metrics_give_are_those_of_the_definitions() -> None:
    reasons = {metric.name: metric.reason for metric in HEADLINE_METRICS if metric.reason not in ("no_observations", None)}
    texts = {metric.name: metric.zero_policy for metric in HEADLINE_METRICS}
    assert reasons
    assert all(f"`{reason}`" in texts[name] for name, reason in reasons.items())
