"""The texts and headers of API Gateway's own error responses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from cdk.api.gateway_responses import PROBLEMS, GatewayProblem, render_document
from tests.infrastructure.templates import Stage

RESPONSES = PROBLEMS.items()


def rendered_body(problem: GatewayProblem) -> dict[str, Any]:
    """Return the body as a client receives it."""
    text = render_document(problem).replace("$context.error.messageString", '"a message"').replace("$context.requestId", "1-67")
    return dict(json.loads(text))


def test_a_missing_token_is_explained() -> None:
    body = rendered_body(PROBLEMS["UNAUTHORIZED"])
    assert body["detail"] == "The token is missing, invalid or expired."
    assert (body["status"], body["code"], body["type"]) == (401, "UNAUTHENTICATED", "/problems/unauthenticated")


@pytest.mark.parametrize(("kind", "problem"), RESPONSES)
def test_a_body_names_status_title_and_request(kind: str, problem: GatewayProblem) -> None:
    body = rendered_body(problem)
    assert body["status"] == problem.status
    assert body["title"]
    assert not body["title"].endswith(".")
    assert body["request_id"] == "1-67"
    assert body["instance"] == "urn:request:1-67"


@pytest.mark.parametrize(("kind", "problem"), RESPONSES)
def test_a_detail_is_a_sentence_or_the_message_of_the_gateway(kind: str, problem: GatewayProblem) -> None:
    detail = rendered_body(problem)["detail"]
    assert detail == "a message" if problem.detail is None else re.fullmatch(r"[A-Z].*\.", detail)


@pytest.mark.parametrize(("kind", "problem"), RESPONSES)
def test_a_status_of_401_challenges_the_client(kind: str, problem: GatewayProblem) -> None:
    assert ("WWW-Authenticate" in problem.headers) is (problem.status == 401)


@pytest.mark.parametrize(("kind", "problem"), RESPONSES)
def test_retry_after_is_in_header_and_body(kind: str, problem: GatewayProblem) -> None:
    body = rendered_body(problem)
    assert body.get("retry_after_s") == (int(problem.headers["Retry-After"]) if "Retry-After" in problem.headers else None)
    assert ("Retry-After" in problem.headers) is (problem.status in {429, 503, 504})


@pytest.mark.synth
def test_the_rate_limit_is_stated_in_the_response(stages: dict[str, Stage]) -> None:
    responses = [each["Properties"] for each in stages["local"].of_type("AWS::ApiGateway::GatewayResponse").values()]
    [response] = [each for each in responses if each["ResponseType"] == "WAF_FILTERED"]
    assert "More than 300 requests in a minute" in response["ResponseTemplates"]["application/json"]
