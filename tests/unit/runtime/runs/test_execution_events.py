"""Executions that end, or are redriven, without one of their states recording it."""

from __future__ import annotations

import pytest

from contracts.run_states import RunState
from runtime.models.domain.jobs import Job, JobStatus, JobType, progress_at
from runtime.models.domain.runs import RunStatus
from runtime.services.runs.execution_events import ExecutionEvents
from runtime.services.runs.run_recorder import Failure, RunRecorder
from tests.fakes import FixedClock, InMemoryJobs, InMemoryQualityReports, InMemoryRuns
from tests.fakes.examples import STARTED_AT, a_run, an_execution
from tests.fakes.workflow import InMemoryWorkflow

STOP_FAILURE = Failure("Drill", "stopped by hand")


@pytest.fixture
def workflow() -> InMemoryWorkflow:
    """The execution of the day, over."""
    workflow = InMemoryWorkflow()
    workflow.start(an_execution().name, {})
    workflow.finished_names.add(an_execution().name)
    return workflow


@pytest.fixture
def events(runs: InMemoryRuns, jobs: InMemoryJobs, workflow: InMemoryWorkflow, clock: FixedClock) -> ExecutionEvents:
    return ExecutionEvents(runs, jobs, workflow, clock)


@pytest.fixture
def under_way(runs: InMemoryRuns, jobs: InMemoryJobs) -> Job:
    run = runs.start(a_run())
    return jobs.create(
        Job(run.id, JobType.FORECAST_RUN, JobStatus.RUNNING, STARTED_AT, STARTED_AT, progress=progress_at(RunState.FORECAST))
    )


@pytest.mark.parametrize(
    ("status", "of_job"), [("ABORTED", JobStatus.CANCELLED), ("TIMED_OUT", JobStatus.TIMED_OUT), ("FAILED", JobStatus.FAILED)]
)
def test_a_run_is_closed_as_its_execution_ended(
    events: ExecutionEvents, under_way: Job, runs: InMemoryRuns, jobs: InMemoryJobs, status: str, of_job: JobStatus
) -> None:
    assert events.record_end(an_execution(), status, STOP_FAILURE)["outcome"] == "CLOSED"
    job = jobs.get(under_way.id)
    assert (job.status, job.error) == (of_job, {"code": "Drill", "detail": "stopped by hand"})
    assert runs.get(under_way.id).status is RunStatus.FAILED


@pytest.mark.parametrize(
    ("status", "of_job"), [("ABORTED", JobStatus.CANCELLED), ("TIMED_OUT", JobStatus.TIMED_OUT), ("FAILED", JobStatus.SUCCEEDED)]
)
def test_a_run_that_ended_after_its_forecast_was_complete_has_succeeded_unmeasured(
    events: ExecutionEvents, under_way: Job, runs: InMemoryRuns, jobs: InMemoryJobs, status: str, of_job: JobStatus
) -> None:
    runs.point_readers_at(under_way.id, STARTED_AT)
    jobs.mark_running(under_way.id, progress_at(RunState.COMPUTE_KPIS), STARTED_AT)
    assert events.record_end(an_execution(), status, STOP_FAILURE)["outcome"] == "CLOSED_UNMEASURED"
    run = runs.get(under_way.id)
    assert (run.status, run.measured_at) == (RunStatus.SUCCEEDED, None)
    assert run.failure == {"state": "ComputeKpis", "code": "Drill", "detail": "stopped by hand"}
    assert jobs.get(under_way.id).status is of_job


def test_an_execution_event_does_not_change_a_recorded_failure(
    events: ExecutionEvents, under_way: Job, runs: InMemoryRuns, jobs: InMemoryJobs, reports: InMemoryQualityReports, clock: FixedClock
) -> None:
    RunRecorder(runs, jobs, reports, clock).record_failure(an_execution(), Failure("GateRefused", "12 %"))
    recorded_job = jobs.get(under_way.id)
    assert events.record_end(an_execution(), "FAILED", STOP_FAILURE)["outcome"] == "RECORDED_BEFORE"
    assert jobs.get(under_way.id) == recorded_job


class DatabaseLost(Exception):
    """Ends a function between two writes, as a kill does."""


def test_a_recorder_that_dies_between_the_job_and_the_run_is_completed_by_the_next_delivery(
    events: ExecutionEvents, under_way: Job, runs: InMemoryRuns, jobs: InMemoryJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_arguments: object) -> None:
        raise DatabaseLost

    with monkeypatch.context() as patch:
        patch.setattr(runs, "finish", die)
        with pytest.raises(DatabaseLost):
            events.record_end(an_execution(), "TIMED_OUT", STOP_FAILURE)
    assert events.record_end(an_execution(), "TIMED_OUT", STOP_FAILURE)["outcome"] == "CLOSED"
    assert (jobs.get(under_way.id).status, runs.get(under_way.id).status) == (JobStatus.TIMED_OUT, RunStatus.FAILED)
    assert events.record_end(an_execution(), "TIMED_OUT", STOP_FAILURE)["outcome"] == "RECORDED_BEFORE"


def test_a_job_that_something_else_ended_keeps_its_end_while_its_run_is_closed(
    events: ExecutionEvents, under_way: Job, runs: InMemoryRuns, jobs: InMemoryJobs, clock: FixedClock
) -> None:
    jobs.finish(under_way.id, JobStatus.CANCELLED, clock.now(), error={"code": "Cancelled", "detail": "by the client"})
    ended_job = jobs.get(under_way.id)
    assert events.record_end(an_execution(), "ABORTED", STOP_FAILURE)["outcome"] == "CLOSED"
    assert (jobs.get(under_way.id), runs.get(under_way.id).status) == (ended_job, RunStatus.FAILED)


def test_a_redrive_that_reopened_the_job_only_reopens_the_run_with_the_next_delivery(
    events: ExecutionEvents,
    under_way: Job,
    runs: InMemoryRuns,
    workflow: InMemoryWorkflow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_arguments: object) -> None:
        raise DatabaseLost

    events.record_end(an_execution(), "TIMED_OUT", STOP_FAILURE)
    workflow.finished_names.clear()
    with monkeypatch.context() as patch:
        patch.setattr(runs, "start", die)
        with pytest.raises(DatabaseLost):
            events.record_redrive(an_execution())
    assert events.record_redrive(an_execution())["outcome"] == "REOPENED"
    assert runs.get(under_way.id).status is RunStatus.RUNNING
    assert events.record_redrive(an_execution())["outcome"] == "RECORDED_BEFORE"


def test_a_redrive_shows_the_state_that_runs_when_its_event_arrives_after_it_resumed(
    events: ExecutionEvents,
    under_way: Job,
    jobs: InMemoryJobs,
    workflow: InMemoryWorkflow,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The event reads the ended job, the execution resumes and enters its next state, and then the event reopens the job."""
    events.record_end(an_execution(), "FAILED", STOP_FAILURE)
    workflow.finished_names.clear()

    def resume_meanwhile(_arn: str) -> bool:
        jobs.reopen(under_way.id, clock.now())
        jobs.mark_running(under_way.id, progress_at(RunState.COMPUTE_KPIS), clock.now())
        return True

    monkeypatch.setattr(workflow, "is_running", resume_meanwhile)
    events.record_redrive(an_execution())
    assert jobs.get(under_way.id).progress == progress_at(RunState.COMPUTE_KPIS)


def test_an_execution_stopped_before_it_had_a_run_leaves_a_job_that_says_so(
    events: ExecutionEvents, runs: InMemoryRuns, jobs: InMemoryJobs
) -> None:
    events.record_end(an_execution(), "ABORTED", STOP_FAILURE)
    assert not runs.by_id
    assert jobs.get(an_execution().run_id).status is JobStatus.CANCELLED


def test_a_redrive_reopens_the_run_that_was_closed_before_it(
    events: ExecutionEvents, under_way: Job, runs: InMemoryRuns, jobs: InMemoryJobs, workflow: InMemoryWorkflow
) -> None:
    events.record_end(an_execution(), "TIMED_OUT", STOP_FAILURE)
    workflow.finished_names.clear()
    assert events.record_redrive(an_execution())["outcome"] == "REOPENED"
    job = jobs.get(under_way.id)
    assert (job.status, job.error, job.progress["message"]) == (JobStatus.RUNNING, None, "Forecast")
    assert runs.get(under_way.id).status is RunStatus.RUNNING


def test_the_event_of_a_redrive_that_arrives_after_its_end_changes_nothing(
    events: ExecutionEvents, under_way: Job, jobs: InMemoryJobs
) -> None:
    events.record_end(an_execution(), "FAILED", STOP_FAILURE)
    closed_job = jobs.get(under_way.id)
    assert events.record_redrive(an_execution())["outcome"] == "LATE"
    assert jobs.get(under_way.id) == closed_job


def test_the_event_of_an_end_that_arrives_after_a_redrive_changes_nothing(
    events: ExecutionEvents, under_way: Job, jobs: InMemoryJobs, workflow: InMemoryWorkflow
) -> None:
    workflow.finished_names.clear()
    assert events.record_end(an_execution(), "ABORTED", STOP_FAILURE)["outcome"] == "LATE"
    assert jobs.get(under_way.id) == under_way


def test_a_run_that_succeeded_is_never_reopened(events: ExecutionEvents, under_way: Job, jobs: InMemoryJobs, clock: FixedClock) -> None:
    jobs.finish(under_way.id, JobStatus.SUCCEEDED, clock.now())
    assert events.record_redrive(an_execution())["outcome"] == "LATE"
    assert jobs.get(under_way.id).status is JobStatus.SUCCEEDED
