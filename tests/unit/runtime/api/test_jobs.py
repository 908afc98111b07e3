"""POST /forecasts/generate and GET /jobs/{id}."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from contracts.scopes import Scope
from runtime.services.runs.forecast_jobs import execution_name
from runtime.services.runs.run_recorder import job_of
from tests.fakes.examples import STARTED_AT, an_execution
from tests.unit.runtime.api.conftest import RUNS_PER_HOUR, ApiResponse, World, call

KEY = {"Idempotency-Key": "daily-2026-11-23"}
NAME = execution_name("client-1", "daily-2026-11-23")
FORCE = '{"force": true}'
ADMINISTRATOR = f"{Scope.RUN_FORECASTS} {Scope.ADMINISTER_DATA}"


def generate(body: str = "{}", headers: dict[str, str] | None = None) -> ApiResponse:
    return call("/forecasts/generate", "POST", body=body, headers=headers)


def test_a_run_is_started_and_answers_where_to_ask(world: World) -> None:
    answer = generate('{"time_horizon": "14d", "reason": "late file"}', KEY)
    assert answer.status == 202
    assert answer.headers["Location"] == f"/test/api/v1/jobs/{answer.json['job_id']}"
    assert answer.headers["Retry-After"] == "5"
    assert answer.json["status"] == "QUEUED"
    assert world.workflow.inputs[NAME] == {
        "horizon_days": 14,
        "gate": "enforce",
        "requested_by": "api:client-1",
        "reason": "late file",
        "idempotency_key": NAME,
    }


def test_the_started_job_can_be_asked_for(world: World) -> None:
    job_id = generate().json["job_id"]
    assert call(f"/jobs/{job_id}").json["job_id"] == job_id
    assert call(f"/jobs/{job_id}/").status == 200


def test_the_same_key_and_body_start_nothing_new(world: World) -> None:
    first, second = generate(headers=KEY), generate(headers=KEY)
    assert second.json["job_id"] == first.json["job_id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(world.workflow.inputs) == 1


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    generate(headers=KEY)
    answer = generate('{"time_horizon": "7d"}', KEY)
    assert answer.status == 422
    assert "daily-2026-11-23" in answer.json["detail"]


def test_a_start_that_broke_off_is_completed_by_the_next_call(world: World) -> None:
    generate(headers=KEY)
    world.workflow.inputs.clear()
    generate(headers=KEY)
    assert list(world.workflow.inputs) == [NAME]


def test_without_a_key_every_call_starts_a_run(world: World) -> None:
    assert generate(FORCE).json["job_id"] != generate(FORCE).json["job_id"]


def test_a_second_run_is_refused_with_the_job_of_the_first(world: World) -> None:
    first, second = generate(), generate()
    assert (second.status, second.json["code"], second.headers["Content-Type"]) == (409, "RUN_IN_PROGRESS", "application/problem+json")
    assert second.json["job"] == first.headers["Location"] == f"/test/api/v1/jobs/{first.json['job_id']}"
    assert "`force: true`" in second.json["detail"]
    assert (len(world.workflow.inputs), len(world.jobs.by_id)) == (1, 1)


def test_a_replay_of_the_run_in_flight_is_not_refused(world: World) -> None:
    first, again = generate(headers=KEY), generate(headers=KEY)
    assert (again.status, again.json["job_id"]) == (202, first.json["job_id"])


def test_a_second_run_can_be_forced_by_an_administrator_only(world: World) -> None:
    generate()
    assert call("/forecasts/generate", "POST", body=FORCE, scope=Scope.RUN_FORECASTS).status == 403
    forced_response = call("/forecasts/generate", "POST", body=FORCE, scope=ADMINISTRATOR)
    assert (forced_response.status, len(world.workflow.inputs)) == (202, 2)
    assert "force" not in world.workflow.inputs[list(world.workflow.inputs)[1]]


def test_a_scheduled_run_in_flight_is_named_too(world: World) -> None:
    execution = an_execution()
    world.workflow.start(execution.name, {})
    world.jobs.create(job_of(execution))
    refusal = generate()
    assert (refusal.status, refusal.json["job"]) == (409, f"/test/api/v1/jobs/{execution.run_id}")


def test_a_run_whose_execution_died_without_a_record_blocks_nobody(world: World) -> None:
    execution = an_execution()
    world.workflow.start(execution.name, {})
    world.workflow.finished_names.add(execution.name)
    world.jobs.create(job_of(execution))
    assert generate().status == 202


def test_a_job_that_never_got_an_execution_blocks_others_for_a_minute(world: World) -> None:
    """The request that stored it may be about to start the execution, or it died in between."""
    generate()
    world.workflow.inputs.clear()
    world.clock.advance(seconds=59)
    assert generate().status == 409
    world.clock.advance(seconds=2)
    assert generate().status == 202


def test_a_client_may_start_so_many_runs_in_an_hour(world: World) -> None:
    for _ in range(RUNS_PER_HOUR):
        assert generate(FORCE).status == 202
        world.clock.advance(minutes=1)
    refusal = generate(FORCE)
    assert (refusal.status, refusal.json["code"]) == (429, "RATE_LIMITED")
    assert refusal.headers["RateLimit-Policy"] == f'"runs";q={RUNS_PER_HOUR};w=3600'
    assert refusal.headers["RateLimit"] == f'"runs";r=0;t={refusal.headers["Retry-After"]}'
    assert (refusal.json["limit"], refusal.json["window_s"]) == (RUNS_PER_HOUR, 3600)
    reset = STARTED_AT + timedelta(hours=1)
    assert refusal.json["reset"] == reset.isoformat()
    assert refusal.headers["Retry-After"] == str(60 * (60 - RUNS_PER_HOUR)) == str(refusal.json["retry_after_s"])
    assert call("/forecasts/generate", "POST", body=FORCE, client_id="client-2").status == 202
    world.clock.advance(minutes=60 - RUNS_PER_HOUR)
    assert generate(FORCE).status == 202


def test_each_start_states_how_many_are_left_and_when_one_more_is(world: World) -> None:
    quotas = []
    for _ in range(RUNS_PER_HOUR):
        answer = generate(FORCE)
        assert answer.headers["RateLimit-Policy"] == f'"runs";q={RUNS_PER_HOUR};w=3600'
        quotas.append(answer.headers["RateLimit"])
        world.clock.advance(minutes=10)
    assert quotas == ['"runs";r=2;t=3600', '"runs";r=1;t=3000', '"runs";r=0;t=2400']
    world.clock.advance(minutes=35)  # the first start no longer counts: 65 minutes ago
    assert call("/forecasts/generate", "POST", body=FORCE, client_id="client-2").headers["RateLimit"] == '"runs";r=2;t=3600'
    assert generate(FORCE).headers["RateLimit"] == '"runs";r=0;t=300'


def test_replays_and_refusals_do_not_count_towards_the_limit(world: World) -> None:
    for _ in range(RUNS_PER_HOUR + 1):
        assert generate(headers=KEY).status == 202
        assert generate().status == 409
    assert generate(FORCE).status == 202


def test_a_key_whose_execution_has_ended_returns_the_job_it_started(world: World) -> None:
    first = generate(headers=KEY)
    world.workflow.finished_names.add(NAME)
    again = generate(headers=KEY)
    assert (again.status, again.json["job_id"]) == (202, first.json["job_id"])


def test_a_key_is_never_the_name_of_a_scheduled_run(world: World) -> None:
    world.workflow.finished_names.add("daily-2026-11-23")
    assert generate(headers=KEY).status == 202
    assert "daily-2026-11-23" not in world.workflow.inputs


def test_the_same_key_of_another_client_starts_another_run(world: World) -> None:
    own, other = (call("/forecasts/generate", "POST", body=FORCE, headers=KEY, client_id=client) for client in ("client-1", "client-2"))
    assert own.json["job_id"] != other.json["job_id"]
    assert "Idempotency-Replayed" not in other.headers
    assert len(world.workflow.inputs) == 2


def test_a_day_before_all_data_is_refused_at_once_and_leaves_no_job(world: World) -> None:
    answer = generate('{"as_of_date": "2024-11-21"}')
    assert (answer.status, world.jobs.by_id, world.workflow.inputs) == (422, {}, {})
    assert "/as_of_date: 2024-11-21 is before the accepted data, which starts on 2024-11-22" in answer.json["detail"]
    assert generate('{"as_of_date": "2024-11-22"}').status == 202


@pytest.mark.parametrize(
    ("first_day", "complaint"), [(None, "upload one to landing/demand_history/v1/"), (STARTED_AT.date(), "none of its days has ended")]
)
def test_without_data_no_run_is_started_that_could_only_fail(world: World, first_day: date | None, complaint: str) -> None:
    world.objects.first_day = first_day
    answer = generate()
    assert (answer.status, answer.json["code"], world.jobs.by_id) == (409, "NO_INPUT_DATA", {})
    assert complaint in answer.json["detail"]


def test_a_request_is_replayed_also_when_its_data_was_withdrawn_since(world: World) -> None:
    first = generate(headers=KEY)
    world.objects.first_day = None
    assert generate(headers=KEY).json["job_id"] == first.json["job_id"]


@pytest.mark.parametrize("body", ['{"publish": true}', '{"gate": "warn"}', '{"gate": "skip", "as_of_date": "2026-05-01"}'])
def test_overriding_a_gate_or_the_rule_of_publishing_needs_the_scope_of_an_administrator(world: World, body: str) -> None:
    answer = call("/forecasts/generate", "POST", body=body, scope=Scope.RUN_FORECASTS)
    assert (answer.status, len(world.workflow.inputs)) == (403, 0)
    assert "signify/data:admin" in answer.json["detail"]
    assert call("/forecasts/generate", "POST", body=body, scope=ADMINISTRATOR).status == 202


@pytest.mark.parametrize("day", ["2099-01-01", STARTED_AT.date().isoformat()])
def test_a_day_that_is_not_over_is_refused_before_a_run_is_started(world: World, day: str) -> None:
    answer = generate(json.dumps({"as_of_date": day}))
    assert (answer.status, len(world.workflow.inputs)) == (422, 0)
    assert day in answer.json["detail"]


@pytest.mark.parametrize("key", ["  ", "x" * 256])
def test_a_key_too_short_or_too_long_is_refused(world: World, key: str) -> None:
    assert generate(headers={"Idempotency-Key": key}).status == 422


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        ("{", 400, "not valid JSON"),
        ('{"as_of_date": "yesterday"}', 422, "/as_of_date"),
        ('{"sku": "A"}', 422, "/sku"),
        ('{"time_horizon": "1y"}', 422, "1y"),
        (json.dumps({"reason": "x" * 256}), 422, "/reason"),
    ],
)
def test_a_body_that_cannot_be_honoured_is_explained(world: World, body: str, status: int, name: str) -> None:
    answer = generate(body)
    assert answer.status == status
    assert name in answer.text
    assert not world.workflow.inputs


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/csv", "application/xml; charset=utf-8"])
def test_a_body_of_another_type_is_refused_by_its_type(world: World, kind: str) -> None:
    answer = generate("{}", headers={"content-type": kind})
    assert (answer.status, answer.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert answer.json["detail"] == f"Content-Type is {kind.partition(';')[0]!r}; send the body as application/json."
    assert not world.workflow.inputs


@pytest.mark.parametrize("job_id", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_job_is_not_found(world: World, job_id: str) -> None:
    assert call(f"/jobs/{job_id}").status == 404
