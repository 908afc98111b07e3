"""Every figure of every breakdown beside exact fractions: floats may differ in their last bits only."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy import exact
from tests.unit.kpi_engine.accuracy.exact import Point

TENTH = Fraction(1, 10)


class Case(NamedTuple):
    """Points and the engine's report of them."""

    points: list[Point]
    report: dict[str, Any]


@pytest.fixture(scope="module", params=[11, 12, 13])
def case(request: pytest.FixtureRequest) -> Case:
    points = exact.random_points(request.param)
    return Case(points, ForecastAccuracyEngine().calculate_forecast_kpis(*exact.frames_of(points)))


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-12, abs=1e-12)


def test_figures_of_the_total_are_exact(case: Case) -> None:
    points, report = case
    more = report["additional"]
    assert report["wape"] == near(exact.wape(points))
    assert report["mape"] == near(exact.mape(points))
    assert more["smape"] == near(exact.smape(points))
    assert more["mae"] == near(exact.mean_absolute_error(points))
    assert more["rmse"] == near(math.sqrt(exact.mean_squared_error(points) or 0))
    assert more["sum_abs_error"] == float(sum(abs(p.error) for p in points))
    assert more["accuracy"] == near(max(0.0, 100 - (exact.wape(points) or 0)))


def test_bias_of_the_total_is_exact(case: Case) -> None:
    points, bias = case.points, case.report["bias"]
    assert bias["units"] == float(sum(p.error for p in points))
    assert bias["mean"] == near(float(Fraction(sum(p.error for p in points), len(points))))
    assert bias["percent"] == near(exact.bias_percent(points))


def test_the_tracking_signal_is_that_of_the_last_thirteen_iso_weeks(case: Case) -> None:
    for row in case.report["bias"]["control"]["worst_series"]:
        own = [p for p in case.points if (p.site, p.sku) == (row["site_id"], row["sku_id"])]
        newest = max(p.monday for p in own)
        recent = [p for p in own if p.monday > newest - timedelta(weeks=13)]
        assert row["n"] == len(recent) < len(own)
        signal = exact.divide(exact.total(p.error for p in recent), Fraction(exact.mean_absolute_error(recent) or 0))
        assert row["tracking_signal"] == near(signal)
        assert row["bias_units"] == near(float(sum(p.error for p in recent)))
    assert case.report["bias"]["control"]["worst_series"]


def test_figures_of_intervals_are_exact(case: Case) -> None:
    points, intervals = case.points, case.report["ci_coverage"]
    n = len(points)
    assert intervals["coverage"] == near(exact.coverage(points))
    assert intervals["gap"] == near((exact.coverage(points) or 0) - 80)
    assert intervals["share_below"] == near(100 * sum(p.actual < p.lower for p in points) / n)
    assert intervals["share_above"] == near(100 * sum(p.actual > p.upper for p in points) / n)
    assert intervals["mean_width"] == near(float(sum(p.upper - p.lower for p in points) / n))
    assert intervals["relative_width"] == near(float(sum(p.upper - p.lower for p in points) / sum(abs(p.actual) for p in points)))
    assert intervals["interval_score"] == near(exact.interval_score(points))


def test_quantile_losses_are_exact(case: Case) -> None:
    points, more = case.points, case.report["additional"]
    expected = {
        "p10": exact.weighted_quantile_loss(points, TENTH, lambda p: p.lower),
        "p50": exact.weighted_quantile_loss(points, 5 * TENTH, lambda p: p.forecast),
        "p90": exact.weighted_quantile_loss(points, 9 * TENTH, lambda p: p.upper),
    }
    assert more["wql"] == {name: near(value) for name, value in expected.items()}
    assert more["mean_wql"] == near(sum(value or 0 for value in expected.values()) / 3)


@pytest.mark.parametrize(("breakdown", "key"), [("sku_breakdown", "sku"), ("site_breakdown", "site")])
def test_rows_of_skus_and_sites_are_exact(case: Case, breakdown: str, key: str) -> None:
    groups = exact.group(case.points, lambda p: str(getattr(p, key)))
    rows = case.report[breakdown]
    assert {row[f"{key}_id"] for row in rows} == set(groups)
    all_errors = sum(abs(p.error) for p in case.points)
    for row in rows:
        points = groups[row[f"{key}_id"]]
        abs_error = sum(abs(p.error) for p in points)
        assert (row["n"], row["abs_error"]) == (len(points), float(abs_error))
        assert (row["wape"], row["mape"]) == (near(exact.wape(points)), near(exact.mape(points)))
        assert (row["bias_pct"], row["coverage"]) == (near(exact.bias_percent(points)), near(exact.coverage(points)))
        assert row["share_of_error"] == near(float(100 * abs_error / all_errors))


def test_rows_of_lead_times_are_exact(case: Case) -> None:
    groups = exact.group(case.points, lambda p: p.lead)
    rows = case.report["additional"]["horizon_profile"]
    assert [row["horizon_days"] for row in rows] == sorted(p for p in groups if isinstance(p, int))
    for row in rows:
        points = groups[row["horizon_days"]]
        assert (row["n"], row["wape"], row["bias_pct"]) == (len(points), near(exact.wape(points)), near(exact.bias_percent(points)))


def test_rows_of_weeks_and_their_pools_are_exact(case: Case) -> None:
    groups = exact.group(case.points, lambda p: p.monday)
    rows = {row["iso_week"]: row for row in case.report["weekly_trends"]}
    assert list(rows) == [f"{monday:%G-W%V}" for monday in sorted({p.monday for p in case.points})]
    for monday in {p.monday for p in case.points}:
        row, points = rows[f"{monday:%G-W%V}"], groups[monday]
        assert (row["n"], row["n_days"]) == (len(points), len({p.day for p in points}))
        assert (row["wape"], row["mape"]) == (near(exact.wape(points)), near(exact.mape(points)))
        assert row["bias_pct"] == near(exact.bias_percent(points))
        assert row["wape_4w"] == near(exact.wape(pool(case.points, monday, 4)))
        assert row["wape_13w"] == near(exact.wape(pool(case.points, monday, 13)))
        before = exact.wape(groups.get(monday - timedelta(weeks=1), []))
        assert row["delta_points"] == near(None if before is None else (exact.wape(points) or 0) - before)


def pool(points: list[Point], monday: date, weeks: int) -> list[Point]:
    return [p for p in points if monday - timedelta(weeks=weeks) < p.monday <= monday]


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_each_lag_is_that_of_the_newest_forecast_that_old(case: Case, weeks: int) -> None:
    snapshots: dict[tuple[str, str, date], Point] = {}
    for p in case.points:
        sunday = p.monday - timedelta(days=7 * (weeks - 1) + 1)
        key = p.site, p.sku, p.day
        if p.day - timedelta(days=p.lead) <= sunday and (key not in snapshots or p.lead < snapshots[key].lead):
            snapshots[key] = p
    lag = case.report["additional"]["lag"][f"{weeks}w"]
    targets = {(p.site, p.sku, p.day) for p in case.points}
    points = list(snapshots.values())
    assert (lag["n"], lag["no_snapshot"]) == (len(points), len(targets) - len(points))
    assert (lag["wape"], lag["bias_pct"]) == (near(exact.wape(points)), near(exact.bias_percent(points)))


def test_the_error_of_the_total_is_that_of_the_newest_forecasts(case: Case) -> None:
    newest: dict[tuple[str, str, date], Point] = {}
    for p in case.points:
        key = p.site, p.sku, p.day
        newest[key] = min(p, newest.get(key, p), key=lambda point: point.lead)
    days = exact.group(newest.values(), lambda p: p.day).values()
    errors = exact.total(abs(exact.total(p.error for p in points)) for points in days)
    volume = exact.total(abs(exact.total(p.actual for p in points)) for points in days)
    assert case.report["additional"]["wape_aggregate_first"] == near(exact.divide(100 * errors, volume))
