"""Jobs in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from typing_extensions import override

from runtime.errors import IdempotencyKeyTaken, JobNotFound
from runtime.models.domain.jobs import Job, JobStatus
from runtime.services.ports import JobRepository


class InMemoryJobs(JobRepository):
    """JobRepository: jobs by id."""

    def __init__(self) -> None:
        self.stored: dict[UUID, Job] = {}

    @override
    def create(self, job: Job) -> Job:
        if job.id not in self.stored:
            if job.idempotency_key is not None and self.with_idempotency_key(job.idempotency_key):
                raise IdempotencyKeyTaken(f"idempotency_key {job.idempotency_key!r} belongs to another job; use a new key.")
            self.stored[job.id] = job
        return self.stored[job.id]

    @override
    def get(self, job_id: UUID) -> Job:
        if job_id not in self.stored:
            raise JobNotFound(f"Job {job_id} not found.")
        return self.stored[job_id]

    @override
    def with_idempotency_key(self, key: str) -> Job | None:
        return next((job for job in self.stored.values() if job.idempotency_key == key), None)

    @override
    def running(self, job_id: UUID, progress: Mapping[str, Any], at: datetime, execution_arn: str | None = None) -> None:
        job = self.get(job_id)
        if job.finished_at is None:
            arn = execution_arn or job.execution_arn
            self.stored[job_id] = replace(job, status=JobStatus.RUNNING, progress=progress, execution_arn=arn, updated_at=at)

    @override
    def reopen(self, job_id: UUID, progress: Mapping[str, Any], at: datetime) -> None:
        job = self.get(job_id)
        self.stored[job_id] = replace(
            job, status=JobStatus.RUNNING, progress=progress, error=None, result=None, updated_at=at, finished_at=None
        )

    @override
    def finish(
        self,
        job_id: UUID,
        status: JobStatus,
        at: datetime,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        self.stored[job_id] = replace(self.get(job_id), status=status, result=result, error=error, updated_at=at, finished_at=at)
