"""What was expected of a day before it came, beside what came: forecasts of earlier runs, and of this run's back-test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kpi_engine.anomalies.detection.detector import Panel, intermittent
from kpi_engine.anomalies.detection.kinds import Days
from runtime.models.domain.runs import ForecastRun
from runtime.services.ports import ForecastFrames

if TYPE_CHECKING:
    from kpi_engine.shared.arrays import Floats

SERIES = ["site_id", "sku_id"]
BOUNDS = ["predicted_value", "confidence_lower", "confidence_upper"]
MEASURE = "demand"
DAYS_BETWEEN_RUNS = 7


@dataclass(frozen=True)
class Expectations:
    """The panel that the detector judges: the last `judged` days, after `past` days from which it learns what is usual."""

    frames: ForecastFrames
    past: int
    judged: int

    def panel(self, run: ForecastRun, earlier: Sequence[ForecastRun]) -> Panel | None:
        """Every series of which anything was expected on those days, or None when nothing was.

        Of several forecasts of a day the newest counts that was made before it. A day without stock, and one of which no demand is
        recorded, is not judged: what was sold then is not what was wanted.
        """
        first = run.as_of_date - timedelta(days=self.past + self.judged - 1)
        rows = _newest(self._forecasts(run, earlier), first, run.as_of_date)
        if rows.empty:
            return None
        demand = self.frames.demand(run.id, first)
        known = demand.loc[~demand["stockout"].astype(bool)].rename(columns={"demand_date": "forecast_date"})
        known["forecast_date"] = pd.to_datetime(known["forecast_date"])
        joined = rows.merge(known[[*SERIES, "forecast_date", "demand"]], on=[*SERIES, "forecast_date"])
        return self._arrange(joined, first) if len(joined) else None

    def _forecasts(self, run: ForecastRun, earlier: Sequence[ForecastRun]) -> Iterable[pd.DataFrame]:
        tested = self.frames.backtest(run.id)
        if len(tested):
            yield tested
        for old in earlier:
            yield self.frames.forecast(old.id)

    def _arrange(self, rows: pd.DataFrame, first: date) -> Panel:
        """Rows as matrices, series by day; what is not there is NaN."""
        code, keys = pd.MultiIndex.from_frame(rows[SERIES]).factorize(sort=True)
        day = (rows["forecast_date"] - pd.Timestamp(first)).dt.days.to_numpy()
        cells = np.full((4, len(keys), self.past + self.judged), np.nan)
        for place, column in enumerate(["demand", *BOUNDS]):
            cells[place, code, day] = rows[column].to_numpy(dtype=np.float64)
        actual, expected, lower, upper = cells
        days = Days.of(*(values[:, self.past :] for values in (actual, expected, lower, upper)))
        dimensions = [dict(zip(SERIES, key, strict=True)) for key in keys]
        residual: Floats = actual[:, : self.past] - expected[:, : self.past]
        return Panel(MEASURE, dimensions, first + timedelta(days=self.past), days, residual, intermittent(actual[:, : self.past]))


def reaching(runs: Iterable[ForecastRun], first: date) -> list[ForecastRun]:
    """Of runs, newest first, those that forecast any day from first on: one a week, which is enough to know every day from before."""
    kept: list[ForecastRun] = []
    for run in runs:
        far_enough = not kept or run.as_of_date <= kept[-1].as_of_date - timedelta(days=DAYS_BETWEEN_RUNS)
        if far_enough and run.as_of_date + timedelta(days=run.horizon_days) >= first:
            kept.append(run)
    return kept


def _newest(forecasts: Iterable[pd.DataFrame], first: date, last: date) -> pd.DataFrame:
    """For each series and day of first..last the forecast that was made the fewest days before it."""
    columns = [*SERIES, "forecast_date", "horizon_days", *BOUNDS]
    listed = [frame[columns].assign(forecast_date=pd.to_datetime(frame["forecast_date"])) for frame in forecasts]
    if not listed:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(listed, ignore_index=True)
    rows = rows[rows["forecast_date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    newest: pd.DataFrame = rows.sort_values("horizon_days", kind="stable").drop_duplicates([*SERIES, "forecast_date"])
    return newest
