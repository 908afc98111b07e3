"""Publish finished runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from contracts.paths import forecast_key
from runtime.errors import BrokenRun, RunWorseThanBaseline, Unavailable
from runtime.models.domain.documents import Backtest, ForecastDocument
from runtime.models.domain.publishing import CURSOR_LIFETIME, LoadedForecast, unpublished_warning
from runtime.models.domain.runs import ForecastRun, Gate
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, ForecastLoader, RunRepository
from runtime.services.runs.forecast_files import download_forecast
from runtime.services.runs.run_documents import read_document

NOT_TESTED = "No series is long enough for a back-test; the accuracy of the forecast has not been checked."
NOT_COMPARED = "The back-test gives no error to compare with that of a simple method; the accuracy of the forecast has not been checked."
DOMINANT_SHARE = 50.0
"""Percent of the volume above which one series decides about the WAPE."""
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
    """Return the warnings about the back-test. Raises RunWorseThanBaseline when it lost and the gate is enforced.

    It lost when its skill is negative, in which no single series decides. Amazon Forecast gives no errors by series, so that its WAPE is
    compared.
    """
    backtest = forecast.backtest
    if gate is Gate.SKIP:
        return ()
    if backtest is None:
        return (NOT_TESTED,)
    dominance = _warn_of_largest(backtest)
    if backtest.wape is None or backtest.baseline_wape is None:
        return (NOT_TESTED if not backtest.n_obs else NOT_COMPARED,)
    is_above = backtest.wape > backtest.baseline_wape
    if not (is_above if backtest.skill is None else backtest.skill < 0):
        return (f"{_compare(backtest)}, but not over all series alike: it is published.", *dominance) if is_above else dominance
    if gate is Gate.ENFORCE:
        advice = 'Readers keep the last published run. To publish this one anyway, start a run with {"gate": "warn"}.'
        raise RunWorseThanBaseline(f"{_compare(backtest)}. {advice}")
    return (f"{_compare(backtest)}.", *dominance)


def _compare(backtest: Backtest) -> str:
    """Say how the errors compare, and by how much the forecast is worse where no single series decides."""
    relation = "worse than" if (backtest.wape or 0) > (backtest.baseline_wape or 0) else "against"
    wapes = f"In the back-test WAPE is {backtest.wape:.1f} %, {relation} the {backtest.baseline_wape:.1f} % of {backtest.baseline}"
    return (
        wapes if backtest.skill is None else f"{wapes}; its skill, in which no series counts more than a tenth, is {backtest.skill:+z.1f} %"
    )


def _warn_of_largest(backtest: Backtest) -> tuple[str, ...]:
    share, series = backtest.largest_share, backtest.largest_series
    if share is None or series is None or share <= DOMINANT_SHARE or (backtest.n_series or 0) < 2:
        return ()
    median = "" if backtest.median_wape is None else f"; for the median series it is {backtest.median_wape:.1f} %"
    return (
        f"SKU {series['sku_id']} at site {series['site_id']} carries {share:.1f} % of the volume in the back-test, so that the WAPE is "
        f"mostly its error{median}.",
    )
