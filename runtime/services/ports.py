"""What the services need from the outside world, in the words of the domain.

Adapters implement these; tests hand in fakes that keep a dict. Every method may raise Unavailable (or a class below it) when its
dependency does not answer; other errors stand in the docstrings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from uuid import UUID

from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.jobs import Job, JobStatus
from runtime.models.domain.kpis import AccuracyReport, KpiMetric
from runtime.models.domain.objects import IngestedObject
from runtime.models.domain.publishing import ForecastFiles, LoadedForecast
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import ForecastRun, PublishedRun, RunStatus

if TYPE_CHECKING:
    import pandas as pd  # only the KPI function ships pandas


class Clock(Protocol):
    """The time of day; services never ask the operating system."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""


class Lake(Protocol):
    """The bucket of this stage. A key that is not there raises NotFound."""

    @property
    def bucket(self) -> str:
        """Its name."""

    def read_json(self, key: str) -> Any:  # noqa: ANN401 - JSON is any value
        """The parsed document at key."""

    def write_json(self, key: str, document: Mapping[str, Any]) -> None:
        """Store document at key; dates and UUIDs as strings."""

    def keys(self, prefix: str) -> list[str]:
        """Every key below prefix, sorted."""

    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        """The object's bytes as a stream, never whole in memory."""

    def download(self, key: str, to: Path) -> None:
        """Store the object in the file `to`."""

    def upload(self, source: Path, key: str) -> None:
        """Store the file at key, in parts when it is large."""


class IngestedObjects(Protocol):
    """The records of landed objects."""

    def find(self, object_id: UUID) -> IngestedObject | None:
        """The record, or None when this object version was never received."""

    def accepted_with_content(self, dataset: str, sha256: str) -> IngestedObject | None:
        """The accepted object of dataset with exactly these bytes."""

    def record(self, landed: IngestedObject) -> IngestedObject:
        """Store the record, once: a second record of the same id changes nothing and answers the stored one.

        Raises ContentAlreadyAccepted when another object with the same dataset and sha256 was accepted meanwhile.
        """

    def accepted(self) -> list[IngestedObject]:
        """Every accepted object, in the order received."""


class RunRepository(Protocol):
    """The forecast runs, and which of them readers see."""

    def start(self, run: ForecastRun) -> ForecastRun:
        """Store run, or answer the stored one (set RUNNING again unless published) when its id is known: a retry."""

    def get(self, run_id: UUID) -> ForecastRun:
        """The run. Raises RunNotFound."""

    def find(self, run_id: UUID) -> ForecastRun | None:
        """The run, or None when there is none."""

    def record_forecast(self, run_id: UUID, forecast: ForecastDocument) -> None:
        """Keep what the forecast job said about the model, the series and the back-test, and its warnings."""

    def warn(self, run_id: UUID, warnings: Sequence[str]) -> None:
        """Add warnings that readers of the run should see, each once."""

    def finish(self, run_id: UUID, status: RunStatus, at: datetime) -> None:
        """Close the run. Which run readers see does not change."""

    def published(self) -> PublishedRun | None:
        """The run that readers see."""

    def durations(self, since: datetime, until: datetime) -> list[float]:
        """Seconds from start to end of the runs that succeeded and began in [since, until), in no order."""

    def published_before(self, as_of_date: date) -> list[ForecastRun]:
        """Runs that were ever published and whose forecasts begin before as_of_date, newest first."""


class ForecastLoader(Protocol):
    """Loads a run's forecasts into the table that readers query."""

    def load(self, run_id: UUID, files: ForecastFiles, publish_at: datetime | None) -> LoadedForecast:
        """Load the files and, when publish_at is given, make the run the published one: all or nothing, in one transaction.

        Rows loaded before are kept, so a second call is cheap. Raises BrokenRun when a file breaks a rule of the table.
        """

    def retire(self, keep: int) -> list[UUID]:
        """Drop the rows of all but the newest `keep` loaded runs, never of the published one; answer the runs dropped."""


class JobRepository(Protocol):
    """Long work that callers ask about."""

    def create(self, job: Job) -> Job:
        """Store job, or answer the stored one when its id is known. Raises IdempotencyKeyTaken when another job has its key."""

    def get(self, job_id: UUID) -> Job:
        """The job. Raises JobNotFound."""

    def with_idempotency_key(self, key: str) -> Job | None:
        """The job that was started with key."""

    def running(self, job_id: UUID, progress: Mapping[str, Any], at: datetime, execution_arn: str | None = None) -> None:
        """Mark the job RUNNING, with how far it is. A job that ended stays as it ended: a step that was under way when its execution
        was stopped comes too late. Raises JobNotFound."""

    def reopen(self, job_id: UUID, progress: Mapping[str, Any], at: datetime) -> None:
        """Mark a job RUNNING that ended: its execution was redriven. Raises JobNotFound."""

    def finish(
        self,
        job_id: UUID,
        status: JobStatus,
        at: datetime,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        """End the job. Raises JobNotFound."""


class QualityReports(Protocol):
    """The verdicts on input data."""

    def save(self, report: QualityReport) -> None:
        """Store the report; a retry overwrites its own."""

    def get(self, run_id: UUID) -> QualityReport:
        """The report of one run. Raises ReportNotFound."""


class KpiRepository(Protocol):
    """KPI values and accuracy reports."""

    def save_metrics(self, metrics: Sequence[KpiMetric]) -> None:
        """Store the values; the same metric, period, dimensions and run is overwritten."""

    def save_accuracy(self, report: AccuracyReport) -> None:
        """Store the report; the same run, basis and as-of date is overwritten."""

    def week_wapes(self, since: date, until: date) -> list[tuple[date, float]]:
        """Per day of (since, until]: the WAPE, percent, of the run of a week before, over that week. Days without one are left out."""


class ForecastFrames(Protocol):
    """Forecasts and actuals as frames, for the KPI engine."""

    def forecast(self, run_id: UUID) -> pd.DataFrame:
        """site_id, sku_id, forecast_date, horizon_days, predicted_value, confidence_lower, confidence_upper, interval_level."""

    def backtest(self, run_id: UUID) -> pd.DataFrame:
        """The same columns without interval_level, plus actual_value; empty when there was no back-test."""

    def demand(self, run_id: UUID, since: date) -> pd.DataFrame:
        """site_id, sku_id, demand_date, demand, stockout of the days from since on."""


class AnomalyTable(Protocol):
    """The anomaly groups of runs, as a table."""

    def write(self, run_id: UUID, groups: Sequence[Mapping[str, object]]) -> None:
        """Store the groups of a run, one row each, in place of those that were stored for it before."""


class Workflow(Protocol):
    """The state machine."""

    def start(self, name: str, run_input: Mapping[str, Any]) -> str:
        """Start an execution and answer its ARN; while it runs, the same name and input answers the same execution.

        Raises Conflict for the name of an execution that ended or has another input.
        """

    def is_running(self, arn: str) -> bool:
        """Whether the execution runs now. Raises NotFound."""


class ApiClient(Protocol):
    """A client of the platform's own API, with a token."""

    def get(self, path: str, **parameters: object) -> Mapping[str, Any]:
        """Return the JSON document of GET `path` (below /api/v1).

        Raises NothingPublished or NotFound when the API says so, BrokenAnswer for any other answer, Unavailable when there is none, or no
        token.
        """


class Migrations(Protocol):
    """The schema of the database."""

    def upgrade(self) -> str:
        """Bring the schema to the newest revision and answer that revision."""
