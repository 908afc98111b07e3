"""The texts and headers of API Gateway's own error responses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from cdk.api.gateway_responses import PROBLEMS, GatewayProblem, render_document
from tests.infrastructure.conftest import Synthesise
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


@pytest.mark.synth
def test_every_gateway_response_is_a_problem_document(stage: Stage) -> None:
    responses = [each["Properties"] for each in stage.of_type("AWS::ApiGateway::GatewayResponse").values()]
    statuses = {each["ResponseType"]: each["StatusCode"] for each in responses}
    assert len(statuses) == 21  # every type that API Gateway knows
    expected = {
        "UNAUTHORIZED": "401", "ACCESS_DENIED": "403", "BAD_REQUEST_BODY": "400", "REQUEST_TOO_LARGE": "413", "WAF_FILTERED": "429",
        "THROTTLED": "429", "INTEGRATION_TIMEOUT": "504", "DEFAULT_4XX": "403", "DEFAULT_5XX": "500",
    }  # fmt: skip
    assert expected.items() <= statuses.items()
    for response in responses:
        name, headers = response["ResponseType"], response["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'", name
        assert headers["gatewayresponse.header.X-Content-Type-Options"] == "'nosniff'", name
        assert headers["gatewayresponse.header.X-Request-Id"] == "context.requestId", name
        assert "gatewayresponse.header.Access-Control-Allow-Origin" not in headers, name
        [template] = response["ResponseTemplates"].values()
        problem = json.loads(template.replace("$context.error.messageString", '"Forbidden"').replace("$context.requestId", "1-67"))
        assert problem.keys() >= {"type", "title", "status", "detail", "instance", "code", "request_id"}, name
        assert problem["status"] == int(response["StatusCode"]), name


@pytest.mark.synth
@pytest.mark.parametrize(("kind", "seconds"), [("THROTTLED", 1), ("WAF_FILTERED", 60), ("INTEGRATION_FAILURE", 5)])
def test_responses_to_temporary_failures_carry_retry_after(stages: dict[str, Stage], kind: str, seconds: int) -> None:
    responses = stages["prod"].of_type("AWS::ApiGateway::GatewayResponse").values()
    [properties] = [each["Properties"] for each in responses if each["Properties"]["ResponseType"] == kind]
    assert properties["ResponseParameters"]["gatewayresponse.header.Retry-After"] == f"'{seconds}'"
    assert f'"retry_after_s": {seconds}' in properties["ResponseTemplates"]["application/json"]


@pytest.mark.synth
def test_gateway_responses_name_a_single_cors_origin(synthesise: Synthesise) -> None:
    cors_stage = synthesise("dev", corsOrigins='["https://planning.example.com"]')["dev"]
    for response in cors_stage.of_type("AWS::ApiGateway::GatewayResponse").values():
        headers = response["Properties"]["ResponseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://planning.example.com'"
        assert "X-Request-Id" in headers["gatewayresponse.header.Access-Control-Expose-Headers"]
