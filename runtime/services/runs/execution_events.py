"""Executions that end without a state that records it: timed out, stopped by somebody, or failed while the recorder was out of order.

Told by Step Functions' own events, at least once and in any order: what an event says is held against how the execution stands now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from runtime.models.domain.jobs import JobStatus
from runtime.models.domain.runs import Execution, RunStatus
from runtime.services.ports import Clock, JobRepository, RunRepository, Workflow
from runtime.services.runs.run_recorder import Failure, job_of

ENDINGS = {"ABORTED": JobStatus.CANCELLED, "TIMED_OUT": JobStatus.TIMED_OUT, "FAILED": JobStatus.FAILED}


@dataclass(frozen=True)
class RunEndings:
    """Close the books of a run whose execution is over, and open them again when it is redriven."""

    runs: RunRepository
    jobs: JobRepository
    workflow: Workflow
    clock: Clock

    def ended(self, execution: Execution, status: str, failure: Failure) -> dict[str, Any]:
        """Close run and job, unless a state of the execution did, or it runs again. `status` is a key of ENDINGS."""
        now = self.clock.now()
        if self.jobs.create(job_of(execution)).ended:
            return _answer(execution, "RECORDED_BEFORE")
        if self.workflow.is_running(execution.arn):
            return _answer(execution, "LATE")
        self.jobs.finish(execution.run_id, ENDINGS[status], now, error={"code": failure.code, "detail": failure.detail})
        if self.runs.find(execution.run_id) is not None:
            self.runs.finish(execution.run_id, RunStatus.FAILED, now)
        return _answer(execution, "CLOSED")

    def redriven(self, execution: Execution) -> dict[str, Any]:
        """Mark run and job RUNNING again, unless the execution has ended once more since."""
        job = self.jobs.create(job_of(execution))
        if not job.ended:
            return _answer(execution, "RECORDED_BEFORE")
        if not self.workflow.is_running(execution.arn):
            return _answer(execution, "LATE")
        self.jobs.reopen(job.id, job.progress, self.clock.now())
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.runs.start(replace(run, status=RunStatus.RUNNING))
        return _answer(execution, "REOPENED")


def _answer(execution: Execution, outcome: str) -> dict[str, Any]:
    return {"run_id": str(execution.run_id), "outcome": outcome}
