"""Closing a run: what the books, the caller and the operator are told."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.run_states import RunState
from runtime.errors import ReportNotFound, RunFailed
from runtime.models.domain.jobs import Job, JobStatus, JobType, progress_at
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import Execution, RunStatus
from runtime.services.ports import Clock, JobRepository, QualityReports, RunRepository
from runtime.services.runs.run_summary import failure_summary, success_summary

COMPARED = timedelta(days=14)
ENOUGH_RUNS = 10  # with fewer the 90th percentile is the slowest


@dataclass(frozen=True)
class Failure:
    """What the state machine caught."""

    code: str
    detail: str

    @classmethod
    def caught(cls, error: Mapping[str, Any] | None) -> Failure:
        """Read {"Error", "Cause"}; the cause of a function or a Glue job is JSON with the message inside."""
        error = error or {}
        cause = str(error.get("Cause") or "no cause was given")
        try:
            told = json.loads(cause)
        except ValueError:
            told = cause
        if isinstance(told, Mapping):
            cause = str(told.get("errorMessage") or told.get("ErrorMessage") or cause)
        return cls(str(error.get("Error") or "Unknown"), cause[:2000])


@dataclass(frozen=True)
class RunRecorder:
    """Record how an execution ended."""

    runs: RunRepository
    jobs: JobRepository
    reports: QualityReports
    clock: Clock

    def succeeded(self, run_id: UUID) -> dict[str, Any]:
        """Close the run as SUCCEEDED and sum it up. Raises RunNotFound."""
        now = self.clock.now()
        self.runs.finish(run_id, RunStatus.SUCCEEDED, now)
        run = self.runs.get(run_id)
        href = f"/api/v1/forecasts/{run_id}"
        self.jobs.finish(run_id, JobStatus.SUCCEEDED, now, result={"resource": "forecast_run", "run_id": str(run_id), "href": href})
        summary = success_summary(run, self._report(run_id))
        return {"run_id": str(run_id), "status": RunStatus.SUCCEEDED.value, "summary": summary, "warnings": list(run.warnings)}

    def times_usual(self, run_id: UUID) -> float | None:
        """How many times as long as the 90th percentile of the last two weeks' runs the run took; None when they are too few."""
        run = self.runs.get(run_id)
        took = sorted(self.runs.list_durations(run.created_at - COMPARED, run.created_at))
        if run.finished_at is None or len(took) < ENOUGH_RUNS:
            return None
        usual = took[math.ceil(0.9 * len(took)) - 1]
        return (run.finished_at - run.created_at).total_seconds() / max(usual, 1)

    def failed(self, execution: Execution, failure: Failure) -> dict[str, Any]:
        """Close the run as FAILED; an execution that failed before it had a run leaves a job that says why."""
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

    def end(self, execution: Execution, state: str, summary: str, *, redriven: bool) -> dict[str, Any]:
        """Raise RunFailed with the summary; for an execution that was redriven since, mark its run and job as running again instead."""
        if not redriven:
            raise RunFailed(summary)
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.runs.start(replace(run, status=RunStatus.RUNNING))
        self.jobs.create(job_of(execution))
        self.jobs.reopen(execution.run_id, progress_at(state), self.clock.now())
        return {"run_id": str(execution.run_id), "status": RunStatus.RUNNING.value, "resumed_at": state}

    def _report(self, run_id: UUID) -> QualityReport | None:
        try:
            return self.reports.get(run_id)
        except ReportNotFound:
            return None


def job_of(execution: Execution) -> Job:
    """The job of an execution that may have ended before it made one."""
    return Job(
        id=execution.run_id,
        type=JobType.FORECAST_RUN,
        status=JobStatus.RUNNING,
        created_at=execution.started_at,
        updated_at=execution.started_at,
        progress=progress_at(RunState.RESOLVE_INPUT),
        execution_arn=execution.arn,
    )
