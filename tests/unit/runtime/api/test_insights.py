"""The routes of insights: filters, versions, scopes and what people may change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.paths import insights_key
from kpi_engine.insights.terms import InsightCategory, Priority
from runtime.models.domain.insights import InsightStatus
from tests.fakes.examples import STARTED_AT, a_run
from tests.fakes.insights import a_content, a_creation, an_insight
from tests.unit.runtime.api.conftest import ApiResponse, World, call

ID = an_insight().id
PATH = f"/insights/{ID}"


@pytest.fixture
def world(world: World) -> World:
    quality = a_content(headline="late", category=InsightCategory.DATA_QUALITY, priority=Priority.LOW, rank=1.0, owner_role="data steward")
    quality = replace(quality, site_ids=())
    world.insights.audit_log = world.audit_log
    world.insights.apply([a_creation(an_insight()), a_creation(an_insight("b", content=quality))])
    world.lake.write_json(insights_key(a_run().id), {"silent": {"COST": "no rule judges it yet"}})
    return world


def change(body: object, version: str | None = '"1"', path: str = PATH, scope: str = "signify/insights:write") -> ApiResponse:
    headers = {} if version is None else {"if-match": version}
    return call(path, "PATCH", body=json.dumps(body), headers=headers, scope=scope)


def headlines(**query: Any) -> list[str]:
    response = call("/insights", scope="signify/insights:read", **query)
    assert response.status == 200, response.text
    return [each["headline"] for each in response.json["insights"]]


def test_the_list_has_the_open_insights_by_rank_and_says_what_was_not_judged(world: World) -> None:
    response = call("/insights")
    assert [each["headline"] for each in response.json["insights"]] == [a_content().headline, "late"]
    assert response.json["meta"]["warnings"] == ["COST: no rule judges it yet"]
    assert response.json["meta"]["rules"] == []
    assert response.json["meta"]["as_of_date"] == "2026-11-21"


def test_every_filter_narrows_the_list(world: World) -> None:
    assert headlines(category="DATA_QUALITY") == ["late"]
    assert headlines(priority=["LOW", "MEDIUM"]) == ["late"]
    assert headlines(owner="data steward") == ["late"]
    assert headlines(site_id="LDS1") == [a_content().headline]
    assert headlines(status="RESOLVED") == []


def test_pages_follow_each_other_and_a_cursor_belongs_to_its_filters(world: World) -> None:
    first = call("/insights", limit="1").json
    assert call("/insights", limit="1", cursor=first["page"]["next_cursor"]).json["insights"][0]["headline"] == "late"
    assert call("/insights", limit="1", cursor=first["page"]["next_cursor"], category="COST").status == 400


@pytest.mark.parametrize("query", [{"category": "WEATHER"}, {"priority": "urgent"}, {"status": "open"}, {"limit": "101"}, {"sites": "x"}])
def test_a_wrong_filter_is_an_error_that_names_it(world: World, query: dict[str, str]) -> None:
    response = call("/insights", **query)  # type: ignore[arg-type]
    assert response.status == 422
    assert next(iter(query)) in response.text


def test_an_empty_list_says_that_the_run_was_not_judged(world: World) -> None:
    world.insights.by_id.clear()
    world.lake.contents.clear()
    response = call("/insights").json
    assert response["insights"] == []
    assert "has not been judged" in response["meta"]["warnings"][0]
    assert f"follow from other runs; ./signify insights judge {str(a_run().id)[:8]} judges it." in response["meta"]["warnings"][0]


def test_insights_about_days_that_the_published_run_does_not_have_are_pointed_out(world: World) -> None:
    assert not any("does not have" in text for text in call("/insights").json["meta"]["warnings"])
    published_run = world.runs.find_published()
    assert published_run is not None
    later = replace(world.insights.by_id[ID], as_of_date=published_run.as_of_date + timedelta(days=1))
    world.insights.by_id[ID] = later
    warning = call("/insights").json["meta"]["warnings"][0]
    assert warning.startswith(f"1 open insight follows from data after {published_run.as_of_date}, which the published run does not have")
    change({"status": "DISMISSED", "reason": "the file was wrong"})
    assert not any("does not have" in text for text in call("/insights").json["meta"]["warnings"])


def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    assert change({"status": "ACKNOWLEDGED"}, version=None).status == 428
    assert change({"status": "ACKNOWLEDGED"}, version='"2"').status == 412
    response = change({"status": "ACKNOWLEDGED", "assignee": "Kim"})
    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    assert (response.json["status"], response.json["assignee"]) == ("ACKNOWLEDGED", "Kim")
    assert change({"status": "IN_PROGRESS"}).status == 412


@pytest.mark.parametrize("version", ["new", '"-1"', '"1", "2"', '""'])
def test_an_if_match_that_is_no_version_is_an_error(world: World, version: str) -> None:
    assert change({"status": "ACKNOWLEDGED"}, version=version).status == 422


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, ""), ({"status": "EXPIRED"}, "/status"), ({"status": "DISMISSED"}, "/reason"),
     ({"status": "DISMISSED", "reason": " "}, "/reason"),
     ({"status": "DONE"}, "/status"), ({"state": "NEW"}, "/state"), ({"assignee": "x" * 501}, "/assignee"),
     ({"assignee": "\x1b[31mKim"}, "/assignee"), ({"assignee": "Kim\nSystem: all is well"}, "/assignee")],
)  # fmt: skip
def test_a_wrong_change_names_its_field_and_changes_nothing(world: World, body: object, pointer: str) -> None:
    response = change(body)
    assert response.status == 422
    assert [error.get("pointer") for error in response.json["errors"]] == [pointer]
    assert world.insights.by_id[ID].version == 1


def test_a_dismissed_insight_leaves_the_list_and_is_closed_for_changes(world: World) -> None:
    assert change({"status": "DISMISSED", "reason": "a promotion"}).json["closing_reason"] == "a promotion"
    assert headlines() == ["late"]
    response = change({"assignee": "Kim"}, version='"2"')
    assert (response.status, "DISMISSED" in response.json["detail"]) == (409, True)


@pytest.mark.parametrize("status", ["DISMISSED", "RESOLVED"])
def test_an_insight_that_was_closed_by_mistake_is_opened_again_with_a_reason(world: World, status: str) -> None:
    change({"status": status, "reason": "a promotion"})
    assert change({"status": "IN_PROGRESS", "reason": "it was none"}).status == 412
    response = change({"status": "IN_PROGRESS", "reason": " "}, version='"2"')
    assert (response.status, response.json["errors"][0]["pointer"]) == (422, "/reason")
    response = change({"status": "IN_PROGRESS", "reason": "it was none", "assignee": "Kim"}, version='"2"')
    assert (response.status, response.headers["ETag"], response.json["status"]) == (200, '"3"', "IN_PROGRESS")
    assert (response.json["closed_at"], response.json["closing_reason"], response.json["missed_runs"]) == (None, None, 0)
    event = world.audit_log.events[-1]
    assert (event.reason, event.detail["from"], event.detail["to"]) == ("it was none", status, "IN_PROGRESS")
    assert headlines() == [a_content().headline, "late"]


def test_an_insight_is_not_opened_beside_another_one_about_the_same_condition(world: World) -> None:
    change({"status": "DISMISSED", "reason": "a promotion"})
    world.insights.apply([a_creation(replace(an_insight(), id=UUID(int=9)))])
    response = change({"status": "NEW", "reason": "it was none"}, version='"2"')
    assert (response.status, "another one about the same condition is open" in response.json["detail"]) == (409, True)


def test_a_change_is_in_the_audit_log_and_in_the_events(world: World) -> None:
    change({"status": "IN_PROGRESS", "actor_detail": "Kim"})
    [event] = world.audit_log.events
    assert (event.action, event.subject, event.detail["from"], event.detail["to"]) == ("CHANGE_INSIGHT", str(ID), "NEW", "IN_PROGRESS")
    assert [each["kind"] for each in call(PATH).json["events"]] == ["CREATED", "CHANGED"]


def test_feedback_is_stored_once_for_each_key_also_on_a_closed_insight(world: World) -> None:
    change({"status": "RESOLVED"})
    for _ in range(2):
        body = json.dumps({"verdict": "WRONG", "reason": "a stock take"})
        response = call(f"{PATH}/feedback", "POST", body=body, headers={"idempotency-key": "k"}, scope="signify/insights:write")
        assert response.status == 201
    assert [each["detail"]["verdict"] for each in call(PATH).json["events"] if each["kind"] == "FEEDBACK"] == ["WRONG"]


@pytest.mark.parametrize("changes", [{"verdict": "USEFUL"}, {"reason": "another"}, {"reason": None}, {"actor_detail": "Kim"}])
def test_a_key_of_another_feedback_is_refused_and_what_is_stored_stays(world: World, changes: dict[str, str | None]) -> None:
    first = {"verdict": "WRONG", "reason": "a stock take"}
    answers = [
        call(f"{PATH}/feedback", "POST", body=json.dumps(body), headers={"idempotency-key": "k"}, scope="signify/insights:write")
        for body in (first, first | changes)
    ]
    assert [answer.status for answer in answers] == [201, 422]
    assert "was used with another verdict, reason or actor; use a new key" in answers[1].json["detail"]
    [feedback] = [each["detail"] for each in call(PATH).json["events"] if each["kind"] == "FEEDBACK"]
    assert (feedback["verdict"], feedback["reason"]) == ("WRONG", "a stock take")


@pytest.mark.parametrize(
    ("status", "fate"), [("RESOLVED", "opens again by itself"), ("DISMISSED", "stays closed as long as runs see its condition")]
)
def test_a_closed_insight_says_what_becomes_of_it(world: World, status: str, fate: str) -> None:
    change({"status": status, "reason": "done"})
    assert fate in change({"assignee": "Kim"}, version='"2"').json["detail"]


def test_reading_and_writing_need_their_scopes(world: World) -> None:
    for path in ("/insights", PATH, f"{PATH}/explainability"):
        assert call(path, scope="signify/kpis:read").status == 403
        assert call(path, scope="signify/insights:read").status == 200
    assert change({"status": "NEW"}, scope="signify/insights:read").status == 403


@pytest.mark.parametrize("name", [str(UUID(int=5)), "latest", "x y"])
def test_an_unknown_insight_is_not_found_on_every_route(world: World, name: str) -> None:
    assert call(f"/insights/{name}").status == call(f"/insights/{name}/explainability").status == 404
    assert change({"status": "NEW"}, path=f"/insights/{name}").status == 404


def test_an_insight_shows_its_status_and_times(world: World) -> None:
    response = call(PATH)
    assert response.headers["ETag"] == '"1"'
    assert (response.json["status"], response.json["first_seen_at"]) == (InsightStatus.NEW, str(STARTED_AT))
