"""The REST API, by its template."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.scopes import Scope
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth
SCOPES = {
    f"signify/{name}"
    for name in (
        "forecasts:read", "forecasts:run", "insights:read", "insights:write", "kpis:read", "kpis:run", "exports:create", "data:admin",
    )
}  # fmt: skip
OPEN = {"health", "openapi.json", "docs"}
ORIGINS = '["https://planning.example.com", "https://ops.example.com"]'


def methods(stage: Stage) -> dict[tuple[str, str], dict[str, Any]]:
    """Methods by the last part of their path, and their verb."""
    parts = {
        name.split("/")[1]: resource["Properties"]["PathPart"] for name, resource in stage.of_type("AWS::ApiGateway::Resource").items()
    }
    resources = [method["Properties"] for method in stage.of_type("AWS::ApiGateway::Method").values()]
    return {(parts[method["ResourceId"]["Ref"]], method["HttpMethod"]): method for method in resources}


def test_every_route_but_the_public_ones_needs_a_token(stage: Stage) -> None:
    assert {part for (part, _), method in methods(stage).items() if method["AuthorizationType"] == "NONE"} == OPEN
    proxy_methods = {verb: method for (part, verb), method in methods(stage).items() if part == "{proxy+}"}
    assert proxy_methods.keys() == {"ANY"}
    assert {method["AuthorizationType"] for method in proxy_methods.values()} == {"COGNITO_USER_POOLS"}
    assert all(set(method["AuthorizationScopes"]) == SCOPES for method in proxy_methods.values())


def test_no_api_key_is_required_by_default(stage: Stage) -> None:
    assert not stage.of_type("AWS::ApiGateway::ApiKey")
    assert not [name for name, method in methods(stage).items() if method.get("ApiKeyRequired")]


def test_the_user_pool_defines_every_scope_of_the_contract(stage: Stage) -> None:
    [server] = stage.of_type("AWS::Cognito::UserPoolResourceServer").values()
    scopes = {f"{server['Properties']['Identifier']}/{scope['ScopeName']}" for scope in server["Properties"]["Scopes"]}
    assert scopes == SCOPES == set(Scope)


def test_operations_that_need_no_token_are_public_routes_of_the_gateway() -> None:
    document = json.loads((Path(__file__).resolve().parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
    operations = ((path, operation) for path, methods in document["paths"].items() for operation in methods.values())
    public = {path.removeprefix("/api/v1/") for path, operation in operations if operation.get("security") == []}
    assert public
    assert public <= OPEN


def test_the_function_refuses_the_other_methods_of_public_routes(stage: Stage) -> None:
    assert {verb for part, verb in methods(stage) if part in OPEN} == {"ANY"}


def test_routes_live_below_api_v1(stage: Stage) -> None:
    resources = {name.split("/")[1]: r["Properties"] for name, r in stage.of_type("AWS::ApiGateway::Resource").items()}

    def path(properties: dict[str, Any]) -> str:
        parent = resources.get(properties["ParentId"].get("Ref", ""))
        return f"{path(parent) if parent else ''}/{properties['PathPart']}"

    assert {path(each) for each in resources.values()} == {"/api", "/api/v1", "/api/v1/{proxy+}", *(f"/api/v1/{part}" for part in OPEN)}


def test_the_gateway_refuses_no_body_before_the_function_knows_whether_the_path_has_the_method(stage: Stage) -> None:
    assert {verb for part, verb in methods(stage) if part == "{proxy+}"} <= {"ANY", "OPTIONS"}
    assert "RequestModels" not in methods(stage)["{proxy+}", "ANY"]


def test_the_stage_is_throttled_logged_and_traced(stage: Stage) -> None:
    [api_stage] = stage.of_type("AWS::ApiGateway::Stage").values()
    properties = api_stage["Properties"]
    [settings] = properties["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (50, 100)
    assert settings["DataTraceEnabled"] is False
    assert properties["TracingEnabled"] is True
    assert {"request_id", "client", "stage", "status", "latency_ms"} <= set(json.loads(properties["AccessLogSetting"]["Format"]))


def test_it_takes_no_tls_older_than_1_2(stage: Stage) -> None:
    """A regional API takes TLS 1.0 unless it says otherwise (API Gateway developer guide, "Supported security policies")."""
    [api] = stage.of_type("AWS::ApiGateway::RestApi").values()
    assert re.match(r"SecurityPolicy_TLS13_1_[23]_", api["Properties"]["SecurityPolicy"])
    assert api["Properties"]["EndpointAccessMode"] == "STRICT"


def test_execution_logs_of_the_gateway_expire_and_are_deleted_with_the_stage(stage: Stage) -> None:
    """Otherwise API Gateway creates this group, without retention and outside the stack."""
    [(group, properties)] = [
        (name.split("/")[1], each["Properties"])
        for name, each in stage.of_type("AWS::Logs::LogGroup").items()
        if render(each["Properties"].get("LogGroupName", "")).startswith("API-Gateway-Execution-Logs_")
    ]
    [api] = [name.split("/")[1] for name in stage.of_type("AWS::ApiGateway::RestApi")]
    [api_stage] = stage.of_type("AWS::ApiGateway::Stage").values()
    assert render(properties["LogGroupName"]) == f"API-Gateway-Execution-Logs_<{api}>/{api_stage['Properties']['StageName']}"
    assert properties["RetentionInDays"]
    assert group in api_stage["DependsOn"]


def test_metrics_are_kept_by_stage_and_not_by_method(stage: Stage) -> None:
    [api_stage] = stage.of_type("AWS::ApiGateway::Stage").values()
    assert [settings["MetricsEnabled"] for settings in api_stage["Properties"]["MethodSettings"]] == [False]


def test_a_usage_plan_bounds_each_client_of_the_stage(stage: Stage) -> None:
    [plan] = stage.of_type("AWS::ApiGateway::UsagePlan").values()
    [api_stage] = plan["Properties"]["ApiStages"]
    assert render(api_stage["Stage"]) == f"<{next(iter(stage.of_type('AWS::ApiGateway::Stage'))).split('/')[1]}>"
    assert plan["Properties"]["Throttle"] == {"RateLimit": {"local": 5}.get(stage.name, 1.67), "BurstLimit": 100}
    assert plan["Properties"]["Quota"]["Period"] == "DAY"


@pytest.fixture(scope="session")
def stage_with_keys(synthesise: Synthesise) -> Stage:
    """Stage dev, whose clients send a key."""
    return synthesise("dev", apiKeyRequired="true", corsOrigins=ORIGINS)["dev"]


def test_an_api_key_is_required_in_addition_to_the_token_if_the_settings_say_so(stage_with_keys: Stage) -> None:
    keyed_methods = {name for name, method in methods(stage_with_keys).items() if method.get("ApiKeyRequired")}
    assert keyed_methods == {("{proxy+}", "ANY")}
    assert {methods(stage_with_keys)[name]["AuthorizationType"] for name in keyed_methods} == {"COGNITO_USER_POOLS"}


def test_the_machine_clients_key_is_made_up_by_the_gateway_and_belongs_to_the_plan(stage_with_keys: Stage) -> None:
    [(key, properties)] = stage_with_keys.of_type("AWS::ApiGateway::ApiKey").items()
    assert "Value" not in properties["Properties"]
    [plan] = stage_with_keys.of_type("AWS::ApiGateway::UsagePlan")
    [belongs] = stage_with_keys.of_type("AWS::ApiGateway::UsagePlanKey").values()
    assert (render(belongs["Properties"]["KeyId"]), render(belongs["Properties"]["UsagePlanId"])) == (
        f"<{key.split('/')[1]}>", f"<{plan.split('/')[1]}>",
    )  # fmt: skip
    assert "ApiKeyId" in stage_with_keys.templates["Api"].outputs()


def test_with_keys_each_client_of_the_settings_has_one_in_the_usage_plan(synthesise: Synthesise) -> None:
    stage = synthesise("dev", apiKeyRequired="true", apiClients='{"planning": ["kpis:read"]}')["dev"]
    keys = {each["Properties"].get("Name"): name.split("/")[1] for name, each in stage.of_type("AWS::ApiGateway::ApiKey").items()}
    plan_keys = {each["Properties"]["KeyId"]["Ref"] for each in stage.of_type("AWS::ApiGateway::UsagePlanKey").values()}
    assert "signify-dev-planning" in keys
    assert set(keys.values()) == plan_keys


def test_tokens_come_from_client_credentials_only(stage: Stage) -> None:
    for client in stage.of_type("AWS::Cognito::UserPoolClient").values():
        properties = client["Properties"]
        assert (properties["AllowedOAuthFlows"], properties["GenerateSecret"]) == (["client_credentials"], True)
    [pool] = stage.of_type("AWS::Cognito::UserPool").values()
    assert pool["Properties"]["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_pages_of_named_origins_may_call_and_no_others(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    assert not [verb for _, verb in methods(stages["dev"]) if verb == "OPTIONS"]
    cors_stage = synthesise("dev", corsOrigins=ORIGINS)["dev"]
    preflight = methods(cors_stage)["{proxy+}", "OPTIONS"]
    assert (preflight["AuthorizationType"], preflight["Integration"]["Type"]) == ("NONE", "AWS_PROXY")
    [api] = [f for f in cors_stage.platform_functions().values() if f["Properties"]["Handler"] == "runtime.api.main.handler"]
    origins = api["Properties"]["Environment"]["Variables"]["CORS_ORIGINS"]
    assert origins == "https://planning.example.com,https://ops.example.com"


def test_on_aws_the_gateway_calls_the_published_alias(aws_stage: Stage) -> None:
    target = render(methods(aws_stage)["{proxy+}", "ANY"]["Integration"]["Uri"])
    [alias] = aws_stage.of_type("AWS::Lambda::Alias")
    assert f"<{alias.split('/')[1]}>" in target
