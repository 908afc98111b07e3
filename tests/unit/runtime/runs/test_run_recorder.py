"""Closing a run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from runtime.errors import RunFailed, RunUnmeasured
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.jobs import Job, JobStatus, JobType
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import RunEnd, RunFailure, RunStatus
from runtime.services.runs.run_recorder import Failure, RunRecorder
from tests.fakes import FixedClock, InMemoryJobs, InMemoryQualityReports, InMemoryRuns
from tests.fakes.examples import STARTED_AT, a_run, an_execution, forecast_json, quality_json

SUCCEEDED = RunEnd(RunStatus.SUCCEEDED, is_measured=True)


@pytest.fixture
def recording(runs: InMemoryRuns, jobs: InMemoryJobs, reports: InMemoryQualityReports, clock: FixedClock) -> RunRecorder:
    return RunRecorder(runs, jobs, reports, clock)


def test_a_finished_run_is_summed_up_in_words(
    recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs, reports: InMemoryQualityReports
) -> None:
    run = runs.start(a_run())
    jobs.create(Job(run.id, JobType.FORECAST_RUN, JobStatus.RUNNING, STARTED_AT, STARTED_AT))
    reports.save(QualityReport(run.id, Verdict.PASS, quality_json(run.id, rows_in=541_909), STARTED_AT))
    runs.record_forecast(run.id, ForecastDocument.model_validate(forecast_json(run.id, 56, series_forecast=2500)))
    runs.point_readers_at(run.id, STARTED_AT)
    answer = recording.record_success(run.id)
    assert str(answer["summary"]).splitlines() == [
        f"Run {run.id} published: forecast for 2026-11-22 to 2026-12-19, data to 2026-11-21.",
        "Rows: 541,909 in = 541,879 curated + 20 quarantined + 10 duplicates (quality PASS).",
        "Series: 2,500 SKU-site pairs forecast by panel, 1 excluded.",
        "Error on past weeks (back-test WAPE): 40.0 %; median series: 38.0 %; baseline seasonal_naive_7: 55.0 %.",
    ]
    assert runs.get(run.id).status is RunStatus.SUCCEEDED
    job = jobs.get(run.id)
    assert job.status is JobStatus.SUCCEEDED
    href = f"/api/v1/forecasts/{run.id}"
    assert job.result == {"resource": "forecast_run", "run_id": str(run.id), "href": href, "published": True, "measured": True}
    assert runs.get(run.id).measured_at == runs.get(run.id).finished_at


def test_a_failed_run_says_why_and_what_readers_see(recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs) -> None:
    published_run = runs.start(a_run("earlier"))
    runs.point_readers_at(published_run.id, STARTED_AT)
    run = runs.start(a_run())
    answer = recording.record_failure(an_execution(), Failure("GateRefused", "too many bad rows"))
    assert str(answer["summary"]).splitlines() == [
        f"Run {run.id} (data to 2026-11-21) failed. GateRefused: too many bad rows",
        f"Readers see run {published_run.id} (data to 2026-11-21).",
    ]
    assert runs.get(run.id).status is RunStatus.FAILED
    assert jobs.get(run.id).error == {"code": "GateRefused", "detail": "too many bad rows"}


def test_an_execution_that_failed_before_it_had_a_run_leaves_a_job_that_says_why(
    recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs
) -> None:
    answer = recording.record_failure(an_execution(), Failure("UnknownInputKey", "unknown key horizon"))
    assert str(answer["summary"]).splitlines() == [
        "Execution daily-2026-11-22 failed. UnknownInputKey: unknown key horizon",
        "No run is published yet.",
    ]
    assert not runs.by_id
    assert jobs.get(an_execution().run_id).status is JobStatus.FAILED


def test_a_redriven_run_that_succeeds_closes_well(recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs) -> None:
    run = runs.start(a_run())
    recording.record_failure(an_execution(), Failure("DatabaseBusy", "later"))
    recording.record_success(run.id)
    assert runs.get(run.id).status is RunStatus.SUCCEEDED
    assert (jobs.get(run.id).status, jobs.get(run.id).error) == (JobStatus.SUCCEEDED, None)


def test_a_failed_execution_is_ended_by_an_error_that_holds_the_summary(recording: RunRecorder) -> None:
    with pytest.raises(RunFailed, match="Run 7 failed: no rows"):
        recording.fail_execution(an_execution(), "Cleanse", "Run 7 failed: no rows", is_complete=False, is_redriven=False)


@pytest.mark.parametrize(
    ("state", "is_complete"), [("DetectAnomalies", False), ("ComputeKpis", True), ("FinishRun", False), ("PublishRun", True)]
)
def test_an_execution_whose_forecast_is_complete_is_ended_by_another_error(recording: RunRecorder, state: str, is_complete: bool) -> None:
    """The name of the error is what alarms and the console distinguish; the state alone suffices when the record could not be written."""
    with pytest.raises(RunUnmeasured, match="not measured"):
        recording.fail_execution(an_execution(), state, "not measured", is_complete=is_complete, is_redriven=False)


@pytest.mark.parametrize(("state", "step"), [("Cleanse", 2), ("TrainPredictor", 5)])
def test_a_redriven_execution_goes_on_and_says_so(
    recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs, state: str, step: int
) -> None:
    run = runs.start(a_run())
    recording.record_failure(an_execution(), Failure("GateRefused", "12 %"))
    assert recording.fail_execution(an_execution(), state, "told before", is_complete=False, is_redriven=True)["resumed_at"] == state
    assert runs.get(run.id).status is RunStatus.RUNNING
    job = jobs.get(run.id)
    assert (job.status, job.progress["step"], job.progress["message"]) == (JobStatus.RUNNING, step, state)


def test_a_redriven_execution_whose_failure_was_never_recorded_gets_its_job(recording: RunRecorder, jobs: InMemoryJobs) -> None:
    recording.fail_execution(an_execution(), "ResolveInput", "told before", is_complete=False, is_redriven=True)
    assert jobs.get(an_execution().run_id).status is JobStatus.RUNNING


@pytest.mark.parametrize("state", ["DetectAnomalies", "ComputeKpis"])
def test_a_published_run_that_could_not_be_measured_has_succeeded_and_says_what_failed(
    recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs, state: str
) -> None:
    run = runs.start(a_run())
    runs.point_readers_at(run.id, STARTED_AT)
    record = recording.record_failure(an_execution(), Failure("KpiFailed", "no memory"), state)
    assert runs.pointer == run.id
    failure: RunFailure = {"state": state, "code": "KpiFailed", "detail": "no memory"}
    finished_at = runs.get(run.id).finished_at
    assert runs.get(run.id) == replace(
        run, status=RunStatus.SUCCEEDED, published_at=STARTED_AT, finished_at=finished_at, measured_at=None, failure=failure
    )
    job = jobs.get(run.id)
    assert job.result is not None
    assert (job.status, job.error, job.result["published"], job.result["measured"]) == (JobStatus.SUCCEEDED, None, True, False)
    assert (record["status"], record["subject"]) == ("SUCCEEDED", "Signify: a run could not be measured")
    assert str(record["summary"]).splitlines() == [
        f"Run {run.id} (data to 2026-11-21) is published but not measured: its KPIs or anomalies are missing. "
        f"{state} failed. KpiFailed: no memory",
        "The forecast is complete. A redrive of the execution continues at the state that failed.",
    ]


def test_a_redriven_run_that_is_measured_at_last_has_no_failure(recording: RunRecorder, runs: InMemoryRuns, jobs: InMemoryJobs) -> None:
    run = runs.start(a_run())
    runs.point_readers_at(run.id, STARTED_AT)
    recording.record_failure(an_execution(), Failure("KpiFailed", "no memory"), "ComputeKpis")
    recording.fail_execution(an_execution(), "ComputeKpis", "told before", is_complete=True, is_redriven=True)
    assert (runs.get(run.id).status, jobs.get(run.id).status) == (RunStatus.SUCCEEDED, JobStatus.RUNNING)
    recording.record_success(run.id)
    measured_run = runs.get(run.id)
    assert (measured_run.status, measured_run.failure, measured_run.measured_at) == (RunStatus.SUCCEEDED, None, measured_run.finished_at)
    job = jobs.get(run.id)
    assert job.result is not None
    assert job.result["measured"] is True


def test_a_run_that_was_loaded_only_has_succeeded_too(recording: RunRecorder, runs: InMemoryRuns) -> None:
    run = runs.start(a_run())
    record = recording.record_failure(an_execution(), Failure("KpiFailed", "no"), "ComputeKpis")
    assert runs.get(run.id).status is RunStatus.SUCCEEDED
    assert str(record["summary"]).startswith(f"Run {run.id} (data to 2026-11-21) is loaded, not published, but not measured")


def test_a_run_whose_end_alone_was_not_recorded_is_measured(recording: RunRecorder, runs: InMemoryRuns) -> None:
    run = runs.start(a_run())
    runs.point_readers_at(run.id, STARTED_AT)
    recording.record_failure(an_execution(), Failure("DatabaseBusy", "later"), "FinishRun")
    assert runs.get(run.id).measured_at is not None


def test_a_run_that_failed_while_publishing_is_failed_unless_it_is_published(recording: RunRecorder, runs: InMemoryRuns) -> None:
    run = runs.start(a_run())
    recording.record_failure(an_execution(), Failure("BrokenRun", "no rows"), "PublishRun")
    assert runs.get(run.id).status is RunStatus.FAILED
    runs.point_readers_at(run.id, STARTED_AT)
    recording.record_failure(an_execution(), Failure("BrokenRun", "no rows"), "PublishRun")
    assert runs.get(run.id).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"Error": "GateRefused", "Cause": json.dumps({"errorMessage": "bad", "errorType": "GateRefused"})}, Failure("GateRefused", "bad")),
        ({"Error": "States.TaskFailed", "Cause": json.dumps({"ErrorMessage": "RowsLost: 3"})}, Failure("States.TaskFailed", "RowsLost: 3")),
        ({"Error": "States.Timeout", "Cause": ""}, Failure("States.Timeout", "no cause was given")),
        ({"Error": "X", "Cause": "plain words"}, Failure("X", "plain words")),
        (None, Failure("Unknown", "no cause was given")),
    ],
)
def test_the_cause_is_read_whoever_wrote_it(error: dict[str, str] | None, expected: Failure) -> None:
    assert Failure.from_error(error) == expected


@pytest.mark.parametrize(("earlier", "times"), [(9, None), (10, 600 / 90), (20, 600 / 180)])
def test_a_run_is_compared_with_the_90th_percentile_of_two_weeks(
    recording: RunRecorder, runs: InMemoryRuns, clock: FixedClock, earlier: int, times: float | None
) -> None:
    """Earlier runs took 10, 20, 30 ... seconds, this one 600."""
    for number in range(earlier):
        began = clock.now() - timedelta(days=1, seconds=number)
        run = runs.start(a_run(f"earlier-{number}", created_at=began))
        runs.finish(run.id, SUCCEEDED, began + timedelta(seconds=10 * (number + 1)))
    long_ago = runs.start(a_run("long ago", created_at=clock.now() - timedelta(days=15)))
    runs.finish(long_ago.id, SUCCEEDED, clock.now())
    run = runs.start(a_run(created_at=clock.now()))
    runs.finish(run.id, SUCCEEDED, clock.now() + timedelta(minutes=10))
    assert recording.measure_times_usual(run.id) == (pytest.approx(times) if times else None)
