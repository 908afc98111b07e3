"""The firewall: rate limits, the limit on bodies, and AWS's common rules."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth


@pytest.fixture(params=["prod", "local"])
def firewalled_stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each stage with a firewall in turn; dev saves its price."""
    return stages[request.param]


def firewall_rules(stage: Stage) -> dict[str, dict[str, Any]]:
    [acl] = stage.of_type("AWS::WAFv2::WebACL").values()
    return {rule["Name"]: rule for rule in acl["Properties"]["Rules"]}


def test_the_firewall_is_associated_with_the_api_stage(firewalled_stage: Stage) -> None:
    [association] = firewalled_stage.of_type("AWS::WAFv2::WebACLAssociation").values()
    [api_stage] = [name.split("/")[1] for name in firewalled_stage.of_type("AWS::ApiGateway::Stage")]
    assert render(association["Properties"]["ResourceArn"]).endswith(f"/stages/<{api_stage}>")
    [acl] = firewalled_stage.of_type("AWS::WAFv2::WebACL")
    assert render(association["Properties"]["WebACLArn"]) == f"<{acl.split('/')[1]}>"


def test_each_token_and_each_address_has_a_rate_per_minute(firewalled_stage: Stage) -> None:
    limit = 300 if firewalled_stage.name == "local" else 100
    by_token, by_address = (
        firewall_rules(firewalled_stage)[f"RatePer{key}"]["Statement"]["RateBasedStatement"] for key in ("Token", "Address")
    )
    assert [(each["Limit"], each["EvaluationWindowSec"]) for each in (by_token, by_address)] == [(limit, 60), (limit, 60)]
    assert by_address["AggregateKeyType"] == "IP"
    assert [key["Header"]["Name"] for key in by_token["CustomKeys"]] == ["Authorization"]


def test_the_rate_rules_alone_leave_the_response_to_the_gateway(firewalled_stage: Stage) -> None:
    actions = {name: rule.get("Action", {}).get("Block") for name, rule in firewall_rules(firewalled_stage).items()}
    assert actions["RatePerToken"] == actions["RatePerAddress"] == {}
    assert actions["BodySize"]["CustomResponse"]["ResponseCode"] == 413
    group = firewall_rules(firewalled_stage)["CommonRules"]["Statement"]["ManagedRuleGroupStatement"]
    overrides = {each["Name"]: each["ActionToUse"] for each in group["RuleActionOverrides"]}
    assert (group["VendorName"], group["Name"]) == ("AWS", "AWSManagedRulesCommonRuleSet")
    assert [name for name, action in overrides.items() if "Count" in action] == ["SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING"]
    assert len(overrides) == 22
    block_responses = [action["Block"]["CustomResponse"] for action in overrides.values() if "Block" in action]
    assert {(each["ResponseCode"], each["CustomResponseBodyKey"]) for each in block_responses} == {(403, "refused")}


@pytest.mark.parametrize(("length", "is_blocked"), [("1999999", False), ("2000000", True), ("12345678", True), ("20", False)])
def test_a_body_of_two_megabytes_is_refused_and_a_smaller_one_left_to_the_function(
    stages: dict[str, Stage], length: str, is_blocked: bool
) -> None:
    statement = firewall_rules(stages["prod"])["BodySize"]["Statement"]["RegexMatchStatement"]
    assert bool(re.search(statement["RegexString"], length)) is is_blocked


def test_the_greatest_number_of_long_skus_fits_into_the_query(firewalled_stage: Stage) -> None:
    statement = firewall_rules(firewalled_stage)["QuerySize"]["Statement"]["SizeConstraintStatement"]
    skus = [f"{number:03}-{'X' * 46}" for number in range(100)]
    query = urlencode({"time_horizon": "28d", "site_id": "S" * 50, "sku_filter": skus, "limit": 1000, "cursor": "c" * 400}, doseq=True)
    assert (statement["FieldToMatch"], statement["ComparisonOperator"]) == ({"QueryString": {}}, "GT")
    assert len(query) <= statement["Size"] < 10_240


def test_the_firewall_keeps_no_tokens(firewalled_stage: Stage) -> None:
    [acl] = firewalled_stage.of_type("AWS::WAFv2::WebACL").values()
    every = [acl["Properties"], *acl["Properties"]["Rules"]]
    assert not any(each["VisibilityConfig"]["SampledRequestsEnabled"] for each in every)
    assert all(each["VisibilityConfig"]["CloudWatchMetricsEnabled"] for each in every)


def test_a_stage_may_do_without_a_firewall(synthesise: Synthesise) -> None:
    without = synthesise("dev", apiFirewall="false")["dev"]
    assert not without.of_type("AWS::WAFv2::WebACL")
    assert not [name for name in without.of_type("AWS::CloudWatch::Alarm") if "ApiBlocked" in name]
