"""Close jobs that nothing else closes, so that every job and every run has an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.run_states import EXECUTION_LOST, NEVER_STARTED
from runtime.errors import NotFound
from runtime.models.domain.jobs import Job, JobStatus, JobType
from runtime.models.domain.runs import ExecutionState, RunStatus
from runtime.services.ports import Clock, JobRepository, RunRepository, Workflow
from runtime.services.runs.execution_events import JOB_STATUSES, ExecutionEvents
from runtime.services.runs.job_executions import find_arn
from runtime.services.runs.run_recorder import Failure, RunRecorder

GRACE = timedelta(minutes=15)
"""Longer than a request of the API, and than the delivery of the event by which the end of an execution is usually recorded."""
EXPORT_GRACE = timedelta(hours=3)
LOST_EXPORT, LOST_EXPORT_DETAIL = "ExportLost", "The export was not finished; order it again with a new Idempotency-Key."
NEVER_STARTED_FAILURE = Failure(NEVER_STARTED, "The request ended before its run was started; send it again with a new Idempotency-Key.")
LOST_FAILURE = Failure(EXECUTION_LOST, "The execution or the run is no longer stored, so its end is unknown; start another run.")
UNRECORDED_CAUSE = "the execution ended without recording the reason"


@dataclass(frozen=True)
class AbandonedJobs:
    """Compare the jobs without an end with their executions.

    The request that started a job may have died before it started the execution, and the event of an execution's end may be lost.
    """

    jobs: JobRepository
    runs: RunRepository
    workflow: Workflow
    events: ExecutionEvents
    recorder: RunRecorder
    clock: Clock

    def close(self) -> list[Job]:
        """Close every job whose execution has ended or does not exist, and its run; return these jobs as they were."""
        jobs = self.jobs.list_unfinished(self.clock.now() - GRACE)
        return [job for job in jobs if self._close(job)]

    def _close(self, job: Job) -> bool:
        if job.type is JobType.EXPORT:
            return self._close_export(job)
        state = self._find_state(job)
        if state is None:
            self._close_as_failed(job, NEVER_STARTED_FAILURE if job.status is JobStatus.QUEUED else LOST_FAILURE)
        elif state.status == "SUCCEEDED":
            self._close_as_succeeded(job)
        elif state.status in JOB_STATUSES:
            error = {"Error": state.error or f"Execution.{state.status}", "Cause": state.cause or UNRECORDED_CAUSE}
            self.events.record_end(state.execution, state.status, Failure.from_error(error))
        else:
            return False
        return True

    def _close_export(self, job: Job) -> bool:
        """Close an export that shows no progress for longer than its event is delivered again."""
        if self.clock.now() - job.updated_at < EXPORT_GRACE:
            return False
        self.jobs.finish(job.id, JobStatus.FAILED, self.clock.now(), error={"code": LOST_EXPORT, "detail": LOST_EXPORT_DETAIL})
        return True

    def _close_as_succeeded(self, job: Job) -> None:
        if self.runs.find(job.id) is None:
            self._close_as_failed(job, LOST_FAILURE)
        else:
            self.recorder.record_success(job.id)

    def _close_as_failed(self, job: Job, failure: Failure) -> None:
        if not job.has_ended:
            self.jobs.finish(job.id, JobStatus.FAILED, self.clock.now(), error={"code": failure.code, "detail": failure.detail})
        run, state = self.runs.find(job.id), job.progress.get("message")
        if run is not None and run.status is RunStatus.RUNNING:
            self.runs.finish(run.id, run.end_at(state), self.clock.now(), failure.in_state(state))

    def _find_state(self, job: Job) -> ExecutionState | None:
        """Return the state of the job's execution, or None when there is none: Step Functions deletes them 90 days after their end."""
        arn = find_arn(self.workflow, job)
        try:
            return self.workflow.describe(arn) if arn else None
        except NotFound:
            return None
