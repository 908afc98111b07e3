"""Record how executions end, and that they were redriven, from the status events of Step Functions.

A state of the execution normally records its end. It cannot when the execution timed out, was stopped, or failed while the recorder was
unavailable. Events arrive at least once and in any order, so each one is compared with the current status of the execution first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from runtime.models.domain.jobs import Job, JobStatus
from runtime.models.domain.runs import Execution, ForecastRun, RunStatus
from runtime.services.ports import Clock, JobRepository, RunRepository, Workflow
from runtime.services.runs.run_recorder import Failure, job_of, job_result

JOB_STATUSES = {"ABORTED": JobStatus.CANCELLED, "TIMED_OUT": JobStatus.TIMED_OUT, "FAILED": JobStatus.FAILED}
"""The final status of a job by the status of its execution."""
CLOSED_UNMEASURED = "CLOSED_UNMEASURED"
"""Outcome: the execution ended after the forecast of its run was complete."""


@dataclass(frozen=True)
class ExecutionEvents:
    """Close the run and the job of an execution that ended, and reopen them when the execution is redriven."""

    runs: RunRepository
    jobs: JobRepository
    workflow: Workflow
    clock: Clock

    def record_end(self, execution: Execution, status: str, failure: Failure) -> dict[str, str]:
        """Close the job, then the run, unless both are closed or the execution runs again. `status` is a key of JOB_STATUSES.

        A run whose forecast was complete has SUCCEEDED, unmeasured; so has its job, unless the execution was stopped or timed out. A run
        without an end is closed also when its job has one: whoever closed the job may have died before the run.
        The job comes first, since RunRepository.start closes a run whose job has ended.
        """
        job = self.jobs.create(job_of(execution))
        run, state = self.runs.find(execution.run_id), job.progress.get("message")
        if job.has_ended and not (run is not None and run.status is RunStatus.RUNNING):
            return _outcome(execution, "RECORDED_BEFORE")
        if self.workflow.is_running(execution.arn):
            return _outcome(execution, "LATE")
        is_complete = run is not None and run.is_complete_at(state)
        if not job.has_ended:
            self._finish_job(job, status, failure, run if is_complete else None)
        run = self.runs.find(execution.run_id)
        if run is not None and run.status is RunStatus.RUNNING:
            self.runs.finish(run.id, run.end_at(state), self.clock.now(), failure.in_state(state))
        return _outcome(execution, CLOSED_UNMEASURED if is_complete else "CLOSED")

    def _finish_job(self, job: Job, status: str, failure: Failure, complete_run: ForecastRun | None) -> None:
        if complete_run is not None and status == "FAILED":
            result = job_result(complete_run, complete_run.end_at(job.progress.get("message")))
            self.jobs.finish(job.id, JobStatus.SUCCEEDED, self.clock.now(), result=result)
        else:
            self.jobs.finish(job.id, JOB_STATUSES[status], self.clock.now(), error={"code": failure.code, "detail": failure.detail})

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
