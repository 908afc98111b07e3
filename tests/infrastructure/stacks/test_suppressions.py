"""Findings that are suppressed: each with a reason, and none for more than it was written for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import OPTIONS

STAGES: dict[str, tuple[str, dict[str, str]]] = {"dev": ("dev", {}), "prod": ("prod", {}), "local": ("local", {}), **OPTIONS}
MUST_NOT_BE_SUPPRESSED = (
    "AwsSolutions-S10",  # a bucket that accepts plain HTTP
    "AwsSolutions-S5",
    "AwsSolutions-SQS4",
    "AwsSolutions-SNS3",
    "AwsSolutions-RDS2",  # storage without encryption
    "AwsSolutions-RDS3",
    "AwsSolutions-KMS5",
    "AwsSolutions-EC23",  # a security group that is open to every address
    "AwsSolutions-APIG1",  # no access log
    "AwsSolutions-COG1",
    "AwsSolutions-COG2",
)
OF_THE_CDK = {"CloudFormation-Validate::W3010", "CloudFormation-Validate::F3002", "CloudFormation-Validate::F3003"}
"""The CDK accepts these findings itself: on every stack with a VPC, and on flow logs."""
REASONS = dict[tuple[str, str], str]


@pytest.fixture(scope="module", params=STAGES)
def reasons(request: pytest.FixtureRequest, context: dict[str, Any]) -> REASONS:
    """The reason of each finding that a stage suppresses, by construct and rule."""
    from aws_cdk import App

    from cdk.settings.reader import read_settings
    from stacks.platform import build_platform

    name, settings = STAGES[request.param]
    app_context = {**context, **settings}
    app = App(context=app_context, builtin_cloud_formation_validation=False)
    build_platform(app, read_settings(app_context, name))
    return {
        (construct.node.path, rule): reason
        for construct in app.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:acknowledged-rules"
        for rule, reason in entry.data.items()
        if rule not in OF_THE_CDK
    }


def test_every_suppressed_finding_has_a_reason_in_a_sentence(reasons: REASONS) -> None:
    assert len(reasons) > 20
    assert not {
        place: reason
        for place, reason in reasons.items()
        if not (reason[0].isupper() and reason.endswith(".") and len(reason.split()) >= 5)
    }


def test_no_rule_is_suppressed_for_a_whole_stack(reasons: REASONS) -> None:
    """A suppression holds for everything below a construct: on a stack, it would hide findings that nobody has seen yet."""
    assert not [place for place in reasons if "/" not in place[0]]


def test_findings_on_encryption_public_access_and_access_logs_are_never_suppressed(reasons: REASONS) -> None:
    rules = {rule.removeprefix("Annotation::") for _, rule in reasons}
    assert not [rule for rule in rules if rule.split("[")[0] in MUST_NOT_BE_SUPPRESSED]


def test_wildcards_are_suppressed_one_by_one(reasons: REASONS) -> None:
    """Without the finding in brackets, IAM4 and IAM5 would accept every managed policy and every wildcard."""
    for construct, rule in reasons:
        if "AwsSolutions-IAM" in rule:
            assert rule.endswith("]"), (construct, rule)
