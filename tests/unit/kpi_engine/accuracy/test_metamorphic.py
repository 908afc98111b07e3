"""How the accuracy report must change when its frames change: units, labels, days, and rows that cannot matter."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy import panels

ENGINE = ForecastAccuracyEngine()
WEEK = timedelta(days=7)
BOUNDS = ["predicted_value", "confidence_lower", "confidence_upper"]
SHARES = ("mape", "wape")


@cache
def frames(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    return panels.forecasts(seed, skus=4), panels.demand(seed, skus=4)


def report(forecast: pd.DataFrame, demand: pd.DataFrame, **settings: Any) -> dict[str, Any]:
    return ENGINE.calculate_forecast_kpis(forecast, demand, **settings)


def numbers(value: Any, path: str = "") -> dict[str, Any]:
    """Every leaf of a report by its path; rows by their number."""
    if isinstance(value, dict):
        return {name: leaf for key, item in value.items() for name, leaf in numbers(item, f"{path}.{key}").items()}
    if isinstance(value, list):
        return {name: leaf for at, item in enumerate(value) for name, leaf in numbers(item, f"{path}[{at}]").items()}
    return {path: value}


def assert_equal(one: dict[str, Any], other: dict[str, Any], leave_out: tuple[str, ...] = ()) -> None:
    first, second = numbers(one), numbers(other)
    assert first.keys() == second.keys()
    for path, value in first.items():
        if not any(part in path for part in leave_out):
            expected = pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
            assert second[path] == expected, path


def scale_quantiles(values: dict[str, float], factor: float) -> dict[str, float]:
    return {level: value * factor for level, value in values.items()}


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("factor", [0.125, 16.0])
def test_another_unit_of_demand_changes_quantities_and_no_percentage(factor: float, grain: str) -> None:
    forecast, demand = frames(1)
    scaled_forecast = forecast.assign(
        **{name: forecast[name] * factor for name in BOUNDS},
        quantiles=forecast["quantiles"].map(lambda values: scale_quantiles(values, factor)),
    )
    before, after = (
        report(forecast, demand, error_grain=grain),
        report(scaled_forecast, demand.assign(actual_value=demand["actual_value"] * factor), error_grain=grain),
    )
    for name in SHARES:
        assert after[name] == pytest.approx(before[name])
    for name in ("coverage", "gap", "share_below", "share_above", "relative_width"):
        assert after["ci_coverage"][name] == (
            None if before["ci_coverage"][name] is None else pytest.approx(before["ci_coverage"][name])
        ), name
    for name in ("units", "mean"):
        assert after["bias"][name] == pytest.approx(before["bias"][name] * factor)
    assert after["bias"]["control"]["volume_out_of_control"] == pytest.approx(before["bias"]["control"]["volume_out_of_control"])
    assert_equal(before["additional"]["fva"], after["additional"]["fva"])
    assert after["additional"]["wql"] == pytest.approx(before["additional"]["wql"])
    assert [row["demand_class"] for row in after["sku_breakdown"]] == [row["demand_class"] for row in before["sku_breakdown"]]


@pytest.mark.parametrize("weeks", [-260, -1, 3, 52])
def test_all_days_some_weeks_later_change_nothing_but_the_dates(weeks: int) -> None:
    forecast, demand = frames(2)
    shift = WEEK * weeks
    later_forecast = forecast.assign(**{name: [day + shift for day in forecast[name]] for name in ("forecast_date", "as_of_date")})
    later_demand = demand.assign(demand_date=[day + shift for day in demand["demand_date"]])
    before, after = report(forecast, demand), report(later_forecast, later_demand)
    assert after["window"]["start"] != before["window"]["start"]
    assert_equal(before, after, leave_out=("iso_week", ".window."))


def test_skus_under_names_of_the_same_order_change_nothing_but_the_names() -> None:
    forecast, demand = frames(3)
    rename = {f"K{number}": f"Ärtikel {number:03}" for number in range(9)}
    new_frames = (frame.assign(sku_id=frame["sku_id"].map(rename)) for frame in (forecast, demand))
    before, after = report(forecast, demand), report(*new_frames)
    assert [row["sku_id"] for row in after["sku_breakdown"]] == [rename[row["sku_id"]] for row in before["sku_breakdown"]]
    assert_equal(before, after, leave_out=("sku_id",))


@pytest.mark.parametrize("grain", ["day", "week"])
def test_every_series_twice_under_another_site_changes_no_ratio_and_doubles_every_count(grain: str) -> None:
    forecast, demand = frames(4)
    twice = [pd.concat([frame, frame.assign(site_id=frame["site_id"] + "-copy")]) for frame in (forecast, demand)]
    before, after = report(forecast, demand, error_grain=grain), report(*twice, error_grain=grain)
    for name in SHARES:
        assert after[name] == pytest.approx(before[name])
    assert after["bias"]["units"] == pytest.approx(2 * before["bias"]["units"])
    for name in ("matched", "forecast_only", "actual_only"):
        assert after["joins"][name] == 2 * before["joins"][name], name
    assert after["ci_coverage"]["n"] == 2 * before["ci_coverage"]["n"]
    assert [row["wape"] for row in after["sku_breakdown"]] == pytest.approx([row["wape"] for row in before["sku_breakdown"]])


def test_a_sku_that_was_only_forecast_is_counted_and_moves_no_figure() -> None:
    forecast, demand = frames(5)
    new_sku = forecast[forecast["sku_id"] == "K0"].assign(sku_id="NEW")
    before, after = report(forecast, demand), report(pd.concat([forecast, new_sku]), demand)
    n_new = int(new_sku["predicted_value"].notna().sum())
    assert after["joins"]["forecast_only"] == before["joins"]["forecast_only"] + n_new
    assert_equal(before, after, leave_out=(".joins.",))


def test_a_sku_that_was_only_sold_is_counted_and_moves_no_figure() -> None:
    forecast, demand = frames(5)
    new_sku = demand[demand["sku_id"] == "K0"].assign(sku_id="NEW")
    before, after = report(forecast, demand), report(forecast, pd.concat([demand, new_sku]))
    first_day = forecast["forecast_date"].min()
    assert after["joins"]["actual_only"] == before["joins"]["actual_only"] + int((new_sku["demand_date"] >= first_day).sum())
    assert_equal(before, after, leave_out=(".joins.",))


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_of_two_sites_pool_to_those_of_the_whole(seed: int) -> None:
    forecast, demand = frames(seed)
    whole = report(forecast, demand)
    parts = [report(*(frame[frame["site_id"] == site] for frame in (forecast, demand))) for site in ("S0", "S1")]
    assert whole["bias"]["units"] == pytest.approx(sum(part["bias"]["units"] for part in parts))
    assert whole["joins"]["matched"] == sum(part["joins"]["matched"] for part in parts)
    for name in SHARES:
        assert min(part[name] for part in parts) - 1e-9 <= whole[name] <= max(part[name] for part in parts) + 1e-9
    rows = {row["site_id"]: row for row in whole["site_breakdown"]}
    for site, part in zip(("S0", "S1"), parts, strict=True):
        for name in ("wape", "mape"):
            assert rows[site][name] == pytest.approx(part[name]), (site, name)
        assert rows[site]["n"] == part["joins"]["matched"]


def test_demand_before_the_first_forecast_is_the_same_as_a_history() -> None:
    forecast, demand = frames(6)
    is_early = pd.Series([day < forecast["forecast_date"].min() for day in demand["demand_date"]], index=demand.index)
    assert_equal(report(forecast, demand), ENGINE.calculate_forecast_kpis(forecast, demand[~is_early], demand[is_early]))


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_what_was_forecast_of_days_without_an_actual_does_not_matter(value: float) -> None:
    forecast, demand = frames(7)
    keys = set(zip(demand["site_id"], demand["sku_id"], demand["demand_date"], strict=True))
    is_matched = np.array([key in keys for key in zip(forecast["site_id"], forecast["sku_id"], forecast["forecast_date"], strict=True)])
    assert not is_matched.all()
    other = forecast.assign(predicted_value=forecast["predicted_value"].where(is_matched | forecast["predicted_value"].isna(), value))
    assert_equal(report(forecast, demand), report(other, demand))


@pytest.mark.parametrize("seed", range(3))
def test_a_forecast_that_is_the_actual_has_no_error_and_beats_every_simple_method(seed: int) -> None:
    forecast, demand = frames(seed)
    points = forecast.drop(columns=["predicted_value", "quantiles"]).merge(
        demand.rename(columns={"demand_date": "forecast_date", "actual_value": "predicted_value"}),
        on=["site_id", "sku_id", "forecast_date"],
    )
    kpis = report(points, demand)
    assert (kpis["wape"], kpis["mape"], kpis["bias"]["units"]) == (0, 0, 0)
    assert kpis["additional"]["fva"]["points"] == pytest.approx(kpis["additional"]["fva"]["benchmark_wape"])
    assert kpis["bias"]["control"]["series_out_of_control"] == 0
    assert all(row["share_of_error"] is None for row in kpis["sku_breakdown"])


@pytest.mark.parametrize("seed", range(3))
def test_over_and_under_forecasts_of_one_size_have_one_wape_and_opposite_bias(seed: int) -> None:
    forecast, demand = frames(seed)
    points = forecast.drop(columns="quantiles").merge(
        demand.rename(columns={"demand_date": "forecast_date"}), on=["site_id", "sku_id", "forecast_date"]
    )
    over, under = (
        report(points.assign(predicted_value=points["actual_value"] + sign * 2).drop(columns="actual_value"), demand) for sign in (1, -1)
    )
    assert over["wape"] == pytest.approx(under["wape"])
    assert over["mape"] == pytest.approx(under["mape"])
    assert over["bias"]["units"] == -under["bias"]["units"] == pytest.approx(2 * over["joins"]["matched"])
    signals, mirrored_signals = ([row["tracking_signal"] for row in each["bias"]["control"]["worst_series"]] for each in (over, under))
    assert signals == pytest.approx([-signal for signal in mirrored_signals])
    assert signals


@pytest.mark.parametrize("levels", [(0.5, 0.8), (0.8, 0.95)])
def test_intervals_of_two_levels_report_the_mean_of_what_they_claim(levels: tuple[float, float]) -> None:
    forecast, demand = frames(8)
    rng = np.random.default_rng(8)
    level = rng.choice(np.array(levels), len(forecast))
    mixture = report(forecast.assign(interval_level=level), demand)
    parts = [report(forecast[level == own].assign(interval_level=own), demand) for own in levels]
    n, inside = (
        sum(part["ci_coverage"]["n"] for part in parts),
        sum(part["ci_coverage"]["n"] * part["ci_coverage"]["coverage"] for part in parts),
    )
    claims = sum(part["ci_coverage"]["n"] * part["ci_coverage"]["nominal"] for part in parts)
    assert mixture["ci_coverage"]["n"] == n
    assert mixture["ci_coverage"]["coverage"] == pytest.approx(inside / n)
    assert mixture["ci_coverage"]["nominal"] == pytest.approx(claims / n)
    for name in {name for part in parts for name in part["additional"]["wql"]}:
        assert name in mixture["additional"]["wql"]
