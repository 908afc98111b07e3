"""Jobs in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Cursor
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.errors import IdempotencyKeyTaken, JobNotFound, RunInProgress, RunLimitExceeded
from runtime.models.domain.jobs import Job, JobError, JobFilters, JobLimits, JobResult, JobStatus, JobType, Progress
from runtime.services.ports import JobRepository


class PostgresJobs(JobRepository):
    """The table `jobs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def create(self, job: Job) -> Job:
        with _translate_key_conflicts(job), self._database.transaction() as cursor:
            cursor.execute(INSERT, _values(job))
        return self.get(job.id)

    @override
    def admit(self, job: Job, limits: JobLimits) -> Job:
        with _translate_key_conflicts(job), self._database.transaction() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [ADMISSION_LOCK])
            if not cursor.execute("select from jobs where id = %s", [job.id]).rowcount:
                _check_limits(cursor, job, limits)
                cursor.execute(INSERT, _values(job))
        return self.get(job.id)

    @override
    def get(self, job_id: UUID) -> Job:
        job = self.find(job_id)
        if job is None:
            raise JobNotFound(f"Job {job_id} not found.")
        return job

    @override
    def find(self, job_id: UUID) -> Job | None:
        rows = self._database.rows("select * from jobs where id = %s", [job_id])
        return _job(rows[0]) if rows else None

    @override
    def list_starts(self, requested_by: str, job_type: JobType, since: datetime, limit: int) -> list[datetime]:
        values = {"requested_by": requested_by, "type": job_type, "since": since, "limit": limit}
        return [row["created_at"] for row in self._database.rows(STARTS, values)]

    @override
    def list_newest(self, filters: JobFilters, after: tuple[datetime, UUID] | None, limit: int) -> list[Job]:
        created_at, job_id = after or (None, None)
        values = {**asdict(filters), "created_at": created_at, "id": job_id, "limit": limit}
        return [_job(row) for row in self._database.rows(NEWEST, values)]

    @override
    def list_unfinished(self, updated_before: datetime) -> list[Job]:
        return [_job(row) for row in self._database.rows(UNFINISHED, [updated_before])]

    @override
    def mark_running(self, job_id: UUID, progress: Progress, at: datetime, execution_arn: str | None = None) -> None:
        with self._database.transaction() as cursor:
            row_count = cursor.execute(RUNNING, {"id": job_id, "arn": execution_arn, "progress": jsonb(progress), "at": at}).rowcount
        if not row_count:
            self.get(job_id)  # raises JobNotFound; a job that has ended stays as it is

    @override
    def reopen(self, job_id: UUID, at: datetime, *, ended_at: datetime | None = None) -> None:
        with self._database.transaction() as cursor:
            row_count = cursor.execute(REOPEN, {"id": job_id, "at": at, "ended_at": ended_at}).rowcount
        if not row_count:
            self.get(job_id)  # raises JobNotFound

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
        self._update(FINISH, {"id": job_id, "status": status, "result": _document(result), "error": _document(error), "at": at})

    def _update(self, sql: LiteralString, values: Mapping[str, object]) -> None:
        with self._database.transaction() as cursor:
            if cursor.execute(sql, values).rowcount == 0:
                raise JobNotFound(f"Job {values['id']} not found.")


ADMISSION_LOCK = 7_263_007
"""Of those who start jobs under limits: what one of them has checked stays true until its job is stored."""

IN_FLIGHT = """
select id from jobs where finished_at is null and type = %(type)s and id <> all(%(ended_ids)s) order by created_at, id limit 1
"""

STARTS = """
select created_at from jobs where request ->> 'requested_by' = %(requested_by)s and type = %(type)s and created_at > %(since)s
order by created_at desc limit %(limit)s
"""

NEWEST = """
select * from jobs
where (%(requested_by)s::text is null or request ->> 'requested_by' = %(requested_by)s)
    and (%(status)s::text is null or status = %(status)s) and (%(type)s::text is null or type = %(type)s)
    and (%(created_at)s::timestamptz is null or (created_at, id) < (%(created_at)s, %(id)s::uuid))
order by created_at desc, id desc limit %(limit)s
"""

UNFINISHED = """
select * from jobs j
where j.updated_at < %s and (j.finished_at is null or exists (select from forecast_runs r where r.id = j.id and r.status = 'RUNNING'))
order by j.created_at, j.id
"""

INSERT = """
insert into jobs (id, type, status, request, request_hash, idempotency_key, progress, error, result, execution_arn,
    created_at, updated_at, finished_at)
values (%(id)s, %(type)s, %(status)s, %(request)s, %(request_hash)s, %(idempotency_key)s, %(progress)s, %(error)s, %(result)s,
    %(execution_arn)s, %(created_at)s, %(updated_at)s, %(finished_at)s)
on conflict (id) do nothing
"""

RUNNING = """
update jobs set status = 'RUNNING', progress = %(progress)s, execution_arn = coalesce(%(arn)s, execution_arn), updated_at = %(at)s
where id = %(id)s and finished_at is null
"""

REOPEN = """
update jobs set status = 'RUNNING', error = null, result = null, updated_at = %(at)s, finished_at = null
where id = %(id)s and finished_at is not null and (%(ended_at)s::timestamptz is null or finished_at = %(ended_at)s)
"""

FINISH = """
update jobs set status = %(status)s, result = %(result)s, error = %(error)s, updated_at = %(at)s, finished_at = %(at)s where id = %(id)s
"""


def _check_limits(cursor: Cursor[TupleRow], job: Job, limits: JobLimits) -> None:
    """Raise RunInProgress or RunLimitExceeded when the limits do not allow the job now."""
    if not limits.is_forced:
        in_flight = cursor.execute(IN_FLIGHT, {"type": job.type, "ended_ids": list(limits.ended_ids)}).fetchone()
        if in_flight:
            raise RunInProgress(in_flight[0])
    since = job.created_at - limits.window
    values = {"requested_by": job.requested_by, "type": job.type, "since": since, "limit": limits.per_window}
    starts = cursor.execute(STARTS, values).fetchall()
    if len(starts) == limits.per_window:
        raise RunLimitExceeded(limits.per_window, limits.window, starts[-1][0] + limits.window, job.created_at)


@contextmanager
def _translate_key_conflicts(job: Job) -> Iterator[None]:
    try:
        yield
    except UniqueViolation as error:
        raise IdempotencyKeyTaken(f"idempotency_key {job.idempotency_key!r} belongs to another job; use a new key.") from error


def _values(job: Job) -> dict[str, object]:
    return asdict(job) | {name: _document(getattr(job, name)) for name in ("request", "progress", "error", "result")}


def _document(value: Mapping[str, object] | None) -> Jsonb | None:
    return None if value is None else jsonb(value)


def _job(row: dict[str, Any]) -> Job:
    return Job(**row | {"type": JobType(row["type"]), "status": JobStatus(row["status"])})
