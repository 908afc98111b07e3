"""Calculate the KPIs of a run: the accuracy of its back-test, and of every earlier run against what has happened since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from contracts.metrics import PlatformMetric
from kpi_engine.accuracy.metrics.spread import MEDIAN_SERIES_WAPE
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.models.domain.runs import ForecastRun, PublishedRun
from runtime.services.anomaly_ports import ReferenceData
from runtime.services.forecasts.forecast_health import measure_sigmas
from runtime.services.kpis.accuracy_metrics import extract_metrics
from runtime.services.kpis.sku_data import build_sku_data
from runtime.services.ports import ForecastFrames, KpiRepository, RunRepository

if TYPE_CHECKING:
    import pandas as pd

SKU_MASTER = "sku_master"
TRAINING_DAYS = 364
"""Days of demand before the first forecast day, to scale errors by."""
LATE_DAYS = 14
"""Days after a run's horizon in which late corrections of actuals still change its figures."""
WEEK = timedelta(days=7)
HISTORY = timedelta(weeks=15)
"""The two recent weeks and the 13 that they are compared with."""


@dataclass(frozen=True)
class KpiResult:
    """Results of the KPI calculation of one run. sigmas: see forecast_health.measure_sigmas."""

    accuracies: tuple[RunAccuracy, ...]
    n_kpis: int
    sigmas: float | None = None

    @property
    def headline(self) -> RunAccuracy | None:
        """The newest accuracy against actuals, or else the back-test."""
        return next(iter(self._against_actuals()), self.accuracies[0] if self.accuracies else None)

    @property
    def median_wape(self) -> float | None:
        """The WAPE of the median series of the headline."""
        return self.headline.report.additional.measures[MEDIAN_SERIES_WAPE.name] if self.headline else None

    @property
    def newest_week(self) -> RunAccuracy | None:
        """The newest accuracy over a week of actuals or more: single days vary too much for an alarm."""
        return next((accuracy for accuracy in self._against_actuals() if _length(accuracy) >= WEEK), None)

    @property
    def longest(self) -> RunAccuracy | None:
        """The accuracy over the most days of actuals, two weeks at least: bias shows in the long run."""
        return max((accuracy for accuracy in self._against_actuals() if _length(accuracy) >= 2 * WEEK), key=_length, default=None)

    def health(self) -> dict[PlatformMetric, float | None]:
        """Return the figures of the forecast alarms; None while there are too few actuals."""
        value_added = self.newest_week.report.additional.fva if self.newest_week else None
        return {
            PlatformMetric.FORECAST_SKILL: value_added.skill if value_added else None,
            PlatformMetric.FORECAST_VALUE_ADDED: value_added.points if value_added else None,
            PlatformMetric.BIASED_SHARE: _volume_out_of_control(self.longest) if self.longest else None,
            PlatformMetric.ACCURACY_SIGMAS: self.sigmas,
        }

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state."""
        headline = self.headline
        accuracy = {"run_id": str(headline.run_id), "basis": headline.basis.value, "wape": headline.report.wape} if headline else None
        return {"kpis": self.n_kpis, "reports": len(self.accuracies), "accuracy": accuracy}

    def _against_actuals(self) -> list[RunAccuracy]:
        return [accuracy for accuracy in self.accuracies if accuracy.basis is Basis.ACTUALS]


@dataclass(frozen=True, kw_only=True)
class KpiCalculation:
    """Compare forecasts with what happened and store the figures. reference: the SKU master, by which units are worth something."""

    runs: RunRepository
    frames: ForecastFrames
    kpis: KpiRepository
    engine: ForecastAccuracyEngine
    reference: ReferenceData

    def calculate(self, run_id: UUID) -> KpiResult:
        """Compute and store every report that this run can give; doing it again stores the same. Raises RunNotFound."""
        run = self.runs.get(run_id)
        accuracies = tuple(self._measure_runs(run))
        metrics = [metric for accuracy in accuracies for metric in extract_metrics(accuracy)]
        for accuracy in accuracies:
            self.kpis.save_accuracy(accuracy)
        self.kpis.save_metrics(metrics)
        history = self.kpis.week_wapes(run.as_of_date - HISTORY, run.as_of_date)
        return KpiResult(accuracies, len(metrics), measure_sigmas(history, run.as_of_date))

    def _measure_runs(self, run: ForecastRun) -> Iterator[RunAccuracy]:
        earlier = [old for old in self.runs.list_published_before(run.as_of_date) if _may_still_change(old, run.as_of_date)]
        backtest = _known_days(self.frames.backtest(run.id), "actual_value")
        first_days = [*(old.as_of_date for old in earlier), *([_first_day(backtest)] if len(backtest) else [])]
        if not first_days:
            return
        actuals = _actuals(self.frames.demand(run.id, min(first_days) - timedelta(days=TRAINING_DAYS)))
        skus = build_sku_data(self.frames.units(run.id), self.reference.rows(run.id, SKU_MASTER), run.as_of_date)
        if len(backtest):
            report = self.engine.report(backtest, _actuals_of_backtest(actuals, backtest), sku_data=skus)
            yield RunAccuracy(run.id, Basis.BACKTEST, run.as_of_date, run.id, report)
        for old in earlier:
            report = self.engine.report(self.frames.forecast(old.run_id), actuals, sku_data=skus)
            if report.joins.matched:
                yield RunAccuracy(old.run_id, Basis.ACTUALS, run.as_of_date, run.id, report)


def _length(accuracy: RunAccuracy) -> timedelta:
    return accuracy.report.window.length if accuracy.report.window else timedelta(0)


def _volume_out_of_control(accuracy: RunAccuracy) -> float | None:
    control = accuracy.report.bias.control
    return control.volume_out_of_control if control else None


def _may_still_change(old: PublishedRun, as_of_date: date) -> bool:
    return as_of_date <= old.as_of_date + timedelta(days=old.horizon_days + LATE_DAYS)


def _actuals(demand: pd.DataFrame) -> pd.DataFrame:
    """Return demand as actuals, without days whose demand is unknown: a day without stock shows what was sold, not what was wanted."""
    rows = _known_days(demand, "demand")
    return rows.loc[~rows["stockout"].astype(bool), ["site_id", "sku_id", "demand_date", "demand"]].rename(
        columns={"demand": "actual_value"}
    )


def _known_days(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[frame[column].notna()] if len(frame) else frame


def _actuals_of_backtest(actuals: pd.DataFrame, backtest: pd.DataFrame) -> pd.DataFrame:
    """Return the actuals that the back-test recorded for its days, after those of the days before."""
    import pandas as pd

    days = backtest.rename(columns={"forecast_date": "demand_date"})[["site_id", "sku_id", "demand_date", "actual_value"]]
    before = actuals[actuals["demand_date"] < backtest["forecast_date"].min()]
    together: pd.DataFrame = pd.concat([before, days.drop_duplicates(["site_id", "sku_id", "demand_date"])], ignore_index=True)
    return together


def _first_day(backtest: pd.DataFrame) -> date:
    first: datetime = backtest["forecast_date"].min()
    return first.date()
