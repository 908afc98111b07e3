"""Jobs in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from runtime.errors import IdempotencyKeyTaken, JobNotFound, RunInProgress, RunLimitExceeded
from runtime.models.domain.jobs import Job, JobError, JobFilters, JobLimits, JobResult, JobStatus, JobType, Progress
from runtime.services.ports import JobRepository


class InMemoryJobs(JobRepository):
    """Jobs by id."""

    def __init__(self) -> None:
        self.by_id: dict[UUID, Job] = {}
        self.running_run_ids: set[UUID] = set()

    @override
    def create(self, job: Job) -> Job:
        if job.id not in self.by_id:
            if job.idempotency_key is not None and job.idempotency_key in {other.idempotency_key for other in self.by_id.values()}:
                raise IdempotencyKeyTaken(f"idempotency_key {job.idempotency_key!r} belongs to another job; use a new key.")
            self.by_id[job.id] = job
        return self.by_id[job.id]

    @override
    def admit(self, job: Job, limits: JobLimits) -> Job:
        if job.id in self.by_id:
            return self.by_id[job.id]
        others = sorted(self.by_id.values(), key=lambda other: other.created_at)
        in_flight = [other for other in others if not other.finished_at and other.type is job.type and other.id not in limits.ended_ids]
        if in_flight and not limits.is_forced:
            raise RunInProgress(in_flight[0].id)
        starts = self.list_starts(str(job.requested_by), job.type, job.created_at - limits.window, limits.per_window)
        if len(starts) == limits.per_window:
            raise RunLimitExceeded(limits.per_window, limits.window, starts[-1] + limits.window, job.created_at)
        return self.create(job)

    @override
    def get(self, job_id: UUID) -> Job:
        if job_id not in self.by_id:
            raise JobNotFound(f"Job {job_id} not found.")
        return self.by_id[job_id]

    @override
    def find(self, job_id: UUID) -> Job | None:
        return self.by_id.get(job_id)

    @override
    def list_starts(self, requested_by: str, job_type: JobType, since: datetime, limit: int) -> list[datetime]:
        jobs = [job for job in self.by_id.values() if (job.requested_by, job.type) == (requested_by, job_type)]
        return sorted((job.created_at for job in jobs if job.created_at > since), reverse=True)[:limit]

    @override
    def list_newest(self, filters: JobFilters, after: tuple[datetime, UUID] | None, limit: int) -> list[Job]:
        jobs = sorted(self.by_id.values(), key=lambda job: (job.created_at, job.id), reverse=True)
        return [
            job
            for job in jobs
            if filters.requested_by in (None, job.requested_by)
            and filters.status in (None, job.status)
            and filters.type in (None, job.type)
            and (after is None or (job.created_at, job.id) < after)
        ][:limit]

    @override
    def list_unfinished(self, updated_before: datetime) -> list[Job]:
        jobs = sorted(self.by_id.values(), key=lambda job: (job.created_at, job.id))
        return [job for job in jobs if job.updated_at < updated_before and (job.finished_at is None or job.id in self.running_run_ids)]

    @override
    def mark_running(self, job_id: UUID, progress: Progress, at: datetime, execution_arn: str | None = None) -> None:
        job = self.get(job_id)
        if job.finished_at is None:
            arn = execution_arn or job.execution_arn
            self.by_id[job_id] = replace(job, status=JobStatus.RUNNING, progress=progress, execution_arn=arn, updated_at=at)

    @override
    def reopen(self, job_id: UUID, at: datetime, *, ended_at: datetime | None = None) -> None:
        job = self.get(job_id)
        if job.finished_at is not None and ended_at in (None, job.finished_at):
            self.by_id[job_id] = replace(job, status=JobStatus.RUNNING, error=None, result=None, updated_at=at, finished_at=None)

    @override
    def finish(
        self,
        job_id: UUID,
        status: JobStatus,
        at: datetime,
        *,
        result: JobResult | None = None,
        error: JobError | None = None,
    ) -> None:
        self.by_id[job_id] = replace(self.get(job_id), status=status, result=result, error=error, updated_at=at, finished_at=at)
