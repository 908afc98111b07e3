"""The engine beside plain loops on random panels."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy import loops, panels
from tests.unit.kpi_engine.accuracy.loops import Demand, Pair

FIRST_TARGET = panels.FIRST + timedelta(days=panels.TRAINING_DAYS)


class Case(NamedTuple):
    """One panel, the engine's report, and the pairs to compute it from again."""

    report: dict[str, Any]
    pairs: list[Pair]
    demand: Demand
    forecast: pd.DataFrame


@pytest.fixture(scope="module", params=[1, 2])
def case(request: pytest.FixtureRequest) -> Case:
    forecast, demand = panels.forecasts(request.param), panels.demand(request.param)
    report = ForecastAccuracyEngine().calculate_forecast_kpis(forecast, demand)
    demand_by_key = loops.index_demand(demand)
    return Case(report, loops.match(forecast, demand_by_key), demand_by_key, forecast)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-10)


def test_errors_equal_those_of_a_loop(case: Case) -> None:
    more, pairs = case.report["additional"], case.pairs
    assert case.report["mape"] == near(loops.mape(pairs))
    assert case.report["wape"] == near(loops.wape(pairs))
    assert more["smape"] == near(loops.smape(pairs))
    assert more["rmse"] == near(loops.rmse(pairs))
    assert more["mae"] == near(sum(abs(p.error) for p in pairs) / len(pairs))
    assert more["sum_abs_error"] == near(sum(abs(p.error) for p in pairs))
    assert more["accuracy_raw"] == near(100 - loops.wape(pairs))


def test_bias_and_tracking_signal_equal_those_of_a_loop(case: Case) -> None:
    bias, pairs = case.report["bias"], case.pairs
    assert bias["units"] == near(sum(p.error for p in pairs))
    assert bias["percent"] == near(100 * sum(p.error for p in pairs) / sum(p.actual for p in pairs))
    series = {(p.site, p.sku): [other for other in pairs if (other.site, other.sku) == (p.site, p.sku)] for p in pairs}
    values_by_series = {key: [value for (site, sku, _), value in case.demand.items() if (site, sku) == key] for key in series}
    frequent = {key for key, values in values_by_series.items() if loops.demand_class(values) in ("smooth", "erratic")}
    signals = {key: loops.tracking_signal(own) for key, own in series.items() if len(own) >= 6 and key in frequent}
    assert len(signals) < len(series)
    out = {key for key, signal in signals.items() if abs(signal) > max(4, 2.5 * len(series[key]) ** 0.5)}
    volume = {key: sum(abs(p.actual) for p in series[key]) for key in signals}
    control = bias["control"]
    assert (control["series_judged"], control["series_out_of_control"]) == (len(signals), len(out))
    assert control["volume_out_of_control"] == near(100 * sum(volume[key] for key in out) / sum(volume.values()))
    assert {(row["site_id"], row["sku_id"]): row["tracking_signal"] for row in control["worst_series"]} == {
        key: near(signals[key]) for key in sorted(out, key=lambda key: -abs(sum(p.error for p in series[key])))[:10]
    }
    assert bias["tracking_signal"] is None


def test_coverage_misses_and_widths_equal_those_of_a_loop(case: Case) -> None:
    coverage, pairs = case.report["ci_coverage"], case.pairs
    assert coverage["coverage"] == near(loops.coverage(pairs))
    assert coverage["interval_score"] == near(loops.interval_score(pairs))
    intervals = loops.interval_pairs(pairs)
    assert (coverage["n"], coverage["n"] + sum(coverage["n_excluded"].values())) == (len(intervals), len(pairs))
    assert coverage["share_below"] == near(100 * sum(a < low for a, low, _ in intervals) / len(intervals))
    assert coverage["share_above"] == near(100 * sum(a > high for a, _, high in intervals) / len(intervals))
    assert coverage["relative_width"] == near(sum(high - low for _, low, high in intervals) / sum(a for a, _, _ in intervals))


def test_quantile_losses_equal_those_of_a_loop(case: Case) -> None:
    wql, pairs = case.report["additional"]["wql"], case.pairs
    assert wql["p50"] == near(loops.wape(pairs) / 100)
    assert wql["p10"] == near(loops.wql(pairs, 0.1, lambda p: p.row["quantiles"]["0.1"]))
    assert wql["p75"] == near(loops.wql(pairs, 0.75, lambda p: p.row["quantiles"]["0.75"]))
    assert wql["p90"] == near(loops.wql(pairs, 0.9, lambda p: p.row["confidence_upper"]))
    assert case.report["additional"]["mean_wql"] == near((wql["p10"] + wql["p50"] + wql["p90"]) / 3)


def test_scaled_errors_equal_those_of_a_loop(case: Case) -> None:
    more = case.report["additional"]
    assert more["mase"] == near(loops.scale_errors(case.pairs, case.demand, FIRST_TARGET, 1))
    assert more["rmsse"] == near(loops.scale_errors(case.pairs, case.demand, FIRST_TARGET, 2))


@pytest.mark.parametrize("method", ["seasonal_naive_7", "random_walk", "moving_average_28"])
def test_value_added_over_simple_methods_equals_that_of_a_loop(case: Case, method: str) -> None:
    fva = case.report["additional"]["fva"]["benchmarks"][method]
    points = [(p, value) for p in case.pairs if (value := loops.naive(case.demand, p, method)) is not None]
    volume = sum(p.actual for p, _ in points)
    theirs, ours = sum(abs(value - p.actual) for p, value in points), sum(abs(p.error) for p, _ in points)
    assert fva["n_obs"] == len(points)
    assert fva["benchmark_wape"] == near(100 * theirs / volume)
    assert fva["points"] == near(100 * (theirs - ours) / volume)
    assert fva["relative_mae"] == near(ours / theirs)


def test_as_many_skus_beat_the_naive_as_in_a_loop(case: Case) -> None:
    wins = []
    for pairs in loops.group(case.pairs, lambda p: p.sku).values():
        points = [(p, value) for p in pairs if (value := loops.naive(case.demand, p, "seasonal_naive_7")) is not None]
        wins.append(sum(abs(p.error) for p, _ in points) < sum(abs(value - p.actual) for p, value in points))
    assert case.report["additional"]["fva"]["share_skus_beating_naive"] == near(100 * sum(wins) / len(wins))


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_lag_accuracy_equals_that_of_a_loop(case: Case, weeks: int) -> None:
    lag, snapshots = case.report["additional"]["lag"][f"{weeks}w"], loops.select_lag(case.pairs, weeks)
    targets = {(p.site, p.sku, p.day) for p in case.pairs}
    assert (lag["n"], lag["no_snapshot"]) == (len(snapshots), len(targets) - len(snapshots))
    if snapshots:
        assert lag["wape"] == near(loops.wape(snapshots))
    else:
        assert case.report["undefined"][f"lag_{weeks}w"] == "no_snapshot_at_lag"


def test_each_lead_time_has_the_wape_of_a_loop(case: Case) -> None:
    by_lead = loops.group(case.pairs, lambda p: (p.day - p.origin).days)
    rows = {row["horizon_days"]: row for row in case.report["additional"]["horizon_profile"]}
    assert set(rows) == set(by_lead)
    for ahead, pairs in by_lead.items():
        assert (rows[ahead]["n"], rows[ahead]["wape"]) == (len(pairs), near(loops.wape(pairs)))


@pytest.mark.parametrize(("breakdown", "key"), [("sku_breakdown", "sku"), ("site_breakdown", "site")])
def test_rows_of_skus_and_sites_equal_those_of_a_loop(case: Case, breakdown: str, key: str) -> None:
    expected = loops.group(case.pairs, lambda p: getattr(p, key))
    rows = {row[f"{key}_id"]: row for row in case.report[breakdown]}
    assert set(rows) == set(expected)
    for name, pairs in expected.items():
        row = rows[name]
        assert (row["n"], row["wape"], row["mape"]) == (len(pairs), near(loops.wape(pairs)), near(loops.mape(pairs)))
        assert row["coverage"] == near(loops.coverage(pairs))
        assert row["mase"] == near(loops.scale_errors(pairs, case.demand, FIRST_TARGET, 1))
        assert row["share_of_error"] == near(100 * sum(abs(p.error) for p in pairs) / sum(abs(p.error) for p in case.pairs))


def test_demand_classes_equal_those_of_a_loop(case: Case) -> None:
    values: dict[str, list[float]] = {}
    for (_, sku, _), value in case.demand.items():
        values.setdefault(sku, []).append(value)
    for row in case.report["sku_breakdown"]:
        assert row["demand_class"] == loops.demand_class(values[row["sku_id"]])


def test_weeks_and_their_pooled_values_equal_those_of_a_loop(case: Case) -> None:
    weeks = loops.group(case.pairs, lambda p: p.day - timedelta(days=p.day.weekday()))
    rows = case.report["weekly_trends"]
    assert [row["iso_week"] for row in rows] == [f"{monday:%G-W%V}" for monday in sorted(weeks)]
    for row, monday in zip(rows, sorted(weeks), strict=True):
        pool = [p for p in case.pairs if timedelta(0) <= monday - p.day + timedelta(days=6) < timedelta(days=28)]
        assert (row["wape"], row["wape_4w"]) == (near(loops.wape(weeks[monday])), near(loops.wape(pool)))
        assert row["n_days"] == len({p.day for p in weeks[monday]})
    changes = [b["wape"] - a["wape"] for a, b in pairwise(rows)]
    assert [row["delta_points"] for row in rows[1:]] == [near(change) for change in changes]


def test_the_trend_of_many_weeks_is_the_median_of_all_slopes() -> None:
    demand = pd.DataFrame({"sku_id": "A", "demand_date": [panels.FIRST + timedelta(days=day) for day in range(84)], "actual_value": 10.0})
    forecast = demand.rename(columns={"demand_date": "forecast_date"}).drop(columns="actual_value")
    forecast["predicted_value"] = [10 + (day // 7) ** 1.5 for day in range(84)]
    report = ForecastAccuracyEngine().calculate_forecast_kpis(forecast, demand)
    wapes = [row["wape"] for row in report["weekly_trends"]]
    slopes = [(wapes[j] - wapes[i]) / (j - i) for i in range(12) for j in range(i + 1, 12)]
    assert report["additional"]["trend"] == {"slope": near(median(slopes)), "direction": "worsening", "n_weeks": 12}


def test_every_row_is_counted_once_where_it_belongs(case: Case) -> None:
    joins = case.report["joins"]
    missing = int(case.forecast["predicted_value"].isna().sum())
    assert joins["matched"] == len(case.pairs)
    assert joins["forecast_only"] == len(case.forecast) - missing - len(case.pairs)
    assert joins["n_excluded"]["missing_forecast"] == missing
    since = {key for key in case.demand if key[2] >= FIRST_TARGET}
    assert joins["actual_only"] == len(since - {(p.site, p.sku, p.day) for p in case.pairs})
    assert joins["n_excluded"]["zero_actual"] == sum(p.actual == 0 for p in case.pairs)
