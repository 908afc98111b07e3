"""The edge and the alarms of the deployed platform, on the session's one twin."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.e2e.conftest import Story

pytestmark = pytest.mark.e2e
PROBLEM = "application/problem+json"
LIMIT = 300  # apiClientRateLimit of the stage local


def problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
    found: dict[str, object] = response.json()
    assert (found["status"], found["code"]) == (status, code)
    return found


def test_a_bad_token_is_refused_by_the_gateway(story: Story) -> None:
    answer = httpx.get(f"{story.api.base_url}kpis", headers={"Authorization": "Bearer aaa.bbb.ccc"}, timeout=30)
    problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_of_another_scope_is_told_which_one_is_needed(story: Story) -> None:
    token = story.signify("token", "--scope", "signify/kpis:read").stdout.strip()
    answer = httpx.get(
        f"{story.api.base_url}forecasts", params={"time_horizon": "7d"}, headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    assert "signify/forecasts:read" in str(problem(answer, 403, "FORBIDDEN")["detail"])


@pytest.mark.parametrize("body", ["{not json", "[1, 2]", ""])
def test_a_body_that_is_no_json_object_is_refused_by_the_gateway(story: Story, body: str) -> None:
    answer = story.api.post("/forecasts/generate", content=body, headers={"Content-Type": "application/json"})
    assert "JSON object" in str(problem(answer, 400, "MALFORMED")["detail"])


def test_a_burst_is_answered_with_429_and_when_to_come_back(story: Story) -> None:
    url, headers = f"{story.api.base_url}kpis", {"Authorization": "Bearer burst", "X-Forwarded-For": "203.0.113.99"}
    with httpx.Client(headers=headers, timeout=30) as client:
        answers = [client.get(url) for _ in range(LIMIT + 5)]
    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429] * 5
    found = problem(answers[-1], 429, "RATE_LIMITED")
    assert (answers[-1].headers["retry-after"], found["retry_after_s"]) == ("60", 60)
    assert story.api.get("/kpis").status_code == 200  # others are not held up


def test_a_body_of_a_megabyte_is_too_large(story: Story) -> None:
    answer = story.api.post("/forecasts/generate", content=b'"' + b"x" * 1_000_000 + b'"', headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["code"] == "TOO_LARGE"


def test_a_consumer_of_our_own_gets_through_with_a_token_of_its_own(story: Story) -> None:
    functions = story.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    [name] = [f["FunctionName"] for page in pages for f in page["Functions"] if f["Handler"] == "runtime.functions.canary.handler"]
    walk = json.loads(functions.invoke(FunctionName=name, Payload=b"{}")["Payload"].read())
    assert (walk["passed"], walk["failure"]) == (True, None)


@pytest.mark.parametrize("alarm", ["RunFailed", "NoPublishedRun", "DeadLetters", "ApiErrorsFast", "IntervalsNarrow"])
def test_a_drill_makes_the_alarm_fire_and_shows_what_people_are_told(story: Story, alarm: str) -> None:
    printed = story.signify("drill", alarm).stdout
    assert f"{alarm} fired after" in printed
    assert "docs/runbooks/" in printed


def test_drills_are_listed_and_an_unknown_one_is_named(story: Story) -> None:
    assert "NoPublishedRun" in story.signify("drill").stdout
    unknown = story.signify("drill", "Nothing", check=False)
    assert unknown.returncode == 1
    assert "there is no alarm 'Nothing'; there are " in unknown.stderr
    assert "ApiBlocked" in unknown.stderr
