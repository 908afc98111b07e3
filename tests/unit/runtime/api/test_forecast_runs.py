"""The routes below /forecast-runs."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.scopes import ALL_SCOPES, Scope
from runtime.models.domain.runs import RunEnd, RunStatus
from tests.fakes.examples import AS_OF, STARTED_AT, a_run
from tests.unit.runtime.api.conftest import ApiResponse, World, call

REASON = json.dumps({"reason": "The newest run has no forecast for LDS1."})
WITHOUT_ADMIN = " ".join(scope for scope in ALL_SCOPES.split() if scope != Scope.ADMINISTER_DATA)


@pytest.fixture
def newer(world: World) -> UUID:
    """A run that replaced the one of the fixture; both are loaded."""
    run = world.runs.start(a_run("newer", as_of_date=AS_OF + timedelta(days=1), created_at=STARTED_AT + timedelta(days=1)))
    world.runs.point_readers_at(run.id, STARTED_AT + timedelta(days=1))
    world.loaded_runs.update({a_run().id, run.id})
    return run.id


def publish(run_id: UUID | str, body: str = REASON, key: str | None = None, scope: str = ALL_SCOPES) -> ApiResponse:
    return call(f"/forecast-runs/{run_id}/publish", "POST", body=body, headers={"Idempotency-Key": key} if key else {}, scope=scope)


def test_readers_go_back_to_the_run_that_somebody_publishes(world: World, newer: UUID) -> None:
    answer = publish(a_run().id)
    assert (answer.status, answer.json["outcome"], answer.json["run"]["published"]) == (200, "PUBLISHED", True)
    assert call("/forecasts", time_horizon="7d").json["meta"]["run_id"] == str(a_run().id)
    [event] = world.audit_log.events
    assert (event.actor, event.reason, event.detail) == (
        "client-1",
        "The newest run has no forecast for LDS1.",
        {"replaced_run_id": str(newer)},
    )


def test_the_audit_log_has_the_person_as_the_client_stated_it(world: World, newer: UUID) -> None:
    assert publish(a_run().id, '{"reason": "wrong", "actor_detail": " alice@desk "}').status == 200
    [event] = call("/audit-events").json["audit_events"]
    assert event["actor"] == "client-1"
    assert event["detail"] == {"replaced_run_id": str(newer), "actor_detail": "alice@desk", "actor_detail_verified": False}


@pytest.mark.parametrize("detail", ['""', '"   "', "7", '["alice"]', '"a\\u0000b"', '"' + "x" * 256 + '"'])
def test_a_statement_about_the_person_that_cannot_be_stored_is_refused_by_name(world: World, newer: UUID, detail: str) -> None:
    answer = publish(a_run().id, f'{{"reason": "wrong", "actor_detail": {detail}}}')
    assert (answer.status, world.audit_log.events) == (422, [])
    assert "actor_detail" in answer.text


def test_the_audit_log_lists_what_was_done_newest_first_and_filtered(world: World, newer: UUID) -> None:
    publish(a_run().id)
    publish(newer)
    events = call("/audit-events").json["audit_events"]
    assert sorted((event["action"], event["subject"], event["actor"]) for event in events) == sorted(
        ("PUBLISH_RUN", str(run_id), "client-1") for run_id in (newer, a_run().id)
    )
    assert [event["subject"] for event in call("/audit-events", subject=str(newer)).json["audit_events"]] == [str(newer)]
    assert call("/audit-events", actor="nobody").json["audit_events"] == []
    assert call("/audit-events", action="DELETE_EVERYTHING").status == 422
    first = call("/audit-events", limit="1").json
    assert call("/audit-events", limit="1", cursor=first["page"]["next_cursor"]).json["page"]["has_more"] is False
    assert call("/audit-events", scope=WITHOUT_ADMIN).status == 403


def test_a_second_click_succeeds_and_changes_nothing(world: World, newer: UUID) -> None:
    publish(a_run().id)
    answer = publish(a_run().id)
    assert (answer.status, answer.json["outcome"], len(world.audit_log.events)) == (200, "UNCHANGED", 1)


def test_a_repeated_key_does_not_undo_what_was_published_since(world: World, newer: UUID) -> None:
    publish(a_run().id, key="click-1")
    publish(newer)
    answer = publish(a_run().id, key="click-1")
    assert (answer.status, answer.json["outcome"], answer.headers["Idempotency-Replayed"]) == (200, "REPEATED", "true")
    assert world.runs.pointer == newer


def test_a_repeated_key_that_changed_nothing_does_not_publish_later(world: World, newer: UUID) -> None:
    assert publish(newer, key="click-1").json["outcome"] == "UNCHANGED"
    publish(a_run().id)
    answer = publish(newer, key="click-1")
    assert (answer.json["outcome"], answer.headers["Idempotency-Replayed"]) == ("REPEATED", "true")
    assert world.runs.pointer == a_run().id


def test_a_shorter_horizon_is_a_warning_also_of_the_repeated_request_and_part_of_the_event(world: World, newer: UUID) -> None:
    short = world.runs.start(a_run("short", horizon_days=7))
    world.loaded_runs.add(short.id)
    for answer in (publish(short.id, key="click-1"), publish(short.id, key="click-1")):
        [warning] = answer.json["warnings"]
        assert warning.startswith("Readers see 7 days instead of 28: a longer time_horizon is refused (422)")
    assert call("/forecasts", time_horizon="28d").status == 422
    [event] = world.audit_log.events
    assert (event.detail["horizon_days"], event.detail["replaced_horizon_days"]) == (7, 28)
    assert publish(newer).json["warnings"] == []


def test_a_key_of_another_request_is_refused(world: World, newer: UUID) -> None:
    publish(a_run().id, key="click-1")
    answer = publish(newer, key="click-1")
    assert (answer.status, world.runs.pointer) == (422, a_run().id)
    assert "Idempotency-Key = 'click-1'" in answer.json["detail"]


def test_publishing_by_hand_requires_the_administrators_scope(world: World, newer: UUID) -> None:
    answer = publish(a_run().id, scope=WITHOUT_ADMIN)
    assert (answer.status, world.runs.pointer) == (403, newer)
    assert "signify/data:admin" in answer.json["detail"]


@pytest.mark.parametrize("body", ["{}", '{"reason": ""}', '{"reason": " "}', '{"reason": null}', '{"reason": "x", "force": true}', "[]"])
def test_a_reason_is_required_and_nothing_else_is_accepted(world: World, newer: UUID, body: str) -> None:
    assert publish(a_run().id, body).status == 422
    assert world.runs.pointer == newer


@pytest.mark.parametrize("run_id", [uuid4(), "nonsense"])
def test_an_unknown_run_is_not_published(world: World, newer: UUID, run_id: UUID | str) -> None:
    assert publish(run_id).status == 404


@pytest.mark.parametrize(
    ("status", "was_published", "words"),
    [
        (RunStatus.RUNNING, False, "still running"),
        (RunStatus.FAILED, False, "failed before its forecasts were loaded"),
        (RunStatus.SUCCEEDED, True, "were deleted from the database (setting runsKept)"),
        (RunStatus.FAILED, True, "were deleted from the database (setting runsKept)"),
    ],
)
def test_a_run_without_forecasts_is_a_conflict_that_says_what_to_do(
    world: World, newer: UUID, status: RunStatus, was_published: bool, words: str
) -> None:
    run = world.runs.start(a_run("gone", published_at=STARTED_AT if was_published else None))
    world.runs.finish(run.id, RunEnd(status, is_measured=False), STARTED_AT)
    answer = publish(run.id)
    assert (answer.status, answer.json["code"]) == (409, "RUN_NOT_LOADED")
    assert words in answer.json["detail"]
    if status is not RunStatus.RUNNING:
        assert '{"as_of_date": "2026-11-21"}, and publish the new run by hand' in answer.json["detail"]


def test_runs_are_listed_in_pages(world: World, newer: UUID) -> None:
    first = call("/forecast-runs", limit="1").json
    second = call("/forecast-runs", limit="1", cursor=first["page"]["next_cursor"]).json
    assert [row["run_id"] for row in first["forecast_runs"] + second["forecast_runs"]] == [str(newer), str(a_run().id)]
    assert [first["page"]["has_more"], second["page"]["has_more"]] == [True, False]


def test_the_list_is_filtered(world: World, newer: UUID) -> None:
    world.runs.start(a_run("running"))
    assert len(call("/forecast-runs", status="RUNNING", published="false").json["forecast_runs"]) == 1
    assert len(call("/forecast-runs", published="true").json["forecast_runs"]) == 2
    assert call("/forecast-runs", status="DONE").status == 422


def test_a_run_is_read_with_its_publications(world: World, newer: UUID) -> None:
    answer = call(f"/forecast-runs/{a_run().id}")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert [item["actor"] for item in answer.json["publications"]] == [None]
    assert call(f"/forecast-runs/{uuid4()}").status == 404
