"""Forecasts and actuals of runs as frames, from the Parquet files in the lake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import duckdb
import pandas as pd
from typing_extensions import override

from contracts.tables import BACKTEST as BACKTEST_TABLE
from contracts.tables import DAILY_DEMAND, FORECASTS
from runtime.services.ports import ForecastFrames, Lake

FORECAST = (
    "site_id",
    "sku_id",
    "forecast_date",
    "horizon_days",
    "predicted_value",
    "confidence_lower",
    "confidence_upper",
    "interval_level",
)
BACKTEST = (*FORECAST[:-1], "actual_value")
DEMAND = ("site_id", "sku_id", "demand_date", "demand", "stockout")


class LakeForecastFrames(ForecastFrames):
    """ForecastFrames: one download and one scan per frame; only the columns and days asked for are read."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    @override
    def forecast(self, run_id: UUID) -> pd.DataFrame:
        return self._frame(FORECASTS.run_prefix(run_id), FORECAST)

    @override
    def backtest(self, run_id: UUID) -> pd.DataFrame:
        return self._frame(BACKTEST_TABLE.run_prefix(run_id), BACKTEST)

    @override
    def demand(self, run_id: UUID, since: date) -> pd.DataFrame:
        return self._frame(DAILY_DEMAND.run_prefix(run_id), DEMAND, f"demand_date >= date '{since}'")

    def _frame(self, prefix: str, columns: Sequence[str], condition: str = "true") -> pd.DataFrame:
        keys = [key for key in self._lake.keys(prefix) if key.endswith(".parquet")]
        if not keys:
            return pd.DataFrame(columns=list(columns))
        with TemporaryDirectory(prefix="signify-") as folder:
            paths = [Path(folder) / f"{number:05}.parquet" for number in range(len(keys))]
            for key, path in zip(keys, paths, strict=True):
                self._lake.download(key, path)
            with duckdb.connect(config={"threads": 2, "memory_limit": "800MB", "temp_directory": folder}) as connection:
                rows = connection.read_parquet([str(path) for path in paths], hive_partitioning=False)
                frame: pd.DataFrame = rows.filter(condition).project(", ".join(columns)).df()
                return frame
