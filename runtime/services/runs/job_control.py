"""List jobs, and cancel them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid5

from contracts.run_states import RUN_CANCELLED
from runtime.errors import BadCursor, Conflict
from runtime.models.domain.audit import Actor, AuditAction, AuditEvent
from runtime.models.domain.jobs import Job, JobFilters
from runtime.services.paging import Cursors
from runtime.services.ports import AuditLog, Clock, JobRepository, Workflow
from runtime.services.runs.job_executions import find_arn, find_running

EVENT_NAMESPACE = UUID("0d2c4f0b-5a52-5d1e-8a54-6f5d9b8f5b27")


@dataclass(frozen=True)
class JobPage:
    """One page of jobs; `next_cursor` is None on the last page."""

    jobs: tuple[Job, ...]
    limit: int
    next_cursor: str | None


@dataclass(frozen=True)
class JobControl:
    """List jobs, and stop the executions of those that were started by mistake."""

    jobs: JobRepository
    workflow: Workflow
    audit_log: AuditLog
    clock: Clock
    cursors: Cursors

    def list_page(self, filters: JobFilters, limit: int, cursor: str | None) -> JobPage:
        """Return one page of the jobs, newest first. Raises BadCursor."""
        position = self.cursors.decode(asdict(filters), cursor) if cursor is not None else None
        jobs = self.jobs.list_newest(filters, _parse_sort_key(position.after) if position else None, limit + 1)
        page = tuple(jobs[:limit])
        if len(jobs) <= limit:
            return JobPage(page, limit, None)
        began_at = position.began_at if position else self.clock.now()
        return JobPage(page, limit, self.cursors.encode(asdict(filters), [page[-1].created_at.isoformat(), str(page[-1].id)], began_at))

    def cancel(self, job: Job, actor: Actor, reason: str | None) -> None:
        """Stop the execution of a job, and record who did it and why. The event of the execution's end makes the job CANCELLED.

        A run that is published already stays published. Two requests at the same time leave one event. Raises Conflict when the job has
        ended or has no running execution.
        """
        arn = find_arn(self.workflow, job)
        if job.has_ended:
            raise Conflict(f"Job {job.id} has ended as {job.status}; only a job that is queued or running can be cancelled.")
        execution = find_running(self.workflow, arn)
        if arn is None or execution is None:
            raise Conflict(f"Job {job.id} has no running execution, so there is nothing to stop; its end is recorded by the next morning.")
        detail = actor.to_detail()
        # A redriven execution may be cancelled again, which is another event.
        event_id = uuid5(EVENT_NAMESPACE, f"{arn}\0{execution.redrive_count}")
        self.audit_log.record(AuditEvent(event_id, self.clock.now(), actor.client_id, AuditAction.CANCEL_RUN, str(job.id), reason, detail))
        self.workflow.stop(arn, RUN_CANCELLED, f"cancelled by {actor.client_id}" + (f": {reason}" if reason else ""))


def _parse_sort_key(sort_key: list[str]) -> tuple[datetime, UUID]:
    try:
        created_at, job_id = sort_key
        return datetime.fromisoformat(created_at), UUID(job_id)
    except ValueError:
        raise BadCursor("The cursor belongs to another list; start without a cursor.") from None
