"""Jobs that nothing else closes: their request died, or the event of their execution's end was lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.run_states import RunState
from runtime.models.domain.jobs import Job, JobStatus, JobType, progress_at
from runtime.models.domain.runs import RunStatus
from runtime.services.runs.abandoned_jobs import GRACE, AbandonedJobs
from runtime.services.runs.execution_events import ExecutionEvents
from runtime.services.runs.run_recorder import RunRecorder
from tests.fakes import FixedClock, InMemoryJobs, InMemoryQualityReports, InMemoryRuns
from tests.fakes.examples import STARTED_AT, a_run, an_execution
from tests.fakes.workflow import InMemoryWorkflow

NAME = an_execution().name
QUEUED = Job(an_execution().run_id, JobType.FORECAST_RUN, JobStatus.QUEUED, STARTED_AT, STARTED_AT, idempotency_key=NAME)
RUNNING = replace(QUEUED, status=JobStatus.RUNNING, progress=progress_at(RunState.FORECAST), execution_arn=an_execution().arn)
LATER = STARTED_AT + GRACE + timedelta(seconds=1)


@pytest.fixture
def workflow() -> InMemoryWorkflow:
    return InMemoryWorkflow()


@pytest.fixture
def abandoned_jobs(jobs: InMemoryJobs, runs: InMemoryRuns, reports: InMemoryQualityReports, workflow: InMemoryWorkflow) -> AbandonedJobs:
    clock = FixedClock(LATER)
    return AbandonedJobs(
        jobs=jobs,
        runs=runs,
        workflow=workflow,
        events=ExecutionEvents(runs, jobs, workflow, clock),
        recorder=RunRecorder(runs, jobs, reports, clock),
        clock=clock,
    )


def end_execution(workflow: InMemoryWorkflow, status: str, error: str | None = None) -> None:
    workflow.start(NAME, {})
    workflow.finished_names.add(NAME)
    workflow.end_status, workflow.end_error = status, error


def test_a_job_whose_request_died_before_it_started_an_execution_fails_and_says_what_to_do(
    abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs
) -> None:
    jobs.create(QUEUED)
    assert abandoned_jobs.close() == [QUEUED]
    job = jobs.get(QUEUED.id)
    assert (job.status, job.finished_at) == (JobStatus.FAILED, LATER)
    assert job.error == {
        "code": "NeverStarted",
        "detail": "The request ended before its run was started; send it again with a new Idempotency-Key.",
    }
    assert abandoned_jobs.close() == []


@pytest.mark.parametrize("job", [QUEUED, RUNNING])
def test_a_job_whose_execution_runs_stays_open(
    abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs, workflow: InMemoryWorkflow, job: Job
) -> None:
    jobs.create(job)
    workflow.start(NAME, {})
    assert abandoned_jobs.close() == []
    assert jobs.get(job.id) == job


def test_a_job_that_changed_within_the_grace_stays_open(abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs) -> None:
    jobs.create(replace(QUEUED, updated_at=LATER - GRACE))
    assert abandoned_jobs.close() == []


@pytest.mark.parametrize(
    ("status", "job_status"), [("FAILED", JobStatus.FAILED), ("ABORTED", JobStatus.CANCELLED), ("TIMED_OUT", JobStatus.TIMED_OUT)]
)
def test_a_job_whose_end_no_event_reported_ends_as_its_execution_did(
    abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs, runs: InMemoryRuns, workflow: InMemoryWorkflow, status: str, job_status: JobStatus
) -> None:
    runs.start(a_run())
    jobs.create(RUNNING)
    end_execution(workflow, status)
    assert abandoned_jobs.close() == [RUNNING]
    job = jobs.get(RUNNING.id)
    assert (job.status, job.error) == (
        job_status,
        {"code": f"Execution.{status}", "detail": "the execution ended without recording the reason"},
    )
    assert runs.get(RUNNING.id).status is RunStatus.FAILED


def test_a_job_whose_execution_succeeded_succeeds_with_its_run(
    abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs, runs: InMemoryRuns, workflow: InMemoryWorkflow
) -> None:
    runs.start(a_run())
    jobs.create(RUNNING)
    end_execution(workflow, "SUCCEEDED")
    assert abandoned_jobs.close() == [RUNNING]
    assert (jobs.get(RUNNING.id).status, runs.get(RUNNING.id).status) == (JobStatus.SUCCEEDED, RunStatus.SUCCEEDED)


@pytest.mark.parametrize("status", [None, "SUCCEEDED"])
def test_a_job_that_ran_and_whose_execution_or_run_is_gone_fails_as_lost(
    abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs, workflow: InMemoryWorkflow, status: str | None
) -> None:
    jobs.create(RUNNING)
    if status:
        end_execution(workflow, status)
    assert abandoned_jobs.close() == [RUNNING]
    error = jobs.get(RUNNING.id).error
    assert error is not None
    assert (jobs.get(RUNNING.id).status, error["code"]) == (JobStatus.FAILED, "ExecutionLost")


def test_a_run_without_an_end_is_closed_although_its_job_has_one(
    abandoned_jobs: AbandonedJobs, jobs: InMemoryJobs, runs: InMemoryRuns
) -> None:
    """Whoever closed the job died before the run, and the execution is gone."""
    runs.start(a_run())
    job = jobs.create(replace(RUNNING, status=JobStatus.FAILED, finished_at=STARTED_AT))
    jobs.running_run_ids.add(job.id)
    assert abandoned_jobs.close() == [job]
    run = runs.get(job.id)
    assert (run.status, run.failure and run.failure["code"]) == (RunStatus.FAILED, "ExecutionLost")
    assert jobs.get(job.id) == job
