"""The limits of clients alone in a stack: usage plan, firewall and the logs that count what they reject."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from aws_cdk.aws_apigateway import ResponseType

from cdk.api.gateway_logs import ACCESS_LOG, count_authentication_failures, measure_throttled_share, stage_options
from cdk.api.gateway_responses import COMMON_HEADERS, PROBLEMS, add_problem_responses
from cdk.api.usage_plan import add_usage_plan
from cdk.api.web_acl import WebAcl
from cdk.common.log_group import create_log_group
from cdk.settings.model import Settings
from contracts.metrics import PlatformMetric
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render


def add_api(stack: Any, settings: Settings) -> None:
    """An API with one route that calls nothing, and everything that limits and observes its clients."""
    from aws_cdk.aws_apigateway import MockIntegration, RestApi

    access_logs = create_log_group(stack, "AccessLogs", settings)
    api = RestApi(stack, "Api", deploy_options=stage_options(settings, access_logs))
    api.root.add_method("GET", MockIntegration())
    add_usage_plan(api, settings)
    add_problem_responses(api, settings)
    count_authentication_failures(stack, access_logs)
    measure_throttled_share(stack, access_logs)
    WebAcl(stack, "Firewall", settings, api.deployment_stage)


@pytest.fixture(scope="module")
def api(build: Build) -> Template:
    return build(add_api)


def firewall_rules(template: Template) -> list[dict[str, Any]]:
    return list(template.only("AWS::WAFv2::WebACL")["Rules"])


@pytest.mark.parametrize(
    ("per_minute", "burst", "throttle"),
    [
        ("10", "100", {"RateLimit": 0.17, "BurstLimit": 10}),
        ("60", "100", {"RateLimit": 1, "BurstLimit": 60}),
        ("100", "100", {"RateLimit": 1.67, "BurstLimit": 100}),
        ("6000", "50", {"RateLimit": 100, "BurstLimit": 50}),
    ],
)
def test_a_key_has_the_rate_of_the_settings_per_second_and_no_larger_burst_than_the_api(
    build: Build, per_minute: str, burst: str, throttle: dict[str, float]
) -> None:
    plan = build(add_api, apiClientRateLimit=per_minute, apiBurstLimit=burst).only("AWS::ApiGateway::UsagePlan")
    assert plan["Throttle"] == throttle
    assert plan["Quota"] == {"Limit": 100_000, "Period": "DAY"}


def test_the_api_has_the_rate_and_burst_of_the_settings(build: Build) -> None:
    [method] = build(add_api, apiRateLimit="7", apiBurstLimit="9").only("AWS::ApiGateway::Stage")["MethodSettings"]
    assert (method["ThrottlingRateLimit"], method["ThrottlingBurstLimit"]) == (7, 9)
    assert (method["HttpMethod"], method["ResourcePath"]) == ("*", "/*")


@pytest.mark.parametrize("is_required", [True, False])
def test_a_key_exists_only_where_clients_have_to_send_one(build: Build, is_required: bool) -> None:
    template = build(add_api, apiKeyRequired=str(is_required).lower())
    assert len(template.of_type("AWS::ApiGateway::ApiKey")) == len(template.of_type("AWS::ApiGateway::UsagePlanKey")) == int(is_required)


def test_rates_are_counted_before_a_request_is_inspected(api: Template) -> None:
    """A rule that blocks ends the evaluation: after the common rules, a flood of bad requests would not count towards the rate."""
    rules = sorted(firewall_rules(api), key=lambda rule: int(rule["Priority"]))
    assert [rule["Name"] for rule in rules] == ["RatePerToken", "RatePerAddress", "BodySize", "QuerySize", "CommonRules"]
    assert len({rule["Priority"] for rule in rules}) == len(rules)


def test_every_rule_blocks_and_what_no_rule_blocks_is_allowed(api: Template) -> None:
    assert api.only("AWS::WAFv2::WebACL")["DefaultAction"] == {"Allow": {}}
    for rule in firewall_rules(api):
        if rule["Name"] == "CommonRules":
            assert rule["OverrideAction"] == {"None": {}}  # `Count` would turn the whole group off
        else:
            assert rule["Action"].keys() == {"Block"}, rule["Name"]


def test_a_request_without_a_token_is_counted_by_its_address(api: Template) -> None:
    statements = {rule["Name"]: rule["Statement"].get("RateBasedStatement") for rule in firewall_rules(api)}
    assert statements["RatePerAddress"]["AggregateKeyType"] == "IP"
    [key] = statements["RatePerToken"]["CustomKeys"]
    assert key["Header"] == {"Name": "Authorization", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}
    assert not [each for each in (statements["RatePerToken"], statements["RatePerAddress"]) if "ScopeDownStatement" in each]


def test_a_response_of_the_firewall_is_a_problem_document_with_the_status_it_is_sent_with(api: Template) -> None:
    acl = api.only("AWS::WAFv2::WebACL")
    bodies = {key: json.loads(each["Content"]) for key, each in acl["CustomResponseBodies"].items()}
    responses = re.findall(r'"CustomResponseBodyKey": "(\w+)", "ResponseCode": (\d+)', json.dumps(acl["Rules"], sort_keys=True))
    assert {key for key, _ in responses} == bodies.keys()
    for key, status in responses:
        assert bodies[key]["status"] == int(status)
        assert bodies[key]["type"] == f"/problems/{bodies[key]['code'].lower().replace('_', '-')}"
    assert {each["ContentType"] for each in acl["CustomResponseBodies"].values()} == {"APPLICATION_JSON"}
    assert all(len(each["Content"]) <= 4096 for each in acl["CustomResponseBodies"].values())  # the limit of AWS WAF


def test_rules_of_the_firewall_have_metrics_of_their_own(api: Template) -> None:
    names = [rule["VisibilityConfig"]["MetricName"] for rule in firewall_rules(api)]
    assert names == [f"Signify-dev-{rule['Name']}" for rule in firewall_rules(api)]


def test_every_type_of_response_that_the_gateway_can_send_is_a_problem_document(api: Template) -> None:
    kinds = {name for name in vars(ResponseType) if name.isupper() or re.fullmatch(r"DEFAULT_\d_XX", name)}
    assert len(kinds) >= 20
    assert kinds == {*PROBLEMS, "WAF_FILTERED"}
    assert len(api.of_type("AWS::ApiGateway::GatewayResponse")) == len(kinds)


def test_every_gateway_response_forbids_caching_and_sniffing(api: Template) -> None:
    for name, resource in api.of_type("AWS::ApiGateway::GatewayResponse").items():
        headers = resource["Properties"]["ResponseParameters"]
        for header, value in COMMON_HEADERS.items():
            assert headers[f"gatewayresponse.header.{header}"] == f"'{value}'", name
    assert (COMMON_HEADERS["Cache-Control"], COMMON_HEADERS["Content-Type"]) == ("no-store", "application/problem+json")


@pytest.mark.parametrize("origins", [[], ["https://a.example.com"], ["https://a.example.com", "https://b.example.com"]])
def test_a_gateway_response_names_an_origin_only_if_there_is_exactly_one(build: Build, origins: list[str]) -> None:
    """With several, naming one would be wrong for the others; a star would let every page read the response."""
    responses = build(add_api, corsOrigins=origins).of_type("AWS::ApiGateway::GatewayResponse").values()
    header = "gatewayresponse.header.Access-Control-Allow-Origin"
    values = {each["Properties"]["ResponseParameters"].get(header) for each in responses}
    assert values == ({f"'{origins[0]}'"} if len(origins) == 1 else {None})


def test_codes_of_the_gateway_have_one_status_each() -> None:
    statuses = {problem.code: {each.status for each in PROBLEMS.values() if each.code == problem.code} for problem in PROBLEMS.values()}
    assert all(len(each) == 1 for each in statuses.values()), statuses


def test_the_access_log_holds_no_token_no_body_and_no_query(api: Template) -> None:
    """Tokens are credentials; queries of clients may name customers."""
    log_format = api.only("AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"]
    assert json.loads(log_format) == ACCESS_LOG
    assert not re.search(r"(?i)authorization|header|querystring|\.body|apiKey\b", log_format)


@pytest.mark.parametrize(
    ("metric", "patterns"),
    [
        (PlatformMetric.AUTHENTICATION_FAILURES, {'{ $.status = "401" }': "1"}),
        (PlatformMetric.THROTTLED_SHARE, {'{ $.status = "429" }': "1", '{ $.status != "429" }': "0"}),
    ],
)
def test_filters_count_by_the_status_in_the_access_log(api: Template, metric: PlatformMetric, patterns: dict[str, str]) -> None:
    filters = [each["Properties"] for each in api.of_type("AWS::Logs::MetricFilter").values()]
    values = {
        each["FilterPattern"]: each["MetricTransformations"][0]["MetricValue"]
        for each in filters
        if each["MetricTransformations"][0]["MetricName"] == metric.value
    }
    assert values == patterns
    [group] = api.of_type("AWS::Logs::LogGroup")
    assert {render(each["LogGroupName"]) for each in filters} == {f"<{group}>"}
    assert all(each["MetricTransformations"][0]["Dimensions"] == [{"Key": "stage", "Value": "$.stage"}] for each in filters)
    assert {"status", "stage"} <= ACCESS_LOG.keys()


def test_requests_are_not_logged_with_their_data(api: Template) -> None:
    [method] = api.only("AWS::ApiGateway::Stage")["MethodSettings"]
    assert (method["DataTraceEnabled"], method["LoggingLevel"]) == (False, "ERROR")
