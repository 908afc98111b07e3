"""The engine's report compared with that of a plain loop over the same frames."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.errors import DuplicateKeys, MissingColumns
from tests.unit.kpi_engine.examples import actuals, forecasts, golden, random_panel

ENGINE = ForecastAccuracyEngine()


def loop(forecast: pd.DataFrame, actual: pd.DataFrame, key: str | None = None) -> dict[str, dict[str, float]]:
    """WAPE, MAPE, bias and coverage by a value of `key` (or of everything), one row at a time."""
    actuals_by_key = {(r["site_id"], r["sku_id"], r["demand_date"]): r["actual_value"] for r in actual.to_dict("records")}
    groups: dict[str, list[tuple[float, float, float, float]]] = {}
    for row in forecast.to_dict("records"):
        a = actuals_by_key.get((row["site_id"], row["sku_id"], row["forecast_date"]))
        if a is not None:
            name = row[key] if key else "all"
            groups.setdefault(name, []).append((a, row["predicted_value"], row["confidence_lower"], row["confidence_upper"]))
    kpis: dict[str, dict[str, float]] = {}
    for name, rows in groups.items():
        kpis[name] = {
            "n": len(rows),
            "wape": 100 * sum(abs(a - f) for a, f, _, _ in rows) / sum(a for a, *_ in rows),
            "mape": 100 * float(np.mean([abs(a - f) / a for a, f, _, _ in rows if a])),
            "bias_pct": 100 * sum(f - a for a, f, _, _ in rows) / sum(a for a, *_ in rows),
            "coverage": 100 * float(np.mean([low <= a <= high for a, _, low, high in rows])),
        }
    return kpis


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_totals_equal_a_plain_loop(seed: int) -> None:
    forecast, actual = random_panel(seed)
    kpis, expected = ENGINE.calculate_forecast_kpis(forecast, actual), loop(forecast, actual)["all"]
    assert kpis["joins"]["matched"] == expected["n"]
    assert kpis["wape"] == pytest.approx(expected["wape"], rel=1e-12)
    assert kpis["mape"] == pytest.approx(expected["mape"], rel=1e-12)
    assert kpis["bias"]["percent"] == pytest.approx(expected["bias_pct"], rel=1e-12)
    assert kpis["ci_coverage"]["coverage"] == pytest.approx(expected["coverage"], rel=1e-12)


@pytest.mark.parametrize(("breakdown", "key"), [("sku_breakdown", "sku_id"), ("site_breakdown", "site_id")])
def test_breakdowns_equal_a_plain_loop(breakdown: str, key: str) -> None:
    forecast, actual = random_panel(4)
    expected = loop(forecast, actual, key)
    rows = ENGINE.calculate_forecast_kpis(forecast, actual)[breakdown]
    assert {row[key] for row in rows} == set(expected)
    for row in rows:
        for name in ("n", "wape", "mape", "bias_pct", *(["coverage"] if key == "sku_id" else [])):
            assert row[name] == pytest.approx(expected[row[key]][name], rel=1e-12), (row[key], name)


def test_shares_of_the_error_sum_to_a_hundred_and_ranks_follow_them() -> None:
    rows = ENGINE.calculate_forecast_kpis(*random_panel(5))["sku_breakdown"]
    assert sum(row["share_of_error"] for row in rows) == pytest.approx(100)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["abs_error"] for row in rows] == sorted((row["abs_error"] for row in rows), reverse=True)


def test_the_order_of_rows_changes_not_even_the_last_bit() -> None:
    forecast, actual = random_panel(6)
    shuffled_kpis = ENGINE.calculate_forecast_kpis(forecast.sample(frac=1, random_state=1), actual.sample(frac=1, random_state=2))
    assert shuffled_kpis == ENGINE.calculate_forecast_kpis(forecast, actual)


def test_inputs_are_not_changed() -> None:
    forecast, actual = random_panel(7)
    copies = forecast.copy(deep=True), actual.copy(deep=True)
    ENGINE.calculate_forecast_kpis(forecast, actual)
    pd.testing.assert_frame_equal(forecast, copies[0])
    pd.testing.assert_frame_equal(actual, copies[1])


def test_the_answer_is_json_without_a_value_that_json_has_not() -> None:
    for forecast, actual in (random_panel(8), golden(), (forecasts([]), actuals([])), (forecasts([1]), actuals([0]))):
        json.dumps(ENGINE.calculate_forecast_kpis(forecast, actual), allow_nan=False)


def test_empty_frames_give_nulls_with_a_reason() -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([]), actuals([]))
    assert (kpis["wape"], kpis["mape"], kpis["ci_coverage"]["coverage"], kpis["window"]) == (None, None, None, None)
    assert set(kpis["undefined"].values()) == {"no_observations"}
    assert (kpis["sku_breakdown"], kpis["weekly_trends"]) == ([], [])


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
def test_a_value_that_is_no_number_counts_as_missing(nothing: float | None) -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([10, 10]), actuals([10, nothing]))
    assert (kpis["joins"]["matched"], kpis["joins"]["forecast_only"]) == (1, 1)
    kpis = ENGINE.calculate_forecast_kpis(forecasts([10, nothing or float("nan")]), actuals([10, 10]))
    assert (kpis["joins"]["matched"], kpis["joins"]["n_excluded"]["missing_forecast"]) == (1, 1)


def test_points_without_a_counterpart_are_counted() -> None:
    forecast = pd.concat([forecasts([1, 1], sku="A"), forecasts([1], sku="only forecast")])
    actual = pd.concat([actuals([1], sku="A"), actuals([1, 1], sku="only actual")])
    joins = ENGINE.calculate_forecast_kpis(forecast, actual)["joins"]
    assert (joins["matched"], joins["forecast_only"], joins["actual_only"]) == (1, 2, 2)


def test_all_missing_columns_are_named_at_once() -> None:
    with pytest.raises(MissingColumns, match="forecast_data lacks sku_id, predicted_value; it has forecast_date"):
        ENGINE.calculate_forecast_kpis(forecasts([1])[["forecast_date"]], actuals([1]))
    with pytest.raises(MissingColumns, match="actual_data lacks demand_date"):
        ENGINE.calculate_forecast_kpis(forecasts([1]), actuals([1]).drop(columns="demand_date"))


def test_duplicate_points_are_refused_and_one_is_named() -> None:
    with pytest.raises(DuplicateKeys, match="site ALL, SKU SKU-1, 2026-11-02"):
        ENGINE.calculate_forecast_kpis(pd.concat([forecasts([1]), forecasts([2])]), actuals([1]))
    with pytest.raises(DuplicateKeys, match="actual_data"):
        ENGINE.calculate_forecast_kpis(forecasts([1]), pd.concat([actuals([1]), actuals([1])]))


def test_mape_needs_a_point_with_an_actual() -> None:
    assert ENGINE.calculate_mape(pd.DataFrame({"predicted_value": [1.0], "actual_value": [0.0]})) is None
    with pytest.raises(MissingColumns, match="actual_value"):
        ENGINE.calculate_mape(pd.DataFrame({"predicted_value": [1.0]}))
