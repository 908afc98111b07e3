"""Publish finished runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from contracts.paths import forecast_key
from runtime.errors import BrokenRun, RunWorseThanBaseline, Unavailable
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.publishing import CURSOR_LIFETIME, LoadedForecast, unpublished_warning
from runtime.models.domain.runs import ForecastRun, Gate
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, ForecastLoader, RunRepository
from runtime.services.runs.forecast_files import download_forecast
from runtime.services.runs.run_documents import read_document

NOT_REQUESTED = "its input does not request it (`publish`)"


@dataclass(frozen=True)
class Publication:
    """The outcome of publishing a run."""

    run: ForecastRun
    forecast: ForecastDocument
    loaded_forecast: LoadedForecast
    retired_runs: tuple[UUID, ...]
    warnings: tuple[str, ...]

    @property
    def is_published(self) -> bool:
        """Whether the run was ever the published one (a newer run may have replaced it)."""
        return self.run.published_at is not None

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state."""
        return {
            "run_id": str(self.run.id),
            "published": self.is_published,
            "rows": self.loaded_forecast.rows,
            "series": self.loaded_forecast.series,
            "excluded": self.loaded_forecast.excluded_series,
            "reused": self.loaded_forecast.is_reused,
            "backtest": self.forecast.backtest.model_dump(mode="json") if self.forecast.backtest else None,
            "retired": [str(run_id) for run_id in self.retired_runs],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class Publishing:
    """Load the forecasts of a run and publish it, atomically; then delete the rows of old runs."""

    lake: Lake
    runs: RunRepository
    loader: ForecastLoader
    clock: Clock
    runs_kept: int

    def publish(self, run_id: UUID, gate: Gate, *, may_publish: bool) -> Publication:
        """Load the run and, where it `may_publish`, publish it unless that would take readers back to older data or a shorter horizon.

        A run that may not be published is kept and says why in its warnings. A second call changes nothing.

        Raises RunNotFound, RunWorseThanBaseline when the gate is enforced, BrokenRun when files are missing or contradict each other.
        """
        run = self.runs.get(run_id)
        forecast, _ = read_document(self.lake, forecast_key(run_id), ForecastDocument, run_id)
        if forecast.as_of_date != run.as_of_date:
            raise BrokenRun(f"{forecast_key(run_id)} is as of {forecast.as_of_date}, the run as of {run.as_of_date}")
        self.runs.record_forecast(run_id, forecast)
        warnings = backtest_warnings(forecast, gate)
        with TemporaryDirectory(prefix="signify-") as folder:
            files = download_forecast(self.lake, run_id, forecast.rows, Path(folder))
            loaded_forecast = self.loader.load(run_id, files, self.clock.now() if may_publish else None)
        reason = loaded_forecast.unpublished_reason if may_publish else NOT_REQUESTED
        if reason is not None and self.runs.get(run_id).published_at is None:
            warnings += (unpublished_warning(reason),)
        retired_runs, retirement_warnings = self._retire()
        warnings += retirement_warnings
        self.runs.warn(run_id, warnings)
        return Publication(self.runs.get(run_id), forecast, loaded_forecast, retired_runs, warnings)

    def _retire(self) -> tuple[tuple[UUID, ...], tuple[str, ...]]:
        try:
            return tuple(self.loader.retire(self.runs_kept, self.clock.now() - CURSOR_LIFETIME)), ()
        except Unavailable as error:
            # The run is published; old rows can wait for the next run.
            return (), (f"Old runs could not be deleted; the next run will retry: {error}",)


def backtest_warnings(forecast: ForecastDocument, gate: Gate) -> tuple[str, ...]:
    """Return the warnings about the back-test. Raises RunWorseThanBaseline when it lost and the gate is enforced."""
    backtest = forecast.backtest
    if gate is Gate.SKIP:
        return ()
    if backtest is None or backtest.wape is None or backtest.baseline_wape is None:
        return ("No series is long enough for a back-test; the accuracy of the forecast has not been checked.",)
    if backtest.wape <= backtest.baseline_wape:
        return ()
    comparison = f"In the back-test WAPE is {backtest.wape:.1f} %, worse than the {backtest.baseline_wape:.1f} % of {backtest.baseline}"
    if gate is Gate.ENFORCE:
        advice = 'Readers keep the last published run. To publish this one anyway, start a run with {"gate": "warn"}.'
        raise RunWorseThanBaseline(f"{comparison}. {advice}")
    return (f"{comparison}.",)
