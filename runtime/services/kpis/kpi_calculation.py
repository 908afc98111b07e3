"""How good the forecasts were: this run's back-test, and every earlier run against what has happened since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contracts.metrics import Metric
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.domain.kpis import AccuracyReport, Basis
from runtime.models.domain.runs import ForecastRun
from runtime.services.forecasts.forecast_health import biased_share, sigmas_above_usual
from runtime.services.kpis.accuracy_metrics import metrics_of
from runtime.services.ports import ForecastFrames, KpiRepository, RunRepository

if TYPE_CHECKING:
    import pandas as pd

# A year of days to scale errors by, and the days for which late corrections of actuals still change an old run's figures.
TRAINING_DAYS = 364
LATE_DAYS = 14
WEEK = timedelta(days=7)
QUARTER = timedelta(weeks=15)  # the two weeks that are judged and the 13 that they are compared with


@dataclass(frozen=True)
class Measured:
    """What was computed in one run."""

    reports: tuple[AccuracyReport, ...]
    kpis: int
    sigmas: float | None = None
    """See forecast_health.sigmas_above_usual."""

    @property
    def headline(self) -> AccuracyReport | None:
        """The newest accuracy against actuals, or else the back-test."""
        return next((report for report in self.reports if report.basis is Basis.ACTUALS), self.reports[0] if self.reports else None)

    @property
    def week(self) -> AccuracyReport | None:
        """The newest accuracy over a week of actuals or more: days are too few to be judged by."""
        return next((report for report in self.reports if report.basis is Basis.ACTUALS and _days(report) >= WEEK), None)

    @property
    def longest(self) -> AccuracyReport | None:
        """The accuracy over the most days of actuals, two weeks at least: bias shows in the long run."""
        long = [report for report in self.reports if report.basis is Basis.ACTUALS and _days(report) >= 2 * WEEK]
        return max(long, key=_days, default=None)

    def health(self) -> dict[Metric, float | None]:
        """What alarms watch: percentage points by which a simple method is beaten, percent of biased volume, and sigmas."""
        return {
            Metric.FORECAST_VALUE_ADDED: self.week.payload["additional"]["fva"]["points"] if self.week else None,
            Metric.BIASED_SHARE: biased_share(self.longest.payload["sku_breakdown"]) if self.longest else None,
            Metric.ACCURACY_SIGMAS: self.sigmas,
        }

    def answer(self) -> dict[str, Any]:
        """The output of the state."""
        headline = self.headline
        accuracy = {"run_id": str(headline.run_id), "basis": headline.basis.value, "wape": headline.payload["wape"]} if headline else None
        return {"kpis": self.kpis, "reports": len(self.reports), "accuracy": accuracy}


@dataclass(frozen=True)
class AccuracyMeasurement:
    """Compare forecasts with what happened and keep the figures."""

    runs: RunRepository
    frames: ForecastFrames
    kpis: KpiRepository
    engine: ForecastAccuracyEngine

    def measure(self, run_id: UUID) -> Measured:
        """Compute and store every report that this run can give; doing it again stores the same. Raises RunNotFound."""
        run = self.runs.get(run_id)
        reports = tuple(self._reports(run))
        metrics = [metric for report in reports for metric in metrics_of(report)]
        for report in reports:
            self.kpis.save_accuracy(report)
        self.kpis.save_metrics(metrics)
        history = self.kpis.week_wapes(run.as_of_date - QUARTER, run.as_of_date)
        return Measured(reports, len(metrics), sigmas_above_usual(history, run.as_of_date))

    def _reports(self, run: ForecastRun) -> Iterator[AccuracyReport]:
        earlier = [old for old in self.runs.list_published_before(run.as_of_date) if _may_still_change(old, run.as_of_date)]
        tested = self.frames.backtest(run.id)
        begins = [*(old.as_of_date for old in earlier), *([_first_day(tested)] if len(tested) else [])]
        if not begins:
            return
        demand = _actuals(self.frames.demand(run.id, min(begins) - timedelta(days=TRAINING_DAYS)))
        if len(tested):
            yield self._report(run, Basis.BACKTEST, run, tested, _with_tested(demand, tested))
        for old in earlier:
            report = self._report(old, Basis.ACTUALS, run, self.frames.forecast(old.id), demand)
            if report.payload["joins"]["matched"]:
                yield report

    def _report(self, of: ForecastRun, basis: Basis, by: ForecastRun, forecast: pd.DataFrame, actual: pd.DataFrame) -> AccuracyReport:
        payload = self.engine.calculate_forecast_kpis(forecast, actual)
        return AccuracyReport(of.id, basis, by.as_of_date, by.id, payload)


def _days(report: AccuracyReport) -> timedelta:
    window = report.payload["window"]
    return date.fromisoformat(window["end"]) - date.fromisoformat(window["start"]) + timedelta(days=1)


def _may_still_change(old: ForecastRun, as_of_date: date) -> bool:
    return as_of_date <= old.as_of_date + timedelta(days=old.horizon_days + LATE_DAYS)


def _actuals(demand: pd.DataFrame) -> pd.DataFrame:
    """Demand as actuals. A day without stock shows what was sold, not what was wanted: it is no actual."""
    return demand.loc[~demand["stockout"].astype(bool), ["site_id", "sku_id", "demand_date", "demand"]].rename(
        columns={"demand": "actual_value"}
    )


def _with_tested(demand: pd.DataFrame, tested: pd.DataFrame) -> pd.DataFrame:
    """The actuals that the back-test recorded for its days, after the demand of the days before."""
    import pandas as pd

    days = tested.rename(columns={"forecast_date": "demand_date"})[["site_id", "sku_id", "demand_date", "actual_value"]]
    before = demand[demand["demand_date"] < tested["forecast_date"].min()]
    joined: pd.DataFrame = pd.concat([before, days.drop_duplicates(["site_id", "sku_id", "demand_date"])], ignore_index=True)
    return joined


def _first_day(tested: pd.DataFrame) -> date:
    first: datetime = tested["forecast_date"].min()
    return first.date()
