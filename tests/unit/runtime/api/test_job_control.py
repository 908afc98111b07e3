"""GET /jobs, POST /jobs/{id}/cancel, and what a job says of its end."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from contracts.scopes import Scope
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.jobs import JobStatus, progress_at
from runtime.services.runs.run_recorder import job_of
from tests.fakes.examples import STARTED_AT, an_execution
from tests.unit.runtime.api.conftest import World, call

OWN = f"{Scope.READ_FORECASTS} {Scope.RUN_FORECASTS}"


def start(client_id: str = "client-1") -> UUID:
    """Start a run as this client, whatever is in flight, and return the id of its job."""
    return UUID(call("/forecasts/generate", "POST", body='{"force": true}', client_id=client_id).json["job_id"])


def cancel(job_id: UUID, scope: str = OWN, body: str = '{"reason": "wrong day"}', client_id: str = "client-1") -> tuple[int, str]:
    response = call(f"/jobs/{job_id}/cancel", "POST", body=body, scope=scope, client_id=client_id)
    return response.status, response.text


def test_a_client_lists_its_own_jobs_and_an_administrator_all(world: World) -> None:
    own, other = start(), start("client-2")
    world.jobs.create(job_of(an_execution()))
    assert [job["job_id"] for job in call("/jobs", scope=OWN).json["jobs"]] == [str(own)]
    everything = call("/jobs", scope=f"{OWN} {Scope.ADMINISTER_DATA}").json["jobs"]
    assert {job["job_id"] for job in everything} == {str(own), str(other), str(an_execution().run_id)}
    assert {job["requested_by"] for job in everything} == {"api:client-1", "api:client-2", None}


def test_jobs_are_listed_newest_first_in_pages_and_by_status(world: World) -> None:
    job_ids = []
    for _ in range(3):
        job_ids.append(str(start()))
        world.clock.advance(minutes=30)
    world.jobs.finish(UUID(job_ids[0]), JobStatus.FAILED, world.clock.now(), error={"code": "x", "detail": "y"})
    first = call("/jobs", limit="2").json
    second = call("/jobs", limit="2", cursor=first["page"]["next_cursor"]).json
    assert [job["job_id"] for job in first["jobs"] + second["jobs"]] == job_ids[::-1]
    assert (second["page"]["has_more"], second["page"]["next_cursor"]) == (False, None)
    assert [job["job_id"] for job in call("/jobs", status="FAILED").json["jobs"]] == job_ids[:1]
    assert call("/jobs", limit="2", status="QUEUED", cursor=first["page"]["next_cursor"]).json["code"] == "BAD_CURSOR"
    assert call("/jobs", status="LOST").status == 422


def test_a_cancelled_job_stops_its_execution_and_is_audited(world: World) -> None:
    job_id = start()
    response = call(f"/jobs/{job_id}/cancel", "POST", body='{"reason": "wrong day"}', scope=OWN)
    assert (response.status, response.headers["Location"]) == (202, f"/test/api/v1/jobs/{job_id}")
    [(_, error, cause)] = world.workflow.stops
    assert (error, cause) == ("RunCancelled", "cancelled by client-1: wrong day")
    [event] = world.audit_log.events
    assert (event.actor, event.action, event.subject, event.reason) == ("client-1", "CANCEL_RUN", str(job_id), "wrong day")


def test_a_deleted_job_is_cancelled_as_without_a_reason(world: World) -> None:
    job_id = start()
    response = call(f"/jobs/{job_id}", "DELETE", scope=OWN)
    assert (response.status, response.headers["Location"]) == (202, f"/test/api/v1/jobs/{job_id}")
    [event] = world.audit_log.events
    assert (event.subject, event.reason) == (str(job_id), None)
    assert call(f"/jobs/{start()}", "DELETE", scope="signify/forecasts:read").status == 403


def test_the_audit_event_of_a_cancelled_job_is_copied_to_the_lake(world: World) -> None:
    job_id, event_id = start(), uuid4()
    world.table_rows.by_owner[BackupTable.AUDIT_EVENTS, job_id] = [{"id": str(event_id), "subject": str(job_id)}]
    assert cancel(job_id)[0] == 202
    assert world.lake.read_json(f"backup/audit_events/{event_id}.json")["owner"] == str(job_id)


def test_a_cancelled_job_is_audited_with_the_person_as_the_client_stated_it(world: World) -> None:
    assert cancel(start(), body='{"reason": "wrong day", "actor_detail": "alice@desk"}')[0] == 202
    [event] = world.audit_log.events
    assert (event.actor, event.detail) == ("client-1", {"actor_detail": "alice@desk", "actor_detail_verified": False})


def test_two_cancels_at_once_leave_one_event_and_a_cancel_after_a_redrive_another(world: World) -> None:
    job_id = start()
    for redrive_count in (0, 0, 1):
        world.workflow.finished_names.clear()  # each looked before the other stopped the execution
        world.workflow.redrive_count = redrive_count
        assert cancel(job_id)[0] == 202
    assert [event.subject for event in world.audit_log.events] == [str(job_id)] * 2


def test_an_ended_job_cannot_be_cancelled(world: World) -> None:
    job_id = start()
    world.jobs.finish(job_id, JobStatus.SUCCEEDED, world.clock.now())
    status, text = cancel(job_id)
    assert (status, world.workflow.stops, world.audit_log.events) == (409, [], [])
    assert "has ended as SUCCEEDED" in text


def test_a_job_whose_execution_is_over_or_was_never_started_cannot_be_cancelled(world: World) -> None:
    job_id = start()
    world.workflow.inputs.clear()
    assert (cancel(job_id)[0], world.audit_log.events) == (409, [])


def test_the_job_of_another_client_is_cancelled_by_administrators_only(world: World) -> None:
    job_id = start("client-2")
    assert cancel(job_id)[0] == 403
    assert not world.workflow.stops
    assert cancel(job_id, scope=f"{OWN} {Scope.ADMINISTER_DATA}")[0] == 202


def test_reading_does_not_allow_cancelling(world: World) -> None:
    assert cancel(start(), scope=Scope.READ_FORECASTS)[0] == 403


@pytest.mark.parametrize("body", ['{"why": "x"}', '{"reason": ""}', "[]"])
def test_a_body_that_cannot_be_meant_is_refused(world: World, body: str) -> None:
    job_id = start()
    assert cancel(job_id, body=body)[0] == 422
    assert not world.workflow.stops


def test_a_job_that_succeeded_is_done(world: World) -> None:
    job_id = start()
    world.jobs.mark_running(job_id, progress_at("FinishRun"), STARTED_AT)
    world.jobs.finish(job_id, JobStatus.SUCCEEDED, STARTED_AT)
    assert call(f"/jobs/{job_id}").json["progress"] == {"step": 11, "steps": 11, "percent": 100, "message": "FinishRun"}


@pytest.mark.parametrize(
    ("status", "name", "code", "http_status", "title"),
    [
        (JobStatus.FAILED, "GateRefused", "GATE_REFUSED", 500, "The run failed"),
        (JobStatus.FAILED, "InvalidInput", "VALIDATION", 422, "The run failed"),
        (JobStatus.FAILED, "UnknownInputKey", "VALIDATION", 422, "The run failed"),
        (JobStatus.FAILED, "NoInputData", "NO_INPUT_DATA", 409, "The run failed"),
        (JobStatus.TIMED_OUT, "States.Timeout", "STATES_TIMEOUT", 500, "The run timed out"),
        (JobStatus.CANCELLED, "RunCancelled", "RUN_CANCELLED", 500, "The run was cancelled"),
    ],
)
def test_a_job_without_a_result_has_a_problem_object(
    world: World, status: JobStatus, name: str, code: str, http_status: int, title: str
) -> None:
    job_id = start()
    world.jobs.mark_running(job_id, progress_at("QualityGate"), STARTED_AT)
    world.jobs.finish(job_id, status, STARTED_AT, error={"code": name, "detail": "12 % of the rows"})
    assert call(f"/jobs/{job_id}").json["error"] == {
        "type": f"/problems/{code.lower().replace('_', '-')}",
        "title": title,
        "status": http_status,
        "detail": "12 % of the rows",
        "instance": f"/test/api/v1/jobs/{job_id}",
        "code": code,
        "state": "QualityGate",
    }


def test_a_job_links_to_its_forecast_only_once_there_is_a_run(world: World) -> None:
    job_id = start()
    assert call(f"/jobs/{job_id}").json["links"]["forecast"] is None
    world.jobs.mark_running(job_id, progress_at("ResolveInput"), STARTED_AT)
    assert call(f"/jobs/{job_id}").json["links"]["forecast"] is None
    world.jobs.mark_running(job_id, progress_at("Cleanse"), STARTED_AT)
    assert call(f"/jobs/{job_id}").json["links"]["forecast"] == f"/test/api/v1/forecasts/{job_id}"
