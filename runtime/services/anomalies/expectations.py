"""Expectations of past days beside their demand: forecasts of earlier runs, and of this run's back-test.

Of a forecast of an earlier run more quantiles are read than P10, P50 and P90, if it has any; the back-test has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from contracts.tables import DEMAND_SOURCE, INTERVAL_LEVEL, MEAN_VALUE, QUANTILE_LEVELS
from kpi_engine.anomalies.daily_values import DEFAULT_COVERAGE, DailyValues, ForecastQuantiles
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.shared.demand_class import DemandClass, demand_classes, is_rare
from runtime.models.domain.runs import ForecastRun, PublishedRun
from runtime.services.anomalies.missing_rows import mark_missing_rows
from runtime.services.ports import ForecastFrames

SERIES = ["site_id", "sku_id"]
BOUNDS = ["predicted_value", "confidence_lower", "confidence_upper"]
LEVEL = INTERVAL_LEVEL.name
MEAN = MEAN_VALUE.name
QUANTILES = [column.name for column in QUANTILE_LEVELS]
SOURCE = DEMAND_SOURCE.name
MEASURE = "demand"
DAYS_BETWEEN_RUNS = 7


@dataclass(frozen=True)
class Expectations:
    """The panel of the detector: the last window_days, after past_days from which it learns what is usual."""

    frames: ForecastFrames
    past_days: int
    window_days: int

    def panel(self, run: ForecastRun, earlier_runs: Sequence[PublishedRun]) -> DetectionPanel | None:
        """Return every series of which anything was expected on those days, or None when nothing was.

        Of several forecasts of a day the newest counts that was made before it. A day without stock, and one without a row, is left out:
        what was sold then is not what was wanted. A day whose demand is unknown is a gap in the data, and so is one whose row is missing
        (missing_rows.py).
        """
        first_day = run.as_of_date - timedelta(days=self.past_days + self.window_days - 1)
        forecasts = _newest_forecasts(self._read_forecasts(run, earlier_runs), first_day, run.as_of_date)
        if forecasts.empty:
            return None
        demand = self.frames.demand(run.id, first_day)
        in_stock = demand.loc[~demand["stockout"].astype(bool)].rename(columns={"demand_date": "forecast_date"})
        in_stock["forecast_date"] = pd.to_datetime(in_stock["forecast_date"])
        rows = forecasts.merge(in_stock[[*SERIES, "forecast_date", "demand", SOURCE]], on=[*SERIES, "forecast_date"])
        return self._arrange(rows, first_day) if len(rows) else None

    def _read_forecasts(self, run: ForecastRun, earlier_runs: Sequence[PublishedRun]) -> Iterable[pd.DataFrame]:
        backtest = self.frames.backtest(run.id)
        if len(backtest):
            yield backtest
        for earlier in earlier_runs:
            forecast, quantiles = self.frames.forecast(earlier.run_id), self.frames.quantiles(earlier.run_id)
            yield forecast if quantiles.empty else forecast.merge(quantiles, on=[*SERIES, "forecast_date"], how="left")

    def _arrange(self, rows: pd.DataFrame, first_day: date) -> DetectionPanel:
        """Rows as matrices, series by day; what is not there is NaN."""
        series, keys = pd.MultiIndex.from_frame(rows[SERIES]).factorize(sort=True)
        day = (rows["forecast_date"] - pd.Timestamp(first_day)).dt.days.to_numpy()
        cells = np.full((6, len(keys), self.past_days + self.window_days), np.nan)
        for layer, column in enumerate(["demand", *BOUNDS, LEVEL, MEAN]):
            cells[layer, series, day] = rows[column].to_numpy(dtype=np.float64)
        quantiles = np.full((len(QUANTILES), *cells.shape[1:]), np.nan, dtype=np.float32)
        for layer, column in enumerate(QUANTILES):
            quantiles[layer, series, day] = rows[column].to_numpy(dtype=np.float64)
        sources = np.full(cells.shape[1:], None, dtype=object)
        sources[series, day] = rows[SOURCE].to_numpy(dtype=object)
        cells[0, mark_missing_rows(sources, self.past_days)] = np.nan
        forecast = ForecastQuantiles(tuple(QUANTILE_LEVELS.values()), quantiles)
        days, past = (
            replace(DailyValues.of(*cells[:5, :, part]), quantiles=forecast.select_days(part), mean=cells[5, :, part])
            for part in (slice(self.past_days, None), slice(0, self.past_days))
        )
        classes = demand_classes(past.actual, window_days=self.past_days, without_demand=DemandClass.INTERMITTENT)
        return DetectionPanel(
            measure=MEASURE,
            dimensions=[dict(zip(SERIES, key, strict=True)) for key in keys],
            first_day=first_day + timedelta(days=self.past_days),
            days=days,
            past=past,
            is_intermittent=is_rare(classes),
        )


def select_weekly_runs(runs: Iterable[PublishedRun], first_day: date) -> list[PublishedRun]:
    """Of runs, newest first, return those that forecast any day from first_day on: one a week, enough to cover every day before it."""
    selection: list[PublishedRun] = []
    for run in runs:
        is_week_older = not selection or run.as_of_date <= selection[-1].as_of_date - timedelta(days=DAYS_BETWEEN_RUNS)
        if is_week_older and run.as_of_date + timedelta(days=run.horizon_days) >= first_day:
            selection.append(run)
    return selection


def _newest_forecasts(forecasts: Iterable[pd.DataFrame], first_day: date, last_day: date) -> pd.DataFrame:
    """For each series and day of first_day..last_day the forecast that was made the fewest days before it.

    A forecast without a level of its interval, as those of the back-test, has the bounds P10 and P90.
    """
    columns = [*SERIES, "forecast_date", "horizon_days", *BOUNDS, LEVEL, MEAN, *QUANTILES]
    frames = [frame.reindex(columns=columns).assign(forecast_date=pd.to_datetime(frame["forecast_date"])) for frame in forecasts]
    if not frames:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(frames, ignore_index=True).fillna({LEVEL: DEFAULT_COVERAGE})
    rows = rows[rows["forecast_date"].between(pd.Timestamp(first_day), pd.Timestamp(last_day))]
    newest: pd.DataFrame = rows.sort_values("horizon_days", kind="stable").drop_duplicates([*SERIES, "forecast_date"])
    return newest
