"""A web ACL on a stage of the emulator: a rate rule responds through the gateway, a size rule with its own response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from local.addresses import localise_api_url
from local.local_stack import LocalStack

from .templates import Template, att, ref

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]
LIMIT = 10
VISIBLE = {"CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": False}
BY_TOKEN = {"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"Header": {"Name": "Authorization", "TextTransformations": []}}]}
PROBLEM = '{"status": 429, "detail": $context.error.messageString, "request_id": "$context.requestId"}'


def make_rate_rule(name: str, priority: int, key: dict[str, Any]) -> dict[str, Any]:
    statement = {"RateBasedStatement": {"Limit": LIMIT, "EvaluationWindowSec": 60, **key}}
    return make_rule(name, priority, statement, {"Block": {}})


def make_rule(name: str, priority: int, statement: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": action,
        "VisibilityConfig": {"MetricName": name, **VISIBLE},
    }


def make_template() -> Template:
    template = Template().add("Api", "AWS::ApiGateway::RestApi", Name="guarded")
    integration = {
        "Type": "MOCK",
        "IntegrationResponses": [{"StatusCode": "200"}],
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
    }
    template.add(
        "Method",
        "AWS::ApiGateway::Method",
        RestApiId=ref("Api"),
        ResourceId=att("Api", "RootResourceId"),
        HttpMethod="ANY",
        AuthorizationType="NONE",
        Integration=integration,
    )
    template.add(
        "Blocked",
        "AWS::ApiGateway::GatewayResponse",
        RestApiId=ref("Api"),
        ResponseType="WAF_FILTERED",
        StatusCode="429",
        ResponseParameters={
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.Retry-After": "'60'",
        },
        ResponseTemplates={"application/json": PROBLEM},
    )
    template.add("Deployment", "AWS::ApiGateway::Deployment", depends_on=("Method", "Blocked"), RestApiId=ref("Api"))
    template.add("Stage", "AWS::ApiGateway::Stage", RestApiId=ref("Api"), DeploymentId=ref("Deployment"), StageName="local")
    long = {"FieldToMatch": {"SingleHeader": {"Name": "content-length"}}, "RegexString": "^[0-9]{4,}$", "TextTransformations": []}
    too_large = {"Block": {"CustomResponse": {"ResponseCode": 413, "CustomResponseBodyKey": "too_large"}}}
    template.add(
        "Acl",
        "AWS::WAFv2::WebACL",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={"MetricName": "guarded", **VISIBLE},
        CustomResponseBodies={"too_large": {"ContentType": "APPLICATION_JSON", "Content": '{"code": "TOO_LARGE"}'}},
        Rules=[
            make_rate_rule("ByToken", 0, BY_TOKEN),
            make_rate_rule("ByAddress", 1, {"AggregateKeyType": "IP"}),
            make_rule("Size", 2, {"RegexMatchStatement": long}, too_large),
        ],
    )
    stage = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Stage}"}
    template.add("Association", "AWS::WAFv2::WebACLAssociation", ResourceArn=stage, WebACLArn=att("Acl", "Arn"))
    return template.output("ApiUrl", {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/local/"})


def test_requests_above_the_limit_get_the_gateways_problem_response(local_stack: LocalStack, deploy: Deploy) -> None:
    url = localise_api_url(deploy(make_template())["ApiUrl"], local_stack.state.endpoint)

    def statuses(count: int, **headers: str) -> list[int]:
        http_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return [httpx.get(url, headers=http_headers, timeout=30).status_code for _ in range(count)]

    assert statuses(LIMIT + 2, x_forwarded_for="203.0.113.1") == [200] * LIMIT + [429] * 2
    by_token = [
        status for last in range(LIMIT + 1) for status in statuses(1, x_forwarded_for=f"198.51.100.{last}", authorization="Bearer a")
    ]
    assert by_token == [200] * LIMIT + [429]
    assert statuses(1, x_forwarded_for="203.0.113.2", authorization="Bearer b") == [200]

    response = httpx.get(url, headers={"x-forwarded-for": "203.0.113.1"}, timeout=30)
    assert (response.headers["content-type"], response.headers["retry-after"]) == ("application/problem+json", "60")
    assert response.json()["status"] == 429

    large = httpx.post(url, content=b"x" * 1000, headers={"x-forwarded-for": "203.0.113.3"}, timeout=30)
    assert (large.status_code, large.headers["content-type"], large.json()) == (413, "application/json", {"code": "TOO_LARGE"})


def test_without_its_association_the_acl_blocks_nothing(local_stack: LocalStack, deploy: Deploy) -> None:
    template = make_template()
    del template.resources["Association"]
    url = localise_api_url(deploy(template)["ApiUrl"], local_stack.state.endpoint)
    assert {httpx.get(url, timeout=30).status_code for _ in range(LIMIT + 2)} == {200}
