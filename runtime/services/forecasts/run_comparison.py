"""Compare the forecasts of two runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from runtime.errors import InvalidInput
from runtime.models.domain.runs import ForecastRun
from runtime.services.forecasts.forecast_reading import missing_forecasts
from runtime.services.ports import RunRepository
from runtime.services.read_ports import ComparisonQuery, ForecastComparison, ForecastReads
from runtime.services.runs.run_reading import parse_run_id


@dataclass(frozen=True)
class ComparedRuns:
    """Two runs, the first and the last day that both forecast (None: there is none), and the JSON object of the comparison."""

    run: ForecastRun
    other: ForecastRun
    common_days: tuple[date, date] | None
    json: str


@dataclass(frozen=True)
class RunComparison:
    """Compare a run with another one."""

    runs: RunRepository
    forecasts: ForecastReads
    comparison: ForecastComparison

    def compare(self, run_id: str, other_id: UUID, limit: int) -> ComparedRuns:
        """Return the differences of a run from another one, with at most `limit` SKUs and series.

        Raises RunNotFound, NoForecasts, ForecastsDeleted, InvalidInput for twice the same run.
        """
        run, other = self._get(parse_run_id(run_id)), self._get(other_id)
        if run.id == other.id:
            raise InvalidInput(f"with = {other.id}: a run is compared with another one; name another run.", parameter="with")
        first = max(run.as_of_date, other.as_of_date) + timedelta(days=1)
        last = min(run.as_of_date + timedelta(days=run.horizon_days), other.as_of_date + timedelta(days=other.horizon_days))
        json = self.comparison.compare(ComparisonQuery(run.id, other.id, first, last, limit))
        return ComparedRuns(run, other, (first, last) if first <= last else None, json)

    def _get(self, run_id: UUID) -> ForecastRun:
        run = self.runs.get(run_id)
        if not self.forecasts.has_forecasts(run_id):
            raise missing_forecasts(run)
        return run
