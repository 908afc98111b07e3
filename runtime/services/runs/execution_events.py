"""Record how executions end, and that they were redriven, from the status events of Step Functions.

A state of the execution normally records its end. It cannot when the execution timed out, was stopped, or failed while the recorder was
unavailable. Events arrive at least once and in any order, so each one is compared with the current status of the execution first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
        """Close run and job, unless a state of the execution has done so or the execution runs again. `status` is a key of JOB_STATUSES."""
        now = self.clock.now()
        if self.jobs.create(job_of(execution)).has_ended:
            return _outcome(execution, "RECORDED_BEFORE")
        if self.workflow.is_running(execution.arn):
            return _outcome(execution, "LATE")
        self.jobs.finish(execution.run_id, JOB_STATUSES[status], now, error={"code": failure.code, "detail": failure.detail})
        if self.runs.find(execution.run_id) is not None:
            self.runs.finish(execution.run_id, RunStatus.FAILED, now)
        return _outcome(execution, "CLOSED")

    def record_redrive(self, execution: Execution) -> dict[str, str]:
        """Mark run and job RUNNING again, unless the execution has ended again since."""
        job = self.jobs.create(job_of(execution))
        if not job.has_ended:
            return _outcome(execution, "RECORDED_BEFORE")
        if not self.workflow.is_running(execution.arn):
            return _outcome(execution, "LATE")
        self.jobs.reopen(job.id, job.progress, self.clock.now())
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.runs.start(replace(run, status=RunStatus.RUNNING))
        return _outcome(execution, "REOPENED")


def _outcome(execution: Execution, outcome: str) -> dict[str, str]:
    return {"run_id": str(execution.run_id), "outcome": outcome}
