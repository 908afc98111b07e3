"""A REST API on the emulator with tokens: client credentials, scopes, request validation, the stage's address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.addresses import localise_api_url, localise_token_url
from local.local_stack import LocalStack

from .templates import Template, att, ref, with_function

pytestmark = pytest.mark.twin
SOURCE = """
    import json

    def handler(event, context):
        claims = event["requestContext"].get("authorizer", {}).get("claims", {})
        identity = {"scope": claims.get("scope"), "client": claims.get("client_id")}
        body = {"path": event["path"], "query": event["queryStringParameters"], **identity}
        return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
"""
SCOPES = ("read", "run")
URI = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"}


def with_pool(template: Template) -> Template:
    template.add("Pool", "AWS::Cognito::UserPool", UserPoolName="contract")
    scopes = [{"ScopeName": scope, "ScopeDescription": scope} for scope in SCOPES]
    template.add(
        "Server", "AWS::Cognito::UserPoolResourceServer", UserPoolId=ref("Pool"), Identifier="contract", Name="contract", Scopes=scopes
    )
    template.add("Domain", "AWS::Cognito::UserPoolDomain", UserPoolId=ref("Pool"), Domain="contract-pool")
    template.add(
        "Client",
        "AWS::Cognito::UserPoolClient",
        depends_on=("Server",),
        UserPoolId=ref("Pool"),
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"contract/{scope}" for scope in SCOPES],
    )
    return template.output("Pool", ref("Pool")).output("Client", ref("Client"))


def with_method(template: Template, name: str, path: str, verb: str, **properties: Any) -> Template:
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": URI}
    template.add(f"{name}Path", "AWS::ApiGateway::Resource", RestApiId=ref("Api"), ParentId=att("Api", "RootResourceId"), PathPart=path)
    return template.add(
        f"{name}Method",
        "AWS::ApiGateway::Method",
        RestApiId=ref("Api"),
        ResourceId=ref(f"{name}Path"),
        HttpMethod=verb,
        Integration=integration,
        **{"AuthorizationType": "NONE", **properties},
    )


def with_usage_plan(template: Template) -> Template:
    """Two requests at once for whoever sends the key, and hardly any more."""
    stages, throttle = [{"ApiId": ref("Api"), "Stage": ref("Stage")}], {"RateLimit": 0.01, "BurstLimit": 2}
    template.add("Plan", "AWS::ApiGateway::UsagePlan", ApiStages=stages, Throttle=throttle)
    template.add("Key", "AWS::ApiGateway::ApiKey", Enabled=True)
    template.add("PlanKey", "AWS::ApiGateway::UsagePlanKey", KeyId=ref("Key"), KeyType="API_KEY", UsagePlanId=ref("Plan"))
    return template.output("Key", ref("Key"))


def make_template() -> Template:
    template = with_pool(with_function(Template(), SOURCE)).add("Api", "AWS::ApiGateway::RestApi", Name="contract")
    template.add(
        "Tokens",
        "AWS::ApiGateway::Authorizer",
        RestApiId=ref("Api"),
        Name="tokens",
        Type="COGNITO_USER_POOLS",
        IdentitySource="method.request.header.Authorization",
        ProviderARNs=[att("Pool", "Arn")],
    )
    template.add("Needs", "AWS::ApiGateway::RequestValidator", RestApiId=ref("Api"), Name="needs", ValidateRequestParameters=True)
    template.add(
        "Permission",
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=ref("Function"),
        Principal="apigateway.amazonaws.com",
    )
    token = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("Tokens"), "AuthorizationScopes": ["contract/read"]}
    with_method(template, "Open", "open", "GET")
    with_method(template, "Guarded", "{proxy+}", "ANY", **token)
    with_method(
        template,
        "Checked",
        "checked",
        "GET",
        RequestValidatorId=ref("Needs"),
        RequestParameters={"method.request.querystring.time_horizon": True},
    )
    with_method(template, "Keyed", "keyed", "GET", ApiKeyRequired=True)
    methods = tuple(f"{name}Method" for name in ("Open", "Guarded", "Checked", "Keyed"))
    template.add("Deployment", "AWS::ApiGateway::Deployment", depends_on=methods, RestApiId=ref("Api"))
    template.add("Stage", "AWS::ApiGateway::Stage", RestApiId=ref("Api"), DeploymentId=ref("Deployment"), StageName="local")
    with_usage_plan(template)
    template.output("ApiUrl", {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/local/"})
    return template.output("TokenUrl", {"Fn::Sub": "https://contract-pool.auth.${AWS::Region}.amazoncognito.com/oauth2/token"})


@dataclass(frozen=True)
class Api:
    url: str
    token_url: str
    client: tuple[str, str]
    key: str

    def token(self, scope: str, secret: str | None = None) -> httpx.Response:
        return httpx.post(
            self.token_url, data={"grant_type": "client_credentials", "scope": scope}, auth=(self.client[0], secret or self.client[1])
        )

    def get(self, path: str, scope: str | None = None, **query: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(scope).json()['access_token']}"} if scope else {}
        return httpx.get(f"{self.url}{path}", headers=headers, params=query, timeout=30)


@pytest.fixture
def api(local_stack: LocalStack, deploy: Callable[[Template], dict[str, str]]) -> Api:
    outputs = deploy(make_template())
    client = local_stack.aws.client("cognito-idp").describe_user_pool_client(UserPoolId=outputs["Pool"], ClientId=outputs["Client"])[
        "UserPoolClient"
    ]
    endpoint = local_stack.state.endpoint
    key = local_stack.aws.client("apigateway").get_api_key(apiKey=outputs["Key"], includeValue=True)["value"]
    secret = (client["ClientId"], client["ClientSecret"])
    return Api(localise_api_url(outputs["ApiUrl"], endpoint), localise_token_url(outputs["TokenUrl"], endpoint), secret, key)


def test_a_token_with_the_required_scope_is_accepted(api: Api) -> None:
    answer = api.get("forecasts/today", "contract/read", days="7")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"path": "/forecasts/today", "query": {"days": "7"}, "scope": "contract/read", "client": api.client[0]}


def test_a_missing_token_an_invalid_one_and_a_wrong_scope_are_rejected(api: Api) -> None:
    without_token = api.get("forecasts/today").status_code
    with_invalid_token = httpx.get(f"{api.url}forecasts/today", headers={"Authorization": "Bearer aaa.bbb.ccc"}).status_code
    with_wrong_scope = api.get("forecasts/today", "contract/run").status_code
    assert (without_token, with_invalid_token) == (401, 401)
    assert with_wrong_scope in (401, 403)


def test_an_open_route_needs_no_token(api: Api) -> None:
    assert api.get("open").status_code == 200


def test_a_wrong_secret_gets_no_token(api: Api) -> None:
    answer = api.token("contract/read", secret="guessed")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_scope_that_the_client_lacks_gives_no_token(api: Api) -> None:
    answer = api.token("contract/everything")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_request_without_a_required_parameter_is_rejected(api: Api) -> None:
    invalid, valid = api.get("checked"), api.get("checked", time_horizon="7d")
    assert (invalid.status_code, valid.status_code) == (400, 200)
    assert "time_horizon" in invalid.json()["message"]


def test_a_usage_plan_limits_a_client_by_its_key_where_a_method_requires_one(api: Api) -> None:
    def request_thrice(path: str, key: str) -> list[int]:
        return [httpx.get(f"{api.url}{path}", headers={"X-Api-Key": key}, timeout=30).status_code for _ in range(3)]

    assert request_thrice("keyed", api.key) == [200, 200, 429]
    assert request_thrice("keyed", "guessed") == [403, 403, 403]
    assert request_thrice("open", "") == [200, 200, 200]
