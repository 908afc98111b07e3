"""Frames from the Parquet files of a run."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from contracts.tables import DAILY_DEMAND
from runtime.adapters.lake.forecast_frames import LakeForecastFrames
from tests.fakes import InMemoryLake
from tests.fakes.examples import AS_OF, a_run, parquet, put_forecast


def test_forecasts_come_from_all_files_of_the_run(lake: InMemoryLake, tmp_path: Path) -> None:
    put_forecast(lake, tmp_path, a_run().id)
    put_forecast(lake, tmp_path, a_run("other").id)
    frame = LakeForecastFrames(lake).forecast(a_run().id)
    assert len(frame) == 56
    assert frame["forecast_date"].min() == pd.Timestamp(AS_OF + timedelta(days=1))
    assert frame["predicted_value"].dtype == "float64"


def test_a_run_without_a_backtest_has_an_empty_frame(lake: InMemoryLake) -> None:
    frame = LakeForecastFrames(lake).backtest(a_run().id)
    assert len(frame) == 0
    assert {"forecast_date", "actual_value"} <= set(frame.columns)


def test_a_run_whose_forecaster_gave_no_further_quantiles_has_an_empty_frame_of_them(lake: InMemoryLake) -> None:
    frame = LakeForecastFrames(lake).quantiles(a_run().id)
    assert len(frame) == 0
    assert {"forecast_date", "p01", "p50", "p99"} <= set(frame.columns)


def test_only_the_days_asked_for_are_read(lake: InMemoryLake, tmp_path: Path) -> None:
    rows = [
        {"site_id": "A", "sku_id": "B", "demand_date": date(2026, 11, day), "demand": 1.5, "stockout": day == 3}
        | {"source": "orders", "lag_1": None}
        for day in range(1, 11)
    ]
    lake.upload(parquet(tmp_path / "x.parquet", rows), f"{DAILY_DEMAND.run_prefix(a_run().id)}part-0.parquet")
    frame = LakeForecastFrames(lake).demand(a_run().id, date(2026, 11, 3))
    assert list(frame.columns) == ["site_id", "sku_id", "demand_date", "demand", "stockout", "source"]
    assert (len(frame), frame["stockout"].tolist().count(True)) == (8, 1)
