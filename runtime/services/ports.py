"""Ports: what the services need from the outside world, in the words of the domain.

Adapters implement them; tests use fakes in memory. Every method may raise Unavailable, or a subclass, when its dependency is; the
docstrings name all other errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from contracts.retention import RetentionKind
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.jobs import Job, JobError, JobFilters, JobLimits, JobResult, JobStatus, JobType, Progress
from runtime.models.domain.kpis import KpiMetric, RunAccuracy
from runtime.models.domain.notices import AlarmCondition
from runtime.models.domain.publishing import ForecastFiles, LoadedForecast, PublishCommand, PublishResult
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import ExecutionState, ForecastRun, PublishedRun, RunEnd, RunFailure, RunStatus

if TYPE_CHECKING:
    import pandas as pd  # only the KPI function ships pandas


class Clock(Protocol):
    """The current time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""


class RunRepository(Protocol):
    """The forecast runs, and which of them is published."""

    def start(self, run: ForecastRun) -> ForecastRun:
        """Store a run and return it. For a retry, return the stored run, RUNNING again unless it was published.

        A run whose job has ended is FAILED instead: its execution was stopped, and nothing else would record its end.
        """

    def get(self, run_id: UUID) -> ForecastRun:
        """Return a run. Raises RunNotFound."""

    def find(self, run_id: UUID) -> ForecastRun | None:
        """Return a run, or None when there is none."""

    def find_previous_start(self, run_id: UUID) -> datetime | None:
        """Return the start of the run before this one, None when it is the first."""

    def record_forecast(self, run_id: UUID, forecast: ForecastDocument) -> None:
        """Store model, series, back-test and warnings of the forecast job."""

    def warn(self, run_id: UUID, warnings: Sequence[str]) -> None:
        """Add warnings to a run, each once."""

    def finish(self, run_id: UUID, end: RunEnd, at: datetime, failure: RunFailure | None = None) -> None:
        """Set the final status of a run, and what ended it early. The published run does not change."""

    def find_published(self) -> PublishedRun | None:
        """Return the published run, or None when none was ever published."""

    def list_durations(self, since: datetime, until: datetime) -> list[float]:
        """Return the durations, in seconds, of the runs without a failure that started in [since, until), in no order."""

    def list_published_before(self, as_of_date: date) -> list[PublishedRun]:
        """Return the runs that were ever published and have an earlier as-of date, newest first."""

    def list_statuses(self, since: datetime) -> dict[UUID, RunStatus]:
        """Return the status of each run that started at `since` or later."""

    def list_input_entries(self, run_id: UUID) -> list[dict[str, object]]:
        """Return the objects that a version without manifests in the lake stored with the run; empty for every later run."""


class ForecastLoader(Protocol):
    """The table of forecasts that readers query."""

    def load(self, run_id: UUID, files: ForecastFiles, publish_at: datetime | None) -> LoadedForecast:
        """Load files and, when publish_at is given, publish the run: all or nothing, in one transaction.

        A run that would take readers back (`unpublished_reason`) is loaded only, and the result has the reason.
        Rows loaded before stay, so a second call is cheap. Raises BrokenRun when a file violates a constraint of the table.
        """

    def retire(self, keep: int, replaced_since: datetime) -> list[UUID]:
        """Delete the rows of all but the newest `keep` loaded runs. Return the runs whose rows were deleted.

        The published run stays, and so does a run that was the published one at `replaced_since` or later, for the cursors of its readers.
        """


class RunPublications(Protocol):
    """Publishing by hand, whatever the rule says."""

    def publish(self, run_id: UUID, command: PublishCommand) -> PublishResult:
        """Make a loaded run the published one and record the audit event, in one transaction.

        Readers see the old run or the new one, never a mixture. They notice nothing unless the outcome is PUBLISHED: one command is carried
        out once. A repeated command has the shorter horizon of its first outcome.
        """


class JobRepository(Protocol):
    """The jobs: asynchronous work that clients poll."""

    def create(self, job: Job) -> Job:
        """Store a job and return it, or the stored one with its id. Raises IdempotencyKeyTaken when another job has its key."""

    def admit(self, job: Job, limits: JobLimits) -> Job:
        """Store a job that the limits allow, and return it, or the stored one with its id.

        Of several calls at once, exactly one stores a job of those that exclude each other. Raises RunInProgress naming the oldest other
        job in flight, RunLimitExceeded, IdempotencyKeyTaken.
        """

    def get(self, job_id: UUID) -> Job:
        """Return a job. Raises JobNotFound."""

    def find(self, job_id: UUID) -> Job | None:
        """Return the job, or None when there is none."""

    def list_starts(self, requested_by: str, job_type: JobType, since: datetime, limit: int) -> list[datetime]:
        """Return when the newest jobs of a requester were created after an instant, newest first, up to `limit`."""

    def list_newest(self, filters: JobFilters, after: tuple[datetime, UUID] | None, limit: int) -> list[Job]:
        """Return up to `limit` jobs, newest first, that follow the job with this start and id (None: from the newest)."""

    def list_unfinished(self, updated_before: datetime) -> list[Job]:
        """Return the jobs without an end, and those whose run has none, that were last changed before an instant, oldest first."""

    def mark_running(self, job_id: UUID, progress: Progress, at: datetime, execution_arn: str | None = None) -> None:
        """Mark a job RUNNING with its progress, unless it has ended: a step may still report after its execution was stopped.

        Raises JobNotFound.
        """

    def reopen(self, job_id: UUID, at: datetime, *, ended_at: datetime | None = None) -> None:
        """Mark a job that had ended RUNNING again, with its progress, since its execution was redriven; one that runs stays as it is.

        With ended_at, only the end of that time is undone, not one that was recorded in the meantime. Raises JobNotFound.
        """

    def finish(
        self,
        job_id: UUID,
        status: JobStatus,
        at: datetime,
        *,
        result: JobResult | None = None,
        error: JobError | None = None,
    ) -> None:
        """Set the final status of a job. Raises JobNotFound."""


class AuditLog(Protocol):
    """The changes that people make by hand."""

    def record(self, event: AuditEvent) -> None:
        """Store an event. An id that is stored already changes nothing."""


class StoredRows(Protocol):
    """The rows of all tables, by age."""

    def delete_before(self, kind: RetentionKind, before: datetime, limit: int) -> int:
        """Delete rows of a kind that were stored before an instant, oldest or not, about `limit` at most; return how many.

        What readers need stays: the published run and the runs whose forecasts are stored, with their reports, and runs that are RUNNING.
        """


class QualityReports(Protocol):
    """The data-quality reports of runs."""

    def save(self, report: QualityReport) -> None:
        """Store a report, in place of an earlier one of the same run."""

    def get(self, run_id: UUID) -> QualityReport:
        """Return the report of a run. Raises ReportNotFound."""

    def find_before(self, as_of_date: date) -> QualityReport | None:
        """Return the newest report with an earlier as-of date, None when there is none."""

    def list_days_behind(self, run_id: UUID, limit: int) -> Mapping[tuple[str, str], Sequence[int]]:
        """Return by data set and site how many days each was behind in the newest `limit` reports of other runs."""


class KpiRepository(Protocol):
    """The KPI values and accuracy reports."""

    def save_metrics(self, metrics: Sequence[KpiMetric]) -> None:
        """Store values, in place of earlier ones with the same metric, period, dimensions and run."""

    def save_accuracy(self, accuracy: RunAccuracy) -> None:
        """Store a report, in place of an earlier one with the same run, basis and as-of date."""

    def week_wapes(self, since: date, until: date) -> list[tuple[date, float]]:
        """Return for each day in (since, until] the WAPE, in percent, of the run of a week before, over that week.

        Days without such a report are left out.
        """


class ForecastFrames(Protocol):
    """Forecasts and actual demand as frames."""

    def forecast(self, run_id: UUID) -> pd.DataFrame:
        """Return the forecasts of a run.

        Columns: site_id, sku_id, forecast_date, horizon_days, predicted_value, confidence_lower, confidence_upper, interval_level.
        """

    def backtest(self, run_id: UUID) -> pd.DataFrame:
        """Return the forecasts of the back-test: actual_value in place of interval_level. Empty when there was no back-test."""

    def quantiles(self, run_id: UUID) -> pd.DataFrame:
        """Return nine quantiles of the first days that a run forecast; empty when its forecaster gave none.

        Columns: site_id, sku_id, forecast_date, and those of QUANTILE_LEVELS.
        """

    def demand(self, run_id: UUID, since: date) -> pd.DataFrame:
        """Return the demand that a run read, from a day on. Columns: site_id, sku_id, demand_date, demand, stockout, source."""

    def units(self, run_id: UUID) -> pd.DataFrame:
        """Return the unit of measure of the demand of every SKU of a run. Columns: sku_id, uom."""


class AnomalyTable(Protocol):
    """The anomaly groups of runs, as a table."""

    def write(self, run_id: UUID, groups: Sequence[Mapping[str, object]]) -> None:
        """Store the groups of a run, one row each, in place of those that were stored for it before."""


class Workflow(Protocol):
    """The state machine."""

    def start(self, name: str, run_input: Mapping[str, object]) -> str:
        """Start an execution and return its ARN. While it runs, the same name and input return the same execution.

        Raises Conflict for the name of an execution that has ended or has another input.
        """

    def arn_of(self, name: str) -> str:
        """Return the ARN that an execution with this name has or would have."""

    def stop(self, arn: str, error: str, cause: str) -> None:
        """Stop an execution; its error and cause say why. Raises NotFound."""

    def is_running(self, arn: str) -> bool:
        """Return whether an execution is running. Raises NotFound."""

    def describe(self, arn: str) -> ExecutionState:
        """Return an execution's status, and why it ended early. Raises NotFound."""


class ApiClient(Protocol):
    """A client of the platform's own API, with a token."""

    def get(self, path: str, **parameters: object) -> Mapping[str, Any]:
        """Return the JSON document of GET `path` (below /api/v1).

        Raises NothingPublished or NotFound when the API does, UnexpectedResponse for any other response, Unavailable without a response or
        a token.
        """


class AlarmRecords(Protocol):
    """The records of alarms."""

    def find_states(self, alarm: str) -> Sequence[tuple[str, datetime]]:
        """Return the states of an alarm, the newest first, each with its beginning in UTC."""

    def find_conditions(self, alarm: str) -> Sequence[AlarmCondition]:
        """Return the conditions of an alarm: one of a metric alarm, those of all its parts of a composite alarm."""


class Webhook(Protocol):
    """An address that receives the messages of a channel."""

    def send(self, document: Mapping[str, object]) -> None:
        """Send one message.

        Raises Unavailable when the receiver is busy or away after several attempts, UnexpectedResponse when it refuses the message,
        Misconfigured when the address is missing or wrong.
        """


class Migrations(Protocol):
    """The schema of the database."""

    def upgrade(self) -> str:
        """Upgrade the schema to the newest revision and return that revision."""
