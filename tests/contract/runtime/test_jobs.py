"""Jobs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from contracts.run_states import RunState
from runtime.adapters.postgres.jobs import PostgresJobs
from runtime.errors import IdempotencyKeyTaken, JobNotFound, RunInProgress, RunLimitExceeded
from runtime.models.domain.jobs import Job, JobFilters, JobLimits, JobStatus, JobType, progress_at
from runtime.models.domain.runs import RunEnd, RunStatus
from tests.contract.conftest import as_the_api
from tests.contract.runtime.conftest import Books
from tests.fakes import InMemoryJobs
from tests.fakes.examples import STARTED_AT, a_run


def a_job(**changes: Any) -> Job:
    values: dict[str, Any] = {"id": uuid4(), "type": JobType.FORECAST_RUN, "status": JobStatus.QUEUED, "created_at": STARTED_AT}
    return Job(**values | {"updated_at": STARTED_AT} | changes)


def test_a_job_comes_back_as_it_was_created(books: Books) -> None:
    job = a_job(request={"horizon_days": 7}, request_hash="abc", idempotency_key="key-1")
    assert books.jobs.create(job) == job
    assert books.jobs.get(job.id) == job
    assert books.jobs.find(job.id) == job


def test_creating_a_job_again_changes_nothing(books: Books) -> None:
    job = books.jobs.create(a_job(request={"horizon_days": 7}))
    assert books.jobs.create(a_job(id=job.id, request={})) == job


def test_one_idempotency_key_belongs_to_one_job(books: Books) -> None:
    books.jobs.create(a_job(idempotency_key="key-1"))
    with pytest.raises(IdempotencyKeyTaken, match="'key-1'"):
        books.jobs.create(a_job(idempotency_key="key-1"))


LIMITS = JobLimits(per_window=2, window=timedelta(hours=1))
CLIENT = {"requested_by": "api:one"}


def test_a_job_is_admitted_while_no_other_is_in_flight(books: Books) -> None:
    first = books.jobs.admit(a_job(request=CLIENT), LIMITS)
    assert books.jobs.admit(first, LIMITS) == first
    with pytest.raises(RunInProgress) as conflict:
        books.jobs.admit(a_job(request=CLIENT), LIMITS)
    assert conflict.value.job_id == first.id
    books.jobs.admit(a_job(), replace(LIMITS, ended_ids=frozenset({first.id})))
    books.jobs.finish(first.id, JobStatus.SUCCEEDED, STARTED_AT)
    books.jobs.admit(a_job(), replace(LIMITS, is_forced=True))


def test_the_limit_counts_the_jobs_of_one_client_within_the_window(books: Books) -> None:
    forced_limits = replace(LIMITS, is_forced=True)
    for minutes in (-61, -50, -10):
        books.jobs.create(a_job(request=CLIENT, created_at=STARTED_AT + timedelta(minutes=minutes)))
    books.jobs.admit(a_job(request={"requested_by": "api:two"}), forced_limits)
    with pytest.raises(RunLimitExceeded) as refusal:
        books.jobs.admit(a_job(request=CLIENT), forced_limits)
    assert refusal.value.retry_after_s == 10 * 60
    books.jobs.admit(a_job(request=CLIENT, created_at=STARTED_AT + timedelta(minutes=10)), forced_limits)


def test_the_starts_of_one_client_are_listed_newest_first_within_the_window(books: Books) -> None:
    times = [STARTED_AT + timedelta(minutes=minutes) for minutes in (-61, -60, -50, -10, -1)]
    for at in times:
        books.jobs.create(a_job(request=CLIENT, created_at=at))
    books.jobs.create(a_job(request={"requested_by": "api:two"}))
    since = STARTED_AT - LIMITS.window
    assert books.jobs.list_starts("api:one", JobType.FORECAST_RUN, since, 2) == times[:-3:-1]
    assert books.jobs.list_starts("api:one", JobType.FORECAST_RUN, since, 9) == times[:1:-1]
    assert books.jobs.list_starts("api:three", JobType.FORECAST_RUN, since, 9) == []


@pytest.mark.parametrize("limits", [LIMITS, JobLimits(1, timedelta(hours=1), is_forced=True)], ids=["in flight", "per hour"])
def test_of_many_jobs_at_once_exactly_one_is_admitted(migrated_database: str, limits: JobLimits) -> None:
    """Each thread signs in as the API does, on a connection of its own; all of them start together."""
    barrier = Barrier(8)

    def admit(number: int) -> str:
        database = as_the_api(migrated_database)
        barrier.wait()
        try:
            return str(PostgresJobs(database).admit(a_job(request=CLIENT, idempotency_key=f"key-{number}"), limits).id)
        except (RunInProgress, RunLimitExceeded) as error:
            return type(error).__name__
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(admit, range(8)))
    refusals = [outcome for outcome in outcomes if outcome in ("RunInProgress", "RunLimitExceeded")]
    assert len(refusals) == 7, outcomes


def test_jobs_are_listed_newest_first_by_requester_and_status(books: Books) -> None:
    jobs = [books.jobs.create(a_job(request=CLIENT, created_at=STARTED_AT + timedelta(minutes=minutes))) for minutes in (1, 2, 2)]
    newest = sorted(jobs, key=lambda job: (job.created_at, job.id), reverse=True)
    books.jobs.create(a_job(created_at=STARTED_AT + timedelta(minutes=5)))
    own = JobFilters("api:one")
    assert books.jobs.list_newest(own, None, 2) == newest[:2]
    assert books.jobs.list_newest(own, (newest[1].created_at, newest[1].id), 2) == newest[2:]
    assert len(books.jobs.list_newest(JobFilters(), None, 9)) == 4
    assert books.jobs.list_newest(JobFilters(status=JobStatus.FAILED), None, 9) == []


def test_a_job_tells_how_far_it_is_and_how_it_ended(books: Books) -> None:
    job = books.jobs.create(a_job())
    books.jobs.mark_running(job.id, progress_at(RunState.FORECAST), STARTED_AT, "arn:execution")
    assert books.jobs.get(job.id).progress == {"step": 5, "steps": 11, "percent": 36, "message": "Forecast"}
    books.jobs.finish(job.id, JobStatus.FAILED, STARTED_AT + timedelta(minutes=1), error={"code": "GateRefused", "detail": "too bad"})
    ended_job = books.jobs.get(job.id)
    assert (ended_job.status, ended_job.error, ended_job.execution_arn) == (
        JobStatus.FAILED,
        {"code": "GateRefused", "detail": "too bad"},
        "arn:execution",
    )


def test_a_job_that_ended_is_not_moved_by_a_step_that_comes_too_late(books: Books) -> None:
    job = books.jobs.create(a_job())
    books.jobs.finish(job.id, JobStatus.CANCELLED, STARTED_AT, error={"code": "x", "detail": "y"})
    ended_job = books.jobs.get(job.id)
    books.jobs.mark_running(job.id, progress_at(RunState.FORECAST), STARTED_AT + timedelta(seconds=3), "arn:execution")
    assert books.jobs.get(job.id) == ended_job


def test_a_redriven_job_runs_again_and_forgets_its_error(books: Books) -> None:
    job = books.jobs.create(a_job())
    books.jobs.finish(job.id, JobStatus.FAILED, STARTED_AT, error={"code": "x", "detail": "y"})
    books.jobs.reopen(job.id, STARTED_AT)
    again = books.jobs.get(job.id)
    assert (again.status, again.error, again.finished_at) == (JobStatus.RUNNING, None, None)


def test_reopening_does_not_undo_an_end_that_was_recorded_after_the_one_that_was_read(books: Books) -> None:
    job = books.jobs.create(a_job())
    books.jobs.finish(job.id, JobStatus.SUCCEEDED, STARTED_AT + timedelta(minutes=5))
    books.jobs.reopen(job.id, STARTED_AT + timedelta(minutes=6), ended_at=STARTED_AT)
    assert books.jobs.get(job.id).status is JobStatus.SUCCEEDED


def test_reopening_a_job_that_runs_does_not_change_the_state_it_shows(books: Books) -> None:
    job = books.jobs.create(a_job())
    books.jobs.mark_running(job.id, progress_at(RunState.COMPUTE_KPIS), STARTED_AT)
    shown_job = books.jobs.get(job.id)
    books.jobs.reopen(job.id, STARTED_AT + timedelta(minutes=1))
    assert books.jobs.get(job.id) == shown_job


def test_a_job_that_was_never_created_is_not_found(books: Books) -> None:
    with pytest.raises(JobNotFound):
        books.jobs.get(uuid4())
    with pytest.raises(JobNotFound):
        books.jobs.finish(uuid4(), JobStatus.SUCCEEDED, STARTED_AT)
    with pytest.raises(JobNotFound):
        books.jobs.mark_running(uuid4(), {}, STARTED_AT)
    with pytest.raises(JobNotFound):
        books.jobs.reopen(uuid4(), STARTED_AT)


def test_unfinished_jobs_are_those_without_an_end_and_those_whose_run_has_none(books: Books) -> None:
    earlier, later = STARTED_AT, STARTED_AT + timedelta(hours=1)
    queued_job = books.jobs.create(a_job(created_at=earlier))
    running_job = books.jobs.create(a_job(status=JobStatus.RUNNING, created_at=earlier + timedelta(seconds=1), updated_at=earlier))
    books.jobs.create(a_job(status=JobStatus.RUNNING, updated_at=later))
    ended_job = books.jobs.create(a_job(status=JobStatus.FAILED, finished_at=earlier))
    assert books.jobs.list_unfinished(later) == [queued_job, running_job]
    assert books.jobs.list_unfinished(earlier) == []
    assert ended_job.has_ended


def test_a_job_that_ended_is_unfinished_while_its_run_has_no_end(books: Books) -> None:
    run = books.runs.start(a_run("daily-2026-11-22"))
    job = books.jobs.create(a_job(id=run.id, status=JobStatus.FAILED, finished_at=STARTED_AT))
    if isinstance(books.jobs, InMemoryJobs):
        books.jobs.running_run_ids.add(run.id)
    assert books.jobs.list_unfinished(STARTED_AT + timedelta(hours=1)) == [job]
    books.runs.finish(run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=True), STARTED_AT)
    if isinstance(books.jobs, InMemoryJobs):
        books.jobs.running_run_ids.clear()
    assert books.jobs.list_unfinished(STARTED_AT + timedelta(hours=1)) == []
