"""The engine against plain loops on random panels."""

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
    """One panel, the engine's answer, and the pairs to compute it from again."""

    answer: dict[str, Any]
    pairs: list[Pair]
    demand: Demand
    forecast: pd.DataFrame


@pytest.fixture(scope="module", params=[1, 2])
def case(request: pytest.FixtureRequest) -> Case:
    forecast, demand = panels.forecasts(request.param), panels.demand(request.param)
    answer = ForecastAccuracyEngine().calculate_forecast_kpis(forecast, demand)
    known = loops.known(demand)
    return Case(answer, loops.pairs(forecast, known), known, forecast)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-10)


def test_the_errors(case: Case) -> None:
    more, pairs = case.answer["additional"], case.pairs
    assert case.answer["mape"] == near(loops.mape(pairs))
    assert case.answer["wape"] == near(loops.wape(pairs))
    assert more["smape"] == near(loops.smape(pairs))
    assert more["rmse"] == near(loops.rmse(pairs))
    assert more["mae"] == near(sum(abs(p.error) for p in pairs) / len(pairs))
    assert more["sum_abs_error"] == near(sum(abs(p.error) for p in pairs))
    assert more["accuracy_raw"] == near(100 - loops.wape(pairs))


def test_the_bias(case: Case) -> None:
    bias, pairs = case.answer["bias"], case.pairs
    assert bias["units"] == near(sum(p.error for p in pairs))
    assert bias["percent"] == near(100 * sum(p.error for p in pairs) / sum(p.actual for p in pairs))
    assert bias["tracking_signal"] == near(loops.tracking_signal(pairs))
    assert bias["verdict"] == ("out_of_control" if abs(bias["tracking_signal"]) > 4 else "in_control")


def test_the_intervals(case: Case) -> None:
    found, pairs = case.answer["ci_coverage"], case.pairs
    assert found["coverage"] == near(loops.coverage(pairs))
    assert found["interval_score"] == near(loops.interval_score(pairs))
    held = loops.interval_pairs(pairs)
    assert (found["n"], found["n"] + sum(found["n_excluded"].values())) == (len(held), len(pairs))
    assert found["share_below"] == near(100 * sum(a < low for a, low, _ in held) / len(held))
    assert found["share_above"] == near(100 * sum(a > high for a, _, high in held) / len(held))
    assert found["relative_width"] == near(sum(high - low for _, low, high in held) / sum(a for a, _, _ in held))


def test_the_quantile_losses(case: Case) -> None:
    found, pairs = case.answer["additional"]["wql"], case.pairs
    assert found["p50"] == near(loops.wape(pairs) / 100)
    assert found["p10"] == near(loops.wql(pairs, 0.1, lambda p: p.row["quantiles"]["0.1"]))
    assert found["p75"] == near(loops.wql(pairs, 0.75, lambda p: p.row["quantiles"]["0.75"]))
    assert found["p90"] == near(loops.wql(pairs, 0.9, lambda p: p.row["confidence_upper"]))
    assert case.answer["additional"]["mean_wql"] == near((found["p10"] + found["p50"] + found["p90"]) / 3)


def test_the_scaled_errors(case: Case) -> None:
    more = case.answer["additional"]
    assert more["mase"] == near(loops.scaled(case.pairs, case.demand, FIRST_TARGET, 1))
    assert more["rmsse"] == near(loops.scaled(case.pairs, case.demand, FIRST_TARGET, 2))


@pytest.mark.parametrize("method", ["seasonal_naive_7", "random_walk", "moving_average_28"])
def test_the_value_added_over_simple_methods(case: Case, method: str) -> None:
    found = case.answer["additional"]["fva"]["benchmarks"][method]
    compared = [(p, value) for p in case.pairs if (value := loops.naive(case.demand, p, method)) is not None]
    volume = sum(p.actual for p, _ in compared)
    theirs, ours = sum(abs(value - p.actual) for p, value in compared), sum(abs(p.error) for p, _ in compared)
    assert found["n_obs"] == len(compared)
    assert found["benchmark_wape"] == near(100 * theirs / volume)
    assert found["points"] == near(100 * (theirs - ours) / volume)
    assert found["relative_mae"] == near(ours / theirs)


def test_how_many_skus_beat_the_naive(case: Case) -> None:
    wins = []
    for pairs in loops.grouped(case.pairs, lambda p: p.sku).values():
        compared = [(p, value) for p in pairs if (value := loops.naive(case.demand, p, "seasonal_naive_7")) is not None]
        wins.append(sum(abs(p.error) for p, _ in compared) < sum(abs(value - p.actual) for p, value in compared))
    assert case.answer["additional"]["fva"]["share_skus_beating_naive"] == near(100 * sum(wins) / len(wins))


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_the_lag_accuracy(case: Case, weeks: int) -> None:
    found, snapshots = case.answer["additional"]["lag"][f"{weeks}w"], loops.lag(case.pairs, weeks)
    targets = {(p.site, p.sku, p.day) for p in case.pairs}
    assert (found["n"], found["no_snapshot"]) == (len(snapshots), len(targets) - len(snapshots))
    if snapshots:
        assert found["wape"] == near(loops.wape(snapshots))
    else:
        assert case.answer["undefined"][f"lag_{weeks}w"] == "no_snapshot_at_lag"


def test_the_horizon_profile(case: Case) -> None:
    by_lead = loops.grouped(case.pairs, lambda p: (p.day - p.origin).days)
    found = {row["horizon_days"]: row for row in case.answer["additional"]["horizon_profile"]}
    assert set(found) == set(by_lead)
    for ahead, pairs in by_lead.items():
        assert (found[ahead]["n"], found[ahead]["wape"]) == (len(pairs), near(loops.wape(pairs)))


@pytest.mark.parametrize(("breakdown", "key"), [("sku_breakdown", "sku"), ("site_breakdown", "site")])
def test_the_breakdowns(case: Case, breakdown: str, key: str) -> None:
    expected = loops.grouped(case.pairs, lambda p: getattr(p, key))
    rows = {row[f"{key}_id"]: row for row in case.answer[breakdown]}
    assert set(rows) == set(expected)
    for name, pairs in expected.items():
        row = rows[name]
        assert (row["n"], row["wape"], row["mape"]) == (len(pairs), near(loops.wape(pairs)), near(loops.mape(pairs)))
        assert row["coverage"] == near(loops.coverage(pairs))
        assert row["mase"] == near(loops.scaled(pairs, case.demand, FIRST_TARGET, 1))
        assert row["share_of_error"] == near(100 * sum(abs(p.error) for p in pairs) / sum(abs(p.error) for p in case.pairs))


def test_the_demand_classes(case: Case) -> None:
    values: dict[str, list[float]] = {}
    for (_, sku, _), value in case.demand.items():
        values.setdefault(sku, []).append(value)
    for row in case.answer["sku_breakdown"]:
        assert row["demand_class"] == loops.demand_class(values[row["sku_id"]])


def test_the_weeks_and_their_pooled_values(case: Case) -> None:
    weeks = loops.grouped(case.pairs, lambda p: p.day - timedelta(days=p.day.weekday()))
    rows = case.answer["weekly_trends"]
    assert [row["iso_week"] for row in rows] == [f"{monday:%G-W%V}" for monday in sorted(weeks)]
    for row, monday in zip(rows, sorted(weeks), strict=True):
        pooled = [p for p in case.pairs if timedelta(0) <= monday - p.day + timedelta(days=6) < timedelta(days=28)]
        assert (row["wape"], row["wape_4w"]) == (near(loops.wape(weeks[monday])), near(loops.wape(pooled)))
        assert row["n_days"] == len({p.day for p in weeks[monday]})
    changes = [b["wape"] - a["wape"] for a, b in pairwise(rows)]
    assert [row["delta_points"] for row in rows[1:]] == [near(change) for change in changes]


def test_the_trend_of_many_weeks() -> None:
    demand = pd.DataFrame({"sku_id": "A", "demand_date": [panels.FIRST + timedelta(days=day) for day in range(84)], "actual_value": 10.0})
    forecast = demand.rename(columns={"demand_date": "forecast_date"}).drop(columns="actual_value")
    forecast["predicted_value"] = [10 + (day // 7) ** 1.5 for day in range(84)]
    found = ForecastAccuracyEngine().calculate_forecast_kpis(forecast, demand)
    wapes = [row["wape"] for row in found["weekly_trends"]]
    slopes = [(wapes[j] - wapes[i]) / (j - i) for i in range(12) for j in range(i + 1, 12)]
    assert found["additional"]["trend"] == {"slope": near(median(slopes)), "direction": "worsening", "n_weeks": 12}


def test_the_joins(case: Case) -> None:
    joins = case.answer["joins"]
    missing = int(case.forecast["predicted_value"].isna().sum())
    assert joins["matched"] == len(case.pairs)
    assert joins["forecast_only"] == len(case.forecast) - missing - len(case.pairs)
    assert joins["n_excluded"]["missing_forecast"] == missing
    since = {key for key in case.demand if key[2] >= FIRST_TARGET}
    assert joins["actual_only"] == len(since - {(p.site, p.sku, p.day) for p in case.pairs})
    assert joins["n_excluded"]["zero_actual"] == sum(p.actual == 0 for p in case.pairs)
