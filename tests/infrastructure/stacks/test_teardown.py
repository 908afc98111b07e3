"""Resources that remain when a stage is destroyed: exactly those that its settings retain."""

from __future__ import annotations

import json

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth
# API Gateway writes logs as one role of the whole account; taking it away would silence every other API in it.
OF_THE_ACCOUNT = {("Api", "AWS::ApiGateway::Account", "Retain"), ("Api", "AWS::IAM::Role", "Retain")}
# Kept when the stack is deleted or a resource replaced; what a failed first deploy made holds nothing and goes.
DATA = {
    ("Lake", "AWS::KMS::Key", "RetainExceptOnCreate"),
    ("Lake", "AWS::S3::Bucket", "RetainExceptOnCreate"),
    ("Lake", "AWS::S3::BucketPolicy", "RetainExceptOnCreate"),
    ("Database", "AWS::KMS::Key", "RetainExceptOnCreate"),
    ("Api", "AWS::Cognito::UserPool", "RetainExceptOnCreate"),
    ("Database", "AWS::RDS::DBCluster", "Snapshot"),
}


@pytest.fixture(scope="module")
def given_up(synthesise: Synthesise) -> Stage:
    """A stage with keepData=false."""
    return synthesise("dev", keepData="false")["dev"]


def stays(stage: Stage) -> set[tuple[str, str, str]]:
    return {
        (name.split("/")[0].removeprefix(f"Signify-{stage.name}-"), resource["Type"], resource["DeletionPolicy"])
        for name, resource in stage.resources()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }


def test_on_aws_data_and_its_keys_stay_and_nothing_else(aws_stage: Stage) -> None:
    assert stays(aws_stage) == DATA | OF_THE_ACCOUNT


def test_without_keep_data_nothing_of_the_stage_stays(given_up: Stage) -> None:
    assert stays(given_up) == OF_THE_ACCOUNT


def test_every_bucket_that_goes_is_emptied_first(given_up: Stage) -> None:
    """CloudFormation deletes no bucket that holds an object, and S3 writes access logs into one for hours."""
    emptied_buckets = {render(each["Properties"]["BucketName"]) for each in given_up.of_type("Custom::S3AutoDeleteObjects").values()}
    buckets = {f"<{name.split('/')[1]}>" for name in given_up.of_type("AWS::S3::Bucket")}
    assert buckets == emptied_buckets


def test_a_workgroup_goes_with_the_history_of_its_queries(stage: Stage) -> None:
    """By default, Athena does not delete a workgroup with a query history."""
    assert all(group["Properties"]["RecursiveDeleteOption"] is True for group in stage.of_type("AWS::Athena::WorkGroup").values())


def test_no_function_logs_where_nothing_is_ever_deleted(aws_stage: Stage, given_up: Stage) -> None:
    """Including those of the CDK's custom resources: without a named group, Lambda creates one that is never deleted."""
    for stage in (aws_stage, given_up):
        for name, function in stage.of_type("AWS::Lambda::Function").items():
            group = function["Properties"].get("LoggingConfig", {}).get("LogGroup", {})
            assert f"{name.split('/')[0]}/{group.get('Ref')}" in stage.of_type("AWS::Logs::LogGroup"), name


def test_every_log_group_has_retention_and_is_deleted_with_its_stack(stage: Stage) -> None:
    for name, group in stage.of_type("AWS::Logs::LogGroup").items():
        assert group["Properties"]["RetentionInDays"] > 0, name
        assert group["DeletionPolicy"] == "Delete", name


def test_the_log_group_of_the_database_has_retention_and_is_deleted_after_the_last_instance(aws_stage: Stage) -> None:
    [(group, log_group_resource)], [forgets] = (
        aws_stage.of_type("Custom::DatabaseLogGroup").items(),
        aws_stage.of_type("Custom::DatabaseLogRetention").values(),
    )
    [cluster] = aws_stage.of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["EnableCloudwatchLogsExports"] == ["postgresql"]
    calls = [
        json.loads(render(resource["Properties"][event]))
        for resource, event in ((log_group_resource, "Create"), (log_group_resource, "Delete"), (forgets, "Update"))
    ]
    assert [call["action"] for call in calls] == ["createLogGroup", "deleteLogGroup", "putRetentionPolicy"]
    assert all(call["parameters"]["logGroupName"].startswith("/aws/rds/cluster/<DatabaseCluster") for call in calls)
    assert calls[-1]["parameters"]["retentionInDays"] == {"dev": 30, "prod": 365}[aws_stage.name]
    for name, instance in aws_stage.of_type("AWS::RDS::DBInstance").items():
        assert group.split("/")[1] in instance["DependsOn"], name


def test_only_storage_and_keys_remain_billed_after_a_teardown(aws_stage: Stage) -> None:
    assert {kind for _, kind, _ in stays(aws_stage)} <= {kind for _, kind, _ in DATA | OF_THE_ACCOUNT}
    assert all(i.get("DeletionPolicy") == "Delete" for i in aws_stage.of_type("AWS::RDS::DBInstance").values())


def test_a_protected_stage_refuses_to_be_deleted(stages: dict[str, Stage]) -> None:
    [cluster] = stages["prod"].of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["DeletionProtection"] is True
