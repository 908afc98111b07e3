"""The handlers: their results, error types and metrics for given events."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.paths import quality_key
from contracts.run_states import CLOSE_ABANDONED_JOBS, RunState
from runtime import bootstrap
from runtime.adapters.aws.database_roles import DatabaseRoles, Users
from runtime.errors import DatabaseUnavailable, GateRefused, InvalidInput, RunFailed, RunUnmeasured
from runtime.functions import (
    anomaly_detector,
    database_roles,
    execution_listener,
    forecast_trigger,
    insight_builder,
    kpi_calculator,
    logistics_calculator,
    migrator,
    object_withdrawer,
    quality_gate,
    run_publisher,
    run_recorder,
    run_resolver,
)
from runtime.models.domain.jobs import Job, JobStatus, JobType, Progress
from runtime.models.domain.runs import RunStatus
from tests.fakes import (
    InMemoryJobs,
    InMemoryLake,
    InMemoryObjects,
    InMemoryRuns,
)
from tests.fakes.data_api import InMemoryDataApi
from tests.fakes.examples import an_accepted_object, an_execution, put_forecast, quality_json
from tests.fakes.workflow import InMemoryWorkflow
from tests.unit.runtime.functions.conftest import EXECUTION, RUN_ID, call


def test_the_withdrawer_carries_out_orders_and_refuses_events_that_lack_a_reason(objects: InMemoryObjects) -> None:
    record = an_accepted_object()
    order = {"object": str(record.id), "reason": "wrong file", "actor": "ana"}
    for mode, status in (("withdraw", "WITHDRAWN"), ("restore", "ACCEPTED"), ("erase", "WITHDRAWN")):
        output = call(object_withdrawer, {**order, "mode": mode})
        assert [entry["status"] for entry in output["objects"]] == [status]
    withdrawal = objects.find_withdrawal(record.id)
    assert withdrawal is not None
    assert (withdrawal.actor, withdrawal.reason) == ("ana", "wrong file")
    assert "was erased on" in call(object_withdrawer, {**order, "mode": "restore"})["error"]


@pytest.mark.parametrize(
    ("field", "value"), [("reason", " "), ("reason", "x" * 1025), ("reason", "a\0b"), ("object", "a\0b"), ("object", 7), ("mode", "forget")]
)
def test_the_withdrawer_refuses_a_wrong_order_without_failing_which_would_raise_an_alarm(
    objects: InMemoryObjects, field: str, value: object
) -> None:
    order = {"object": str(an_accepted_object().id), "reason": "wrong file", "actor": "ana", "mode": "withdraw"}
    output = call(object_withdrawer, {**order, field: value})
    assert output["objects"] == []
    assert field in output["error"]


def read_metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The metrics of all EMF lines printed, with their dimensions."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    return {name: value for line in lines for name, value in line.items() if name != "_aws"}


def test_the_functions_of_a_run_pass_it_on_from_input_to_summary(
    lake: InMemoryLake, runs: InMemoryRuns, jobs: InMemoryJobs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resolution = call(run_resolver, {"input": {"horizon_days": 28}, "execution": EXECUTION})
    assert resolution["run_id"] == RUN_ID
    run_id = an_execution().run_id
    lake.write_json(quality_key(run_id), quality_json(run_id))
    assert call(quality_gate, resolution)["verdict"] == "PASS"
    put_forecast(lake, tmp_path, run_id)
    publication = call(run_publisher, resolution)
    assert (publication["published"], publication["rows"]) == (True, 56)
    assert call(kpi_calculator, {"run_id": RUN_ID})["accuracy"] is None
    assert call(logistics_calculator, {"run_id": RUN_ID})["scopes"] == 1
    outcome = call(run_recorder, {"outcome": "SUCCEEDED", "execution": EXECUTION, "run_id": RUN_ID, "dpu_seconds": 900})
    assert outcome["summary"].startswith(f"Run {RUN_ID} published: forecast for 2026-11-22 to 2026-12-19")
    assert jobs.get(run_id).status is JobStatus.SUCCEEDED
    metrics = read_metrics(capsys)
    assert {
        name: metrics[name] for name in ("RunPublished", "RowsQuarantined", "BacktestWape", "RunsSucceeded", "GlueDpuHours", "InputAgeDays")
    } == {
        "RunPublished": [1.0],
        "RowsQuarantined": [20.0],
        "BacktestWape": [40.0],
        "RunsSucceeded": [1.0],
        "GlueDpuHours": [0.25],
        "InputAgeDays": [1.0],
    }
    assert metrics["stage"]


def test_the_job_shows_the_state_that_is_entered_and_never_goes_back(
    lake: InMemoryLake, jobs: InMemoryJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks: list[Progress] = []
    mark = jobs.mark_running

    def record(job_id: UUID, progress: Progress, *rest: Any) -> None:
        marks.append(progress)
        mark(job_id, progress, *rest)

    monkeypatch.setattr(jobs, "mark_running", record)
    run_id = an_execution().run_id
    call(run_resolver, {"input": {}, "execution": EXECUTION, "state": "ResolveInput", "next_state": "Cleanse"})
    lake.write_json(quality_key(run_id), quality_json(run_id))
    call(quality_gate, {"run_id": RUN_ID, "state": "QualityGate", "next_state": "BuildFeatures"})
    put_forecast(lake, tmp_path, run_id)
    call(run_publisher, {"run_id": RUN_ID, "state": "PublishRun"})
    call(anomaly_detector, {"run_id": RUN_ID, "state": "DetectAnomalies"})
    call(kpi_calculator, {"run_id": RUN_ID, "state": "ComputeKpis"})
    call(logistics_calculator, {"run_id": RUN_ID, "state": "MeasureLogistics"})
    call(insight_builder, {"run_id": RUN_ID, "state": "BuildInsights"})
    call(run_recorder, {"outcome": "SUCCEEDED", "execution": EXECUTION, "run_id": RUN_ID, "state": "FinishRun"})
    assert [progress["message"] for progress in marks] == [state for state in RunState if state is not RunState.FORECAST]
    assert [progress["step"] for progress in marks] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert [progress["percent"] for progress in marks] == [0, 9, 18, 27, 45, 54, 63, 72, 81, 90]
    assert jobs.get(run_id).status is JobStatus.SUCCEEDED


def test_the_job_of_a_refused_run_stays_at_the_gate(lake: InMemoryLake, jobs: InMemoryJobs) -> None:
    call(run_resolver, {"input": {}, "execution": EXECUTION, "state": "ResolveInput", "next_state": "Cleanse"})
    run_id = an_execution().run_id
    lake.write_json(quality_key(run_id), quality_json(run_id, quarantined=500))
    with pytest.raises(GateRefused):
        call(quality_gate, {"run_id": RUN_ID, "state": "QualityGate", "next_state": "BuildFeatures"})
    assert jobs.get(run_id).progress["message"] == "QualityGate"


def test_an_execution_of_an_earlier_definition_sends_no_state_and_changes_no_progress(lake: InMemoryLake, jobs: InMemoryJobs) -> None:
    resolution = call(run_resolver, {"input": {}, "execution": EXECUTION})
    lake.write_json(quality_key(an_execution().run_id), quality_json(an_execution().run_id))
    assert call(quality_gate, resolution)["verdict"] == "PASS"
    assert jobs.get(an_execution().run_id).progress["message"] == "ResolveInput"


def test_a_refused_run_is_still_counted(lake: InMemoryLake, capsys: pytest.CaptureFixture[str]) -> None:
    resolution = call(run_resolver, {"input": {}, "execution": EXECUTION})
    run_id = an_execution().run_id
    lake.write_json(quality_key(run_id), quality_json(run_id, quarantined=500))
    with pytest.raises(GateRefused):
        call(quality_gate, resolution)
    assert read_metrics(capsys)["RowsQuarantined"] == [500.0]


def test_a_run_that_is_not_to_be_published_sends_no_heartbeat(
    lake: InMemoryLake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resolution = call(run_resolver, {"input": {"publish": False}, "execution": EXECUTION})
    put_forecast(lake, tmp_path, an_execution().run_id)
    assert call(run_publisher, resolution)["published"] is False
    assert read_metrics(capsys)["RunPublished"] == [0.0]


def test_a_failure_is_recorded_without_a_run(jobs: InMemoryJobs, capsys: pytest.CaptureFixture[str]) -> None:
    cause = json.dumps({"errorMessage": "unknown key horizon", "errorType": "UnknownInputKey"})
    event = {"outcome": "FAILED", "execution": EXECUTION, "error": {"Error": "UnknownInputKey", "Cause": cause}}
    assert "UnknownInputKey: unknown key horizon" in call(run_recorder, event)["summary"]
    assert jobs.get(an_execution().run_id).error == {"code": "UnknownInputKey", "detail": "unknown key horizon"}
    assert read_metrics(capsys)["RunsSucceeded"] == [0.0]


def test_a_failure_after_publishing_counts_as_a_forecast(
    runs: InMemoryRuns, lake: InMemoryLake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resolution = call(run_resolver, {"input": {}, "execution": EXECUTION})
    put_forecast(lake, tmp_path, an_execution().run_id)
    call(run_publisher, resolution)
    event = {"outcome": "FAILED", "execution": EXECUTION, "error": {"Error": "X", "Cause": "no"}, "failed_state": "ComputeKpis"}
    assert call(run_recorder, event)["status"] == "SUCCEEDED"
    assert runs.get(an_execution().run_id).failure == {"state": "ComputeKpis", "code": "X", "detail": "no"}
    assert read_metrics(capsys)["RunsSucceeded"] == [1.0]
    failure = {"state": "ComputeKpis", "redrives": 0, "summary": "not measured", "status": "SUCCEEDED"}
    with pytest.raises(RunUnmeasured, match="not measured"):
        call(run_recorder, {"outcome": "END", "execution": EXECUTION, "failure": failure})


@pytest.mark.parametrize("event", [{}, {"run_id": "no uuid"}, {"run_id": RUN_ID, "gate": "open"}])
def test_an_event_that_is_none_is_refused_by_name(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"the event is not a (StepEvent|GatedRunEvent): "):
        call(quality_gate, event)


def test_the_schedule_starts_the_day_once(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (call(forecast_trigger, {"scheduled_time": "2026-11-24T04:30:00Z"}) for _ in range(2))
    assert first == second
    assert (first["execution"], first["outcome"]) == ("daily-2026-11-24", "RUNNING")


def test_a_schedule_that_starts_nothing_says_so_in_its_metric(workflow: InMemoryWorkflow, capsys: pytest.CaptureFixture[str]) -> None:
    """The alarm ScheduleStartedNothing reads it: without it, the day would have no forecast and no alarm before NoPublishedRun."""
    event = {"scheduled_time": "2026-11-24T04:30:00Z"}
    call(forecast_trigger, event)
    assert read_metrics(capsys)["DailyStartAccepted"] == [1.0]
    workflow.finished_names.add("daily-2026-11-24")
    assert call(forecast_trigger, event)["outcome"] == "ENDED_ALREADY"
    assert read_metrics(capsys)["DailyStartAccepted"] == [0.0]


def test_the_detector_counts_what_it_judged() -> None:
    call(run_resolver, {"input": {}, "execution": EXECUTION})
    assert call(anomaly_detector, {"run_id": RUN_ID})["series"] == 0


@pytest.mark.parametrize(("redrives", "ends"), [(0, True), (1, False)])
def test_a_failed_run_ends_its_execution_until_it_is_redriven(redrives: int, ends: bool) -> None:
    failure = {"state": "Cleanse", "redrives": 0, "summary": "the run failed"}
    event = {"outcome": "END", "execution": {**EXECUTION, "redrive_count": redrives}, "failure": failure}
    if ends:
        with pytest.raises(RunFailed, match="the run failed"):
            call(run_recorder, event)
    else:
        assert call(run_recorder, event)["resumed_at"] == "Cleanse"


def status_event(status: str, **more: Any) -> dict[str, Any]:
    """An event as EventBridge sends it, without what nobody reads."""
    detail = {"executionArn": EXECUTION["arn"], "name": EXECUTION["name"], "status": status, "startDate": 1795321800000, **more}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}


def test_an_execution_that_somebody_stopped_closes_its_run_and_a_redrive_opens_it(
    runs: InMemoryRuns, jobs: InMemoryJobs, workflow: InMemoryWorkflow
) -> None:
    call(run_resolver, {"input": {}, "execution": EXECUTION})
    workflow.start(str(EXECUTION["name"]), {})
    workflow.finished_names.add(str(EXECUTION["name"]))
    run_id = an_execution().run_id
    assert call(execution_listener, status_event("ABORTED", error=None, cause=None))["outcome"] == "CLOSED"
    assert (jobs.get(run_id).status, runs.get(run_id).status) == (JobStatus.CANCELLED, RunStatus.FAILED)
    assert jobs.get(run_id).error == {"code": "Execution.ABORTED", "detail": "the execution was stopped"}
    workflow.finished_names.clear()
    assert call(execution_listener, status_event("RUNNING", redriveCount=1))["outcome"] == "REOPENED"
    assert (jobs.get(run_id).status, runs.get(run_id).status) == (JobStatus.RUNNING, RunStatus.RUNNING)


@pytest.mark.parametrize(("error", "counts"), [("RunFailed", (1.0, 0.0)), ("RunUnmeasured", (0.0, 1.0)), (None, (1.0, 0.0))])
def test_a_failed_execution_is_counted_by_its_error_also_without_the_database(
    jobs: InMemoryJobs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: str | None, counts: tuple[float, float]
) -> None:
    def refuse(*_arguments: object) -> None:
        raise DatabaseUnavailable("The database is unavailable: paused")

    monkeypatch.setattr(jobs, "create", refuse)
    with pytest.raises(DatabaseUnavailable):
        call(execution_listener, status_event("FAILED", error=error, cause="{}"))
    metrics = read_metrics(capsys)
    assert ([counts[0]], [counts[1]]) == (metrics["RunsFailed"], metrics["RunsUnmeasured"])


@pytest.mark.parametrize(("is_published", "count"), [(True, 1.0), (False, 0.0)])
def test_a_stopped_execution_counts_as_unmeasured_when_its_run_is_published(
    runs: InMemoryRuns, workflow: InMemoryWorkflow, capsys: pytest.CaptureFixture[str], is_published: bool, count: float
) -> None:
    call(run_resolver, {"input": {}, "execution": EXECUTION})
    if is_published:
        runs.point_readers_at(an_execution().run_id, an_execution().started_at)
    workflow.start(str(EXECUTION["name"]), {})
    workflow.finished_names.add(str(EXECUTION["name"]))
    call(execution_listener, status_event("ABORTED"))
    metrics = read_metrics(capsys)
    assert (metrics["RunsUnmeasured"], "RunsFailed" in metrics) == ([count], False)


@pytest.mark.parametrize(("error", "count"), [("RunCancelled", 0.0), ("Drill", 1.0), (None, 1.0)])
def test_an_execution_that_was_stopped_counts_unless_its_job_was_cancelled(
    jobs: InMemoryJobs, workflow: InMemoryWorkflow, capsys: pytest.CaptureFixture[str], error: str | None, count: float
) -> None:
    call(run_resolver, {"input": {}, "execution": EXECUTION})
    workflow.start(str(EXECUTION["name"]), {})
    workflow.finished_names.add(str(EXECUTION["name"]))
    call(execution_listener, status_event("ABORTED", error=error, cause="by client-1"))
    assert read_metrics(capsys)["RunsAborted"] == [count]
    assert jobs.get(an_execution().run_id).status is JobStatus.CANCELLED


def test_the_migrator_returns_the_revision(adapters: bootstrap.Adapters) -> None:
    class Migrations:
        def upgrade(self) -> str:
            return "0001"

    adapters.migrations = Migrations()
    assert call(migrator, {}) == {"revision": "0001"}


def test_the_creation_of_database_users_returns_their_names(adapters: bootstrap.Adapters) -> None:
    adapters.database_roles = DatabaseRoles(InMemoryDataApi(), "cluster", "secret", "signify", Users("writers", "readers"))
    assert call(database_roles, {}) == {"functions": "writers", "api": "readers"}


def test_the_listener_closes_abandoned_jobs_by_the_task_of_its_schedule(jobs: InMemoryJobs) -> None:
    run_id = an_execution().run_id
    long_ago = an_execution().started_at - timedelta(days=1)
    jobs.create(Job(run_id, JobType.FORECAST_RUN, JobStatus.QUEUED, long_ago, long_ago, idempotency_key=an_execution().name))
    assert call(execution_listener, {"task": CLOSE_ABANDONED_JOBS}) == {"closed_jobs": [str(run_id)]}
    assert jobs.get(run_id).status is JobStatus.FAILED


def test_the_listener_refuses_a_task_that_it_does_not_know() -> None:
    with pytest.raises(InvalidInput, match="task"):
        call(execution_listener, {"task": "close_everything"})
