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

from contracts.tables import (
    ACTUAL_VALUE,
    BACKTEST,
    DAILY_DEMAND,
    DEMAND_DATE,
    DEMAND_SOURCE,
    DEMAND_VALUE,
    FORECAST_DATE,
    FORECASTS,
    HORIZON_DAYS,
    INTERVAL,
    INTERVAL_LEVEL,
    MEAN_VALUE,
    QUANTILE_LEVELS,
    QUANTILES,
    SERIES,
    SKU_UNITS,
    STOCKOUT,
    Column,
    Table,
)
from runtime.services.object_ports import Lake
from runtime.services.ports import ForecastFrames

FORECAST_COLUMNS = (*SERIES, FORECAST_DATE, HORIZON_DAYS, *INTERVAL, MEAN_VALUE, INTERVAL_LEVEL)
BACKTEST_COLUMNS = (*SERIES, FORECAST_DATE, HORIZON_DAYS, *INTERVAL, ACTUAL_VALUE)
QUANTILE_COLUMNS = (*SERIES, FORECAST_DATE, *QUANTILE_LEVELS)
DEMAND_COLUMNS = (*SERIES, DEMAND_DATE, DEMAND_VALUE, STOCKOUT, DEMAND_SOURCE)


class LakeForecastFrames(ForecastFrames):
    """One download and one scan per frame, of the required columns and days only."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    @override
    def forecast(self, run_id: UUID) -> pd.DataFrame:
        return self.read(FORECASTS, run_id, FORECAST_COLUMNS)

    @override
    def backtest(self, run_id: UUID) -> pd.DataFrame:
        return self.read(BACKTEST, run_id, BACKTEST_COLUMNS)

    @override
    def quantiles(self, run_id: UUID) -> pd.DataFrame:
        return self.read(QUANTILES, run_id, QUANTILE_COLUMNS)

    @override
    def demand(self, run_id: UUID, since: date) -> pd.DataFrame:
        return self.read(DAILY_DEMAND, run_id, DEMAND_COLUMNS, f"{DEMAND_DATE.name} >= date '{since}'")

    @override
    def units(self, run_id: UUID) -> pd.DataFrame:
        return self.read(SKU_UNITS, run_id, SKU_UNITS.columns)

    def read(self, table: Table, run_id: UUID, columns: Sequence[Column], condition: str = "true") -> pd.DataFrame:
        """Return columns of a run's rows of a table, those for which a condition holds."""
        names = [column.name for column in columns]
        keys = [key for key in self._lake.keys(table.run_prefix(run_id)) if key.endswith(".parquet")]
        if not keys:
            return pd.DataFrame(columns=names)
        with TemporaryDirectory(prefix="signify-") as folder:
            paths = [Path(folder) / f"{number:05}.parquet" for number in range(len(keys))]
            for key, path in zip(keys, paths, strict=True):
                self._lake.download(key, path)
            with duckdb.connect(config={"threads": 2, "memory_limit": "800MB", "temp_directory": folder}) as connection:
                rows = connection.read_parquet([str(path) for path in paths], hive_partitioning=False)
                frame: pd.DataFrame = rows.filter(condition).project(", ".join(names)).df()
                return frame
