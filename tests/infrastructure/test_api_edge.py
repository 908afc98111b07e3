"""The API's edge, by its template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infrastructure.templates import Stage, rendered

pytestmark = pytest.mark.synth
SCOPES = {"signify/forecasts:read", "signify/forecasts:run", "signify/kpis:read", "signify/data:admin"}
OPEN = {"health", "openapi.json", "docs"}


def methods(stage: Stage) -> dict[str, dict[str, Any]]:
    """Methods by the last part of their path."""
    parts = {
        name.split("/")[1]: resource["Properties"]["PathPart"] for name, resource in stage.of_type("AWS::ApiGateway::Resource").items()
    }
    found = stage.of_type("AWS::ApiGateway::Method").values()
    return {parts[method["Properties"]["ResourceId"]["Ref"]]: method["Properties"] for method in found}


def test_every_route_but_the_public_ones_needs_a_token(stage: Stage) -> None:
    assert {part for part, method in methods(stage).items() if method["AuthorizationType"] == "NONE"} == OPEN
    guarded = methods(stage)["{proxy+}"]
    assert (guarded["HttpMethod"], guarded["AuthorizationType"]) == ("ANY", "COGNITO_USER_POOLS")
    assert set(guarded["AuthorizationScopes"]) == SCOPES


def test_public_routes_can_only_be_read(stage: Stage) -> None:
    assert {methods(stage)[part]["HttpMethod"] for part in OPEN} == {"GET"}


def test_routes_live_below_api_v1(stage: Stage) -> None:
    resources = {name.split("/")[1]: r["Properties"] for name, r in stage.of_type("AWS::ApiGateway::Resource").items()}

    def path(properties: dict[str, Any]) -> str:
        parent = resources.get(properties["ParentId"].get("Ref", ""))
        return f"{path(parent) if parent else ''}/{properties['PathPart']}"

    assert {path(each) for each in resources.values()} == {"/api", "/api/v1", "/api/v1/{proxy+}", *(f"/api/v1/{part}" for part in OPEN)}


def test_the_stage_is_throttled_logged_and_traced(stage: Stage) -> None:
    [deployed] = stage.of_type("AWS::ApiGateway::Stage").values()
    properties = deployed["Properties"]
    [settings] = properties["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (50, 100)
    assert settings["DataTraceEnabled"] is False
    assert properties["TracingEnabled"] is True
    assert {"request_id", "client", "status", "latency_ms"} <= set(json.loads(properties["AccessLogSetting"]["Format"]))


def test_tokens_come_from_client_credentials_only(stage: Stage) -> None:
    [client] = stage.of_type("AWS::Cognito::UserPoolClient").values()
    properties = client["Properties"]
    assert (properties["AllowedOAuthFlows"], properties["GenerateSecret"]) == (["client_credentials"], True)
    [pool] = stage.of_type("AWS::Cognito::UserPool").values()
    assert pool["Properties"]["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_every_answer_of_the_gateway_is_a_problem_document(stage: Stage) -> None:
    responses = stage.of_type("AWS::ApiGateway::GatewayResponse")
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"} <= {r["Properties"]["ResponseType"] for r in responses.values()}
    for name, response in responses.items():
        headers = response["Properties"]["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'", name
        [template] = response["Properties"]["ResponseTemplates"].values()
        problem = json.loads(
            template.replace("$context.error.messageString", '"Too Many Requests"')
            .replace("$context.requestId", "1-67")
            .replace("$context.status", "418")
        )
        assert problem.keys() >= {"type", "title", "status", "detail", "instance", "code", "request_id"}, name
        assert int(problem["status"]) == int(response["Properties"].get("StatusCode", 418)), name


def test_who_is_throttled_is_told_when_to_come_back(stage: Stage) -> None:
    [throttled] = [r for r in stage.of_type("AWS::ApiGateway::GatewayResponse").values() if r["Properties"]["ResponseType"] == "THROTTLED"]
    assert throttled["Properties"]["StatusCode"] == "429"
    assert throttled["Properties"]["ResponseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_on_aws_the_gateway_calls_the_published_alias(aws_stage: Stage) -> None:
    target = rendered(methods(aws_stage)["{proxy+}"]["Integration"]["Uri"])
    [alias] = aws_stage.of_type("AWS::Lambda::Alias")
    assert f"<{alias.split('/')[1]}>" in target
