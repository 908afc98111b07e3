"""KPI values, accuracy reports and frames in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pandas as pd
from typing_extensions import override

from contracts.tables import QUANTILE_LEVELS
from runtime.models.domain.kpis import KpiMetric, RunAccuracy
from runtime.services.ports import ForecastFrames, KpiRepository


class InMemoryKpis(KpiRepository):
    """Values and reports by their keys."""

    def __init__(self) -> None:
        self.metrics: dict[tuple[object, ...], KpiMetric] = {}
        self.accuracies: dict[tuple[object, ...], RunAccuracy] = {}
        self.week_ahead: dict[date, float] = {}

    @override
    def save_metrics(self, metrics: Sequence[KpiMetric]) -> None:
        for metric in metrics:
            key = (metric.name, metric.period_grain, metric.period_start, metric.dimension_hash, metric.run_id, metric.calculation_date)
            self.metrics[key] = metric

    @override
    def save_accuracy(self, accuracy: RunAccuracy) -> None:
        self.accuracies[accuracy.run_id, accuracy.basis, accuracy.as_of_date] = accuracy

    @override
    def week_wapes(self, since: date, until: date) -> list[tuple[date, float]]:
        return sorted((day, wape) for day, wape in self.week_ahead.items() if since < day <= until)


class InMemoryFrames(ForecastFrames):
    """Frames by run; dates become timestamps, as they do in Parquet."""

    def __init__(self) -> None:
        self.forecasts: dict[UUID, pd.DataFrame] = {}
        self.backtests: dict[UUID, pd.DataFrame] = {}
        self.quantile_frames: dict[UUID, pd.DataFrame] = {}
        self.demands: dict[UUID, pd.DataFrame] = {}
        self.units_by_run: dict[UUID, pd.DataFrame] = {}

    @override
    def forecast(self, run_id: UUID) -> pd.DataFrame:
        if run_id not in self.forecasts:
            return pd.DataFrame(columns=["site_id", "sku_id", "forecast_date", "predicted_value"])
        return self.forecasts[run_id].assign(forecast_date=lambda frame: pd.to_datetime(frame["forecast_date"]))

    @override
    def backtest(self, run_id: UUID) -> pd.DataFrame:
        if run_id not in self.backtests:
            return pd.DataFrame(columns=["site_id", "sku_id", "forecast_date"])
        return self.backtests[run_id].assign(forecast_date=lambda frame: pd.to_datetime(frame["forecast_date"]))

    @override
    def quantiles(self, run_id: UUID) -> pd.DataFrame:
        if run_id not in self.quantile_frames:
            return pd.DataFrame(columns=["site_id", "sku_id", "forecast_date", *(column.name for column in QUANTILE_LEVELS)])
        return self.quantile_frames[run_id].assign(forecast_date=lambda frame: pd.to_datetime(frame["forecast_date"]))

    @override
    def demand(self, run_id: UUID, since: date) -> pd.DataFrame:
        demand = self.demands[run_id].assign(demand_date=lambda frame: pd.to_datetime(frame["demand_date"]))
        return demand[demand["demand_date"] >= pd.Timestamp(since)]

    @override
    def units(self, run_id: UUID) -> pd.DataFrame:
        return self.units_by_run.get(run_id, pd.DataFrame(columns=["sku_id", "uom"]))
