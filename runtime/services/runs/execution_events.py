"""Record how executions end, and that they were redriven, from the status events of Step Functions.

A state of the execution normally records its end. It cannot when the execution timed out, was stopped, or failed while the recorder was
unavailable. Events arrive at least once and in any order, so each one is compared with the current status of the execution first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from runtime.models.domain.jobs import JobStatus
from runtime.models.domain.runs import Execution, RunStatus
from runtime.services.ports import Clock, JobRepository, RunRepository, Workflow
from runtime.services.runs.run_recorder import Failure, job_of

JOB_STATUSES = {"ABORTED": JobStatus.CANCELLED, "TIMED_OUT": JobStatus.TIMED_OUT, "FAILED": JobStatus.FAILED}
"""The final status of a job by the status of its execution."""


@dataclass(frozen=True)
class ExecutionEvents:
    """Close the run and the job of an execution that ended, and reopen them when the execution is redriven."""

    runs: RunRepository
    jobs: JobRepository
    workflow: Workflow
    clock: Clock

    def record_end(self, execution: Execution, status: str, failure: Failure) -> dict[str, str]:
        """Close the job, then the run, unless both are closed or the execution runs again. `status` is a key of JOB_STATUSES.

        A run without an end is closed also when its job has one: whoever closed the job may have died before the run.
        The job comes first, since RunRepository.start closes a run whose job has ended.
        """
        now = self.clock.now()
        job = self.jobs.create(job_of(execution))
        if job.has_ended and not self._has_status(execution.run_id, RunStatus.RUNNING):
            return _outcome(execution, "RECORDED_BEFORE")
        if self.workflow.is_running(execution.arn):
            return _outcome(execution, "LATE")
        if not job.has_ended:
            self.jobs.finish(execution.run_id, JOB_STATUSES[status], now, error={"code": failure.code, "detail": failure.detail})
        if self._has_status(execution.run_id, RunStatus.RUNNING):
            self.runs.finish(execution.run_id, RunStatus.FAILED, now)
        return _outcome(execution, "CLOSED")

    def record_redrive(self, execution: Execution) -> dict[str, str]:
        """Mark job and run RUNNING again, unless both are or the execution has ended again since. The job keeps its progress."""
        job = self.jobs.create(job_of(execution))
        if not job.has_ended and not self._has_status(execution.run_id, RunStatus.FAILED):
            return _outcome(execution, "RECORDED_BEFORE")
        if not self.workflow.is_running(execution.arn):
            return _outcome(execution, "LATE")
        if job.has_ended:
            self.jobs.reopen(job.id, self.clock.now(), ended_at=job.finished_at)
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.runs.start(replace(run, status=RunStatus.RUNNING))
        return _outcome(execution, "REOPENED")

    def _has_status(self, run_id: UUID, status: RunStatus) -> bool:
        run = self.runs.find(run_id)
        return run is not None and run.status is status


def _outcome(execution: Execution, outcome: str) -> dict[str, str]:
    return {"run_id": str(execution.run_id), "outcome": outcome}
