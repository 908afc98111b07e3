"""Permissions: every statement of every role, key, bucket, queue, topic and function, in all stacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.templates import Resource, Stage, as_list, render, statements

pytestmark = pytest.mark.synth

# Service Authorization Reference: no resource types. Log delivery: Step Functions developer guide, "IAM policies for logging".
WITHOUT_RESOURCES = {
    "cloudwatch:PutMetricData",
    "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory",  # have none for composite alarms
    "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
    "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
    "forecast:CreateAutoPredictor",
    "forecast:ListDatasetImportJobs", "forecast:ListPredictors", "forecast:ListForecasts", "forecast:ListForecastExportJobs",
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
}  # fmt: skip
# Lambda places functions in the network by these; it alone knows the interfaces' names, and the functions' own code is denied all of them.
OF_LAMBDA_ITSELF = {
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
}  # fmt: skip
OF_THE_DATABASES_LOG = re.compile(
    r"arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/rds/cluster/<\w+>/postgresql:\*"
)
# Resources that name many things: what a zone holds, uploads of mended rows, the versions of a function, the CDK's assets, what runs make
# in Amazon Forecast, the executions of the run, and a log group, whose ARN ends so when an action is about the group itself.
MANY = (
    re.compile(r"s3:\w+ <LakeBucket\w+>/[a-z]+/\*"),
    re.compile(r"s3:PutObject <LakeBucket\w+>/landing/\*/replay_of=\*"),
    re.compile(r"lambda:InvokeFunction <\w+>:\*"),
    re.compile(r"s3:(GetBucket|GetObject|List)\* arn:<AWS::Partition>:s3:::.*cdk-[a-z0-9]+-assets-.*"),
    re.compile(r"forecast:\w+ arn:<AWS::Partition>:forecast:<AWS::Region>:<AWS::AccountId>:[a-z-]+/signify_dev_\*"),
    re.compile(
        r"states:(Describe|Stop)Execution arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:.*RunMachine\w+.*:\*"
    ),
    re.compile(rf"logs:(CreateLogGroup|DeleteLogGroup|PutRetentionPolicy) {OF_THE_DATABASES_LOG.pattern}"),
)
OF_AWS = {"arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
RESOURCE_POLICIES = ("AWS::KMS::Key", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
SERVICES = {"apigateway", "forecast", "glue", "lambda", "rds", "scheduler", "states", "vpc-flow-logs"}
ACCOUNT = "arn:<AWS::Partition>:iam::<AWS::AccountId>:root"
NARROWS = {"aws:SourceArn", "aws:SourceAccount", "kms:ViaService"}


def allowed_pairs(resource: Resource) -> Iterator[tuple[str, str]]:
    """Action and resource of whatever the statements allow."""
    for statement in statements(resource):
        if statement["Effect"] == "Allow":
            for action in as_list(statement["Action"]):
                for target in as_list(statement["Resource"]):
                    yield action, render(target)


def identities(stage: Stage) -> Iterator[tuple[str, Resource]]:
    """Roles and the policies of roles."""
    for name, resource in stage.resources():
        if resource["Type"] in IDENTITIES:
            yield name, resource


def resource_grants(stage: Stage) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the policies of keys, buckets, queues and topics allow, and to whom."""
    for name, resource in stage.resources():
        if resource["Type"] in RESOURCE_POLICIES:
            yield from ((name, statement) for statement in statements(resource) if statement["Effect"] == "Allow")


def keys_of(condition: dict[str, Any]) -> set[str]:
    """The condition keys, whatever their operators."""
    return {key for operator in condition.values() for key in operator}


def test_no_role_may_do_everything_in_a_service(any_stage: Stage) -> None:
    for name, resource in identities(any_stage):
        assert not [action for action, _ in allowed_pairs(resource) if action == "*" or action.endswith(":*")], name


def test_every_resource_is_named_unless_the_action_has_none(any_stage: Stage) -> None:
    for name, resource in identities(any_stage):
        on_all = {action for action, target in allowed_pairs(resource) if target == "*"}
        assert on_all <= WITHOUT_RESOURCES | OF_LAMBDA_ITSELF, name


def test_every_resource_pattern_is_one_of_the_accepted_ones(any_stage: Stage) -> None:
    for name, resource in identities(any_stage):
        for action, target in allowed_pairs(resource):
            if "*" in action or ("*" in target and target != "*"):
                assert any(pattern.fullmatch(f"{action} {target}") for pattern in MANY), (name, action, target)


def test_metrics_are_published_in_a_named_namespace_only(any_stage: Stage) -> None:
    for name, resource in identities(any_stage):
        for statement in statements(resource):
            if "cloudwatch:PutMetricData" in as_list(statement["Action"]):
                assert statement["Condition"]["StringEquals"]["cloudwatch:namespace"], name


def test_code_of_a_function_may_not_use_what_lambda_needs_to_place_it(any_stage: Stage) -> None:
    for name, role in any_stage.of_type("AWS::IAM::Role").items():
        denied_actions = {
            action
            for statement in statements(role)
            if statement["Effect"] == "Deny" and keys_of(statement["Condition"]) == {"lambda:SourceFunctionArn"}
            for action in as_list(statement["Action"])
        }
        on_all = {action for action, target in allowed_pairs(role) if target == "*"}
        assert on_all & OF_LAMBDA_ITSELF == denied_actions, name


def test_no_policy_that_aws_writes_is_borrowed_but_the_one_of_the_gateways_logs(any_stage: Stage) -> None:
    for name, role in any_stage.of_type("AWS::IAM::Role").items():
        managed_policies = {render(arn) for arn in role["Properties"].get("ManagedPolicyArns", []) if "Fn::GetStackOutput" not in arn}
        assert managed_policies <= OF_AWS, name


def test_roles_are_assumed_by_services_only(any_stage: Stage) -> None:
    for name, role in any_stage.of_type("AWS::IAM::Role").items():
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            [(kind, service)] = statement["Principal"].items()
            assert kind == "Service", name
            assert service.removesuffix(".amazonaws.com") in SERVICES, name


def test_no_role_may_make_a_log_group_of_the_stack(any_stage: Stage) -> None:
    """A function that may makes its group again after a destroy took it away. The database's group is made by hand and goes last."""
    for name, resource in identities(any_stage):
        log_groups = {target for action, target in allowed_pairs(resource) if action == "logs:CreateLogGroup"}
        assert all(OF_THE_DATABASES_LOG.fullmatch(target) for target in log_groups), name


def test_keys_buckets_queues_and_topics_trust_this_account_alone(any_stage: Stage) -> None:
    """A role of the stack, the account's own IAM, or a service that names where its request comes from."""
    for name, statement in resource_grants(any_stage):
        [(kind, principal)] = statement["Principal"].items()
        if kind == "Service":
            assert keys_of(statement["Condition"]) & NARROWS, name
        else:
            assert kind == "AWS", name
            assert re.fullmatch(rf"{ACCOUNT}|<\w+>", render(principal)), name


def test_functions_are_called_for_a_named_source_only(any_stage: Stage) -> None:
    for name, permission in any_stage.of_type("AWS::Lambda::Permission").items():
        assert {"SourceArn", "SourceAccount"} & permission["Properties"].keys(), name
        assert permission["Properties"]["Action"] == "lambda:InvokeFunction", name


def test_every_role_that_accesses_encrypted_data_may_use_its_key(any_stage: Stage) -> None:
    """Rights on encrypted objects and topics are worth nothing without rights on the key."""
    for name, resource in identities(any_stage):
        actions = dict(allowed_pairs(resource))
        if any(action in actions and "LakeBucket" in actions[action] for action in ("s3:GetObject", "s3:PutObject")):
            assert "LakeKey" in actions["kms:Decrypt"], name
        if "s3:PutObject" in actions:
            assert "LakeKey" in actions["kms:GenerateDataKey"], name
        if "sns:Publish" in actions:
            assert "NoticesKey" in actions["kms:Decrypt"], name
            assert "NoticesKey" in actions["kms:GenerateDataKey"], name
