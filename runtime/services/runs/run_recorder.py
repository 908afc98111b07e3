"""Record the outcome of a run: run, job and summary."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from contracts.routes import API_PATH
from contracts.run_states import RunState
from runtime.errors import ReportNotFound, RunFailed
from runtime.models.domain.jobs import Job, JobStatus, JobType, progress_at
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import Execution, RunStatus
from runtime.services.ports import Clock, JobRepository, QualityReports, RunRepository
from runtime.services.runs.run_summary import failure_summary, success_summary

USUAL_PERIOD = timedelta(days=14)
MIN_RUNS = 10  # with fewer, the 90th percentile is the slowest run


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


@dataclass(frozen=True)
class RunRecorder:
    """Record the outcome of executions."""

    runs: RunRepository
    jobs: JobRepository
    reports: QualityReports
    clock: Clock

    def record_success(self, run_id: UUID) -> dict[str, object]:
        """Mark run and job SUCCEEDED and return the summary. Raises RunNotFound."""
        now = self.clock.now()
        self.runs.finish(run_id, RunStatus.SUCCEEDED, now)
        run = self.runs.get(run_id)
        href = f"{API_PATH}/forecasts/{run_id}"
        self.jobs.finish(run_id, JobStatus.SUCCEEDED, now, result={"resource": "forecast_run", "run_id": str(run_id), "href": href})
        summary = success_summary(run, self._report(run_id))
        return {"run_id": str(run_id), "status": RunStatus.SUCCEEDED.value, "summary": summary, "warnings": list(run.warnings)}

    def measure_times_usual(self, run_id: UUID) -> float | None:
        """Return the duration of a run over the 90th percentile of the runs of two weeks before; None when those are too few."""
        run = self.runs.get(run_id)
        durations = sorted(self.runs.list_durations(run.created_at - USUAL_PERIOD, run.created_at))
        if run.finished_at is None or len(durations) < MIN_RUNS:
            return None
        usual = durations[math.ceil(0.9 * len(durations)) - 1]
        return (run.finished_at - run.created_at).total_seconds() / max(usual, 1)

    def record_failure(self, execution: Execution, failure: Failure) -> dict[str, object]:
        """Mark run and job FAILED and return the summary. An execution that failed before it had a run leaves a job with the error."""
        now = self.clock.now()
        run_id = execution.run_id
        self.jobs.create(job_of(execution))
        self.jobs.finish(run_id, JobStatus.FAILED, now, error={"code": failure.code, "detail": failure.detail})
        run = self.runs.find(run_id)
        if run is not None:
            self.runs.finish(run_id, RunStatus.FAILED, now)
        summary = failure_summary(execution, failure.code, failure.detail, run, self.runs.find_published())
        return {
            "run_id": str(run_id),
            "status": RunStatus.FAILED.value,
            "summary": summary,
            "error": {"code": failure.code, "detail": failure.detail},
        }

    def fail_execution(self, execution: Execution, state: str, summary: str, *, is_redriven: bool) -> dict[str, object]:
        """Raise RunFailed with the summary. For an execution that was redriven since, mark run and job RUNNING again instead."""
        if not is_redriven:
            raise RunFailed(summary)
        now = self.clock.now()
        self.jobs.create(job_of(execution))
        self.jobs.reopen(execution.run_id, now)
        self.jobs.mark_running(execution.run_id, progress_at(state), now)
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.runs.start(replace(run, status=RunStatus.RUNNING))
        return {"run_id": str(execution.run_id), "status": RunStatus.RUNNING.value, "resumed_at": state}

    def _report(self, run_id: UUID) -> QualityReport | None:
        try:
            return self.reports.get(run_id)
        except ReportNotFound:
            return None


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
