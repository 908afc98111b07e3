"""Whole reports do not depend on where blocks are cut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kpi_engine.accuracy.inputs import accuracy_inputs, known_demand
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy import exact, panels

ENGINE = ForecastAccuracyEngine()


def near(value: Any) -> Any:
    """The same value, floats but for their last bits: sums of blocks are added in another order."""
    if isinstance(value, dict):
        return {name: near(item) for name, item in value.items()}
    if isinstance(value, list):
        return [near(item) for item in value]
    return pytest.approx(value, rel=1e-11, abs=1e-11) if isinstance(value, float) else value


def set_block_rows(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    for module in (accuracy_inputs, known_demand):
        monkeypatch.setattr(module, "BLOCK_ROWS", rows)


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("rows", [1, 2, 83, 84, 85, 10**6])
def test_a_block_of_any_size_gives_the_same_report(monkeypatch: pytest.MonkeyPatch, rows: int, grain: str) -> None:
    forecast, demand = panels.forecasts(3), panels.demand(3)
    whole = ENGINE.calculate_forecast_kpis(forecast, demand, error_grain=grain)
    set_block_rows(monkeypatch, rows)
    assert ENGINE.calculate_forecast_kpis(forecast, demand, error_grain=grain) == near(whole)


@pytest.mark.parametrize("rows", [1, 2, 10**6])
def test_blocks_of_any_size_give_the_same_report_of_shuffled_rows_with_a_history(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    forecast, demand = panels.forecasts(4), panels.demand(4)
    is_early = demand["demand_date"] < panels.FIRST + timedelta(days=30)
    frames = [frame.sample(frac=1, random_state=rows % 7) for frame in (forecast, demand[~is_early], demand[is_early])]
    whole = ENGINE.calculate_forecast_kpis(forecast, demand)
    set_block_rows(monkeypatch, rows)
    assert ENGINE.calculate_forecast_kpis(*frames) == near(whole)


@pytest.mark.parametrize("rows", [1, 2])
def test_blocks_whose_series_have_no_actual_take_part(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    points = exact.random_points(5)
    forecast, demand = exact.frames_of(points)
    demand = demand[demand["sku_id"] != "B"]
    whole = ENGINE.calculate_forecast_kpis(forecast, demand)
    set_block_rows(monkeypatch, rows)
    report = ENGINE.calculate_forecast_kpis(forecast, demand)
    assert report == near(whole)
    assert report["joins"]["forecast_only"] == sum(p.sku == "B" for p in points)
    assert [row["sku_id"] for row in report["sku_breakdown"] if row["sku_id"] == "B"] == []
