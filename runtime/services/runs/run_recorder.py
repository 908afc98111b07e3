"""Record the outcome of a run: run, job and summary."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypedDict
from uuid import UUID

from contracts.paths import anomaly_report_key
from contracts.routes import API_PATH
from contracts.run_states import STATES_AFTER_PUBLISHING, RunState
from runtime.errors import NotFound, ReportNotFound, RunFailed, RunUnmeasured
from runtime.models.domain.anomaly_events import MessageKind
from runtime.models.domain.jobs import Job, JobResult, JobStatus, JobType, progress_at
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import Execution, ForecastRun, RunEnd, RunFailure, RunStatus
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, JobRepository, QualityReports, RunRepository
from runtime.services.runs.run_summary import failure_summary, success_summary, unmeasured_summary

USUAL_PERIOD = timedelta(days=14)
FAILED_SUBJECT = "Signify: a run failed"
UNMEASURED_SUBJECT = "Signify: a run could not be measured"
MIN_RUNS = 10  # with fewer, the 90th percentile is the slowest run


class AnomalyMessage(TypedDict):
    """One message of an anomaly report."""

    kind: str


class AnomalyReportDocument(TypedDict, total=False):
    """What the notification of a run says of anomalies."""

    messages: list[AnomalyMessage]
    notification: list[str]


@dataclass(frozen=True)
class Failure:
    """The error that the state machine caught."""

    code: str
    detail: str

    @classmethod
    def from_error(cls, error: Mapping[str, object] | None) -> Failure:
        """Return the failure of {"Error", "Cause"}. The cause of a function or a Glue job is JSON that contains the message."""
        error = error or {}
        cause = str(error.get("Cause") or "no cause was given")
        try:
            details = json.loads(cause)
        except ValueError:
            details = None
        if isinstance(details, Mapping):
            cause = str(details.get("errorMessage") or details.get("ErrorMessage") or cause)
        return cls(str(error.get("Error") or "Unknown"), cause[:2000])

    def in_state(self, state: str | None) -> RunFailure:
        """Return the failure of a run that ended in this state."""
        return {"state": state, "code": self.code, "detail": self.detail}


@dataclass(frozen=True)
class RunRecorder:
    """Record the outcome of executions."""

    runs: RunRepository
    jobs: JobRepository
    reports: QualityReports
    clock: Clock
    lake: Lake | None = None

    def record_success(self, run_id: UUID) -> dict[str, object]:
        """Mark run and job SUCCEEDED, the run measured, and return the summary. Raises RunNotFound."""
        now = self.clock.now()
        end = RunEnd(RunStatus.SUCCEEDED, is_measured=True)
        self.runs.finish(run_id, end, now)
        run = self.runs.get(run_id)
        self.jobs.finish(run_id, JobStatus.SUCCEEDED, now, result=job_result(run, end))
        summary = success_summary(run, self._report(run_id), self.read_anomaly_lines(run_id))
        return {"run_id": str(run_id), "status": RunStatus.SUCCEEDED.value, "summary": summary, "warnings": list(run.warnings)}

    def measure_times_usual(self, run_id: UUID) -> float | None:
        """Return the duration of a run over the 90th percentile of the runs of two weeks before; None when those are too few."""
        run = self.runs.get(run_id)
        durations = sorted(self.runs.list_durations(run.created_at - USUAL_PERIOD, run.created_at))
        if run.finished_at is None or len(durations) < MIN_RUNS:
            return None
        usual = durations[math.ceil(0.9 * len(durations)) - 1]
        return (run.finished_at - run.created_at).total_seconds() / max(usual, 1)

    def record_failure(self, execution: Execution, failure: Failure, state: str | None = None) -> dict[str, object]:
        """Record that an execution failed in a state (None: unknown), and return the summary.

        Run and job are FAILED, or SUCCEEDED but not measured when the forecast was complete before. An execution that failed before it
        had a run leaves a job with the error.
        """
        run_id = execution.run_id
        job = self.jobs.create(job_of(execution))
        run = self.runs.find(run_id)
        if run is not None and run.is_complete_at(state):
            return self._record_unmeasured(run, failure, state)
        now = self.clock.now()
        self.jobs.finish(run_id, JobStatus.FAILED, now, error={"code": failure.code, "detail": failure.detail})
        if run is not None:
            self.runs.finish(run_id, run.end_at(state), now, failure.in_state(state or job.progress.get("message")))
        summary = failure_summary(execution, failure.code, failure.detail, run, self.runs.find_published())
        return {
            "run_id": str(run_id),
            "status": RunStatus.FAILED.value,
            "subject": FAILED_SUBJECT,
            "summary": summary,
            "error": {"code": failure.code, "detail": failure.detail},
        }

    def _record_unmeasured(self, run: ForecastRun, failure: Failure, state: str | None) -> dict[str, object]:
        now, end = self.clock.now(), run.end_at(state)
        self.runs.finish(run.id, end, now, failure.in_state(state))
        ended_run = self.runs.get(run.id)
        self.jobs.finish(run.id, JobStatus.SUCCEEDED, now, result=job_result(ended_run, end))
        return {
            "run_id": str(run.id),
            "status": ended_run.status.value,
            "subject": UNMEASURED_SUBJECT,
            "summary": unmeasured_summary(ended_run, self.read_anomaly_lines(run.id)),
            "error": {"code": failure.code, "detail": failure.detail},
        }

    def fail_execution(self, execution: Execution, state: str, summary: str, *, is_complete: bool, is_redriven: bool) -> dict[str, object]:
        """Raise RunFailed, or RunUnmeasured when the forecast is complete, with the summary.

        For an execution that was redriven since, mark run and job RUNNING again instead; a published run keeps its status.
        """
        if not is_redriven:
            raise RunUnmeasured(summary) if is_complete or state in STATES_AFTER_PUBLISHING else RunFailed(summary)
        now = self.clock.now()
        self.jobs.create(job_of(execution))
        self.jobs.reopen(execution.run_id, now)
        self.jobs.mark_running(execution.run_id, progress_at(state), now)
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.runs.start(replace(run, status=RunStatus.RUNNING))
        return {"run_id": str(execution.run_id), "status": RunStatus.RUNNING.value, "resumed_at": state}

    def read_anomaly_lines(self, run_id: UUID) -> Sequence[str]:
        """Return what the notification of a run says of anomalies; nothing when it has no report of them."""
        return self._read_anomaly_report(run_id).get("notification", ())

    def count_anomaly_alerts(self, run_id: UUID) -> int:
        """Return how many alerts of anomalies the notification of a run has; that one is over is no alert."""
        return sum(message["kind"] != MessageKind.RECOVERED for message in self._read_anomaly_report(run_id).get("messages", ()))

    def _read_anomaly_report(self, run_id: UUID) -> AnomalyReportDocument:
        try:
            document: AnomalyReportDocument = self.lake.read_json(anomaly_report_key(run_id)) if self.lake else {}
        except NotFound:
            return {}
        return document

    def _report(self, run_id: UUID) -> QualityReport | None:
        try:
            return self.reports.get(run_id)
        except ReportNotFound:
            return None


def job_result(run: ForecastRun, end: RunEnd) -> JobResult:
    """Return the result of the job of a run whose forecast is complete."""
    return {
        "resource": "forecast_run",
        "run_id": str(run.id),
        "href": f"{API_PATH}/forecasts/{run.id}",
        "published": run.published_at is not None,
        "measured": end.is_measured,
    }


def job_of(execution: Execution) -> Job:
    """Return the job of an execution, which may have ended before it created one."""
    return Job(
        id=execution.run_id,
        type=JobType.FORECAST_RUN,
        status=JobStatus.RUNNING,
        created_at=execution.started_at,
        updated_at=execution.started_at,
        progress=progress_at(RunState.RESOLVE_INPUT),
        execution_arn=execution.arn,
    )
