"""API limits and alarms of the deployed platform, on the session's local stack."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.e2e.conftest import Story

pytestmark = pytest.mark.e2e
PROBLEM = "application/problem+json"
LIMIT = 300  # apiClientRateLimit of the stage local


def check_problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
    body: dict[str, object] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    return body


def test_an_invalid_token_is_rejected_by_the_gateway(story: Story) -> None:
    response = httpx.get(f"{story.api.base_url}kpis", headers={"Authorization": "Bearer aaa.bbb.ccc"}, timeout=30)
    check_problem(response, 401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"


def test_the_error_for_a_token_without_the_scope_names_the_required_one(story: Story) -> None:
    token = story.signify("token", "--scope", "signify/kpis:read").stdout.strip()
    response = httpx.get(
        f"{story.api.base_url}forecasts", params={"time_horizon": "7d"}, headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    assert "signify/forecasts:read" in str(check_problem(response, 403, "FORBIDDEN")["detail"])


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ("{not json", 400, "MALFORMED", "not valid JSON"),
        ("[1, 2]", 422, "VALIDATION", "Send a JSON object"),
        ("", 422, "VALIDATION", "Send a JSON object"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_rejected(story: Story, body: str, status: int, code: str, words: str) -> None:
    response = story.api.post("/forecasts/generate", content=body, headers={"Content-Type": "application/json"})
    assert words in str(check_problem(response, status, code)["detail"])


def test_requests_above_the_limit_get_429_with_retry_after(story: Story) -> None:
    url, headers = f"{story.api.base_url}kpis", {"Authorization": "Bearer burst", "X-Forwarded-For": "203.0.113.99"}
    with httpx.Client(headers=headers, timeout=30) as client:
        responses = [client.get(url) for _ in range(LIMIT + 5)]
    assert [response.status_code for response in responses] == [401] * LIMIT + [429] * 5
    body = check_problem(responses[-1], 429, "RATE_LIMITED")
    assert (responses[-1].headers["retry-after"], body["retry_after_s"]) == ("60", 60)
    assert story.api.get("/kpis").status_code == 200  # other clients are not limited


def test_a_body_of_a_megabyte_is_too_large(story: Story) -> None:
    response = story.api.post("/forecasts/generate", content=b'"' + b"x" * 1_000_000 + b'"', headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["code"] == "TOO_LARGE"


def test_the_canary_reaches_the_api_with_a_token_of_its_own(story: Story) -> None:
    functions = story.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    [name] = [f["FunctionName"] for page in pages for f in page["Functions"] if f["Handler"] == "runtime.functions.canary.handler"]
    result = json.loads(functions.invoke(FunctionName=name, Payload=b"{}")["Payload"].read())
    assert (result["passed"], result["failure"]) == (True, None)


@pytest.mark.parametrize(
    "alarm",
    [
        # The run of the drill of ScheduleStartedNothing fails, and a failed run keeps the first two quiet.
        "PublishedDataOld", "NoPublishedRun", "RetentionMissed", "ScheduleStartedNothing", "RunFailed", "DeadLetters", "ApiErrorsFast",
        "IntervalsNarrow",
    ],
)  # fmt: skip
def test_a_drill_triggers_the_alarm_and_shows_its_notification(story: Story, alarm: str) -> None:
    output = story.signify("drill", alarm).stdout
    assert f"{alarm} fired after" in output
    assert "docs/runbooks/" in output


def test_drills_are_listed_and_an_unknown_alarm_is_an_error(story: Story) -> None:
    assert "NoPublishedRun" in story.signify("drill").stdout
    process = story.signify("drill", "Nothing", check=False)
    assert process.returncode == 1
    assert "there is no alarm 'Nothing'; the alarms are " in process.stderr
    assert "ApiBlocked" in process.stderr
