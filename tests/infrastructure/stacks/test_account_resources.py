"""Stages that use what the account has: a boundary, a key, a bucket, a role, a certificate, endpoints; and parameters for other stacks."""

from __future__ import annotations

import json
import re

import pytest

from cli.doctor.existing_data_checks import ADMINISTRATOR, LIFECYCLE_RULES
from contracts.outputs import Output
from tests.infrastructure.conftest import ACCOUNT_RESOURCES, EXISTING_LAKE, PRIVATE_API, SNAPSHOT, Synthesise
from tests.infrastructure.templates import Stage, render

pytestmark = pytest.mark.synth


@pytest.fixture(scope="module")
def guest(synthesise: Synthesise) -> Stage:
    """A stage with every resource that an account may lend."""
    return synthesise("prod", **ACCOUNT_RESOURCES)["prod"]


@pytest.fixture(scope="module")
def private(synthesise: Synthesise) -> Stage:
    return synthesise("prod", **PRIVATE_API)["prod"]


@pytest.fixture(scope="module")
def adopter(synthesise: Synthesise) -> Stage:
    """A stage that is made from the lake and a snapshot of another one."""
    return synthesise("prod", **EXISTING_LAKE, **SNAPSHOT)["prod"]


def test_an_existing_lake_is_in_no_template_so_that_no_deploy_changes_or_deletes_it(adopter: Stage) -> None:
    assert adopter.of_type("AWS::S3::Bucket") == adopter.of_type("AWS::S3::BucketPolicy") == {}
    assert not [name for name in adopter.of_type("AWS::KMS::Key") if "Lake" in name]


def test_every_use_of_the_lake_is_one_of_the_existing_bucket_and_its_key(adopter: Stage, stages: dict[str, Stage]) -> None:
    bucket, key = EXISTING_LAKE["lakeBucketName"], EXISTING_LAKE["lakeKeyArn"]
    variables = [
        function["Properties"].get("Environment", {}).get("Variables", {}) for function in adopter.of_type("AWS::Lambda::Function").values()
    ]
    assert {values["LAKE_BUCKET"] for values in variables if "LAKE_BUCKET" in values} == {bucket}
    rules = [
        rule["Properties"]["EventPattern"]["detail"]["bucket"]["name"]
        for rule in adopter.of_type("AWS::Events::Rule").values()
        if "bucket" in rule["Properties"].get("EventPattern", {}).get("detail", {})
    ]
    assert rules == [[bucket], [bucket]]  # of uploaded files, and of ordered exports
    assert adopter.templates["Lake"].document["Outputs"]["LakeBucketName"]["Value"] == bucket
    policies, own = (each.templates["Lake"].of_type("AWS::IAM::ManagedPolicy") for each in (adopter, stages["prod"]))
    assert len(policies) == len(own) > 10
    for policy in policies.values():
        text = render(policy["Properties"]["PolicyDocument"])
        assert f":s3:::{bucket}" in text
        assert key in text or "kms" not in text


def test_a_database_from_a_snapshot_has_its_name_and_administrator_and_a_new_password(adopter: Stage, stages: dict[str, Stage]) -> None:
    [cluster], [empty_cluster] = (each.of_type("AWS::RDS::DBCluster").values() for each in (adopter, stages["prod"]))
    properties = cluster["Properties"]
    assert properties["SnapshotIdentifier"] == SNAPSHOT["databaseSnapshot"]
    assert set(empty_cluster["Properties"]) - set(properties) == {"MasterUsername", "DatabaseName"}
    assert set(properties) - set(empty_cluster["Properties"]) == {"SnapshotIdentifier"}
    assert properties["MasterUserPassword"] == empty_cluster["Properties"]["MasterUserPassword"]
    assert adopter.of_type("AWS::RDS::DBCluster").keys() == stages["prod"].of_type("AWS::RDS::DBCluster").keys()


def test_doctor_expects_the_administrator_and_the_lifecycle_rules_that_the_templates_have(stages: dict[str, Stage]) -> None:
    [cluster] = stages["prod"].of_type("AWS::RDS::DBCluster").values()
    assert ADMINISTRATOR in render(cluster["Properties"]["MasterUsername"])
    rules = [
        rule["Id"]
        for bucket in stages["prod"].of_type("AWS::S3::Bucket").values()
        if "VersioningConfiguration" in bucket["Properties"]
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    ]
    assert sorted(rules) == sorted(LIFECYCLE_RULES)


def test_every_role_has_the_boundary_those_of_the_cdk_included(guest: Stage, stages: dict[str, Stage]) -> None:
    roles = guest.of_type("AWS::IAM::Role")
    boundaries = {name: role["Properties"].get("PermissionsBoundary") for name, role in roles.items()}
    assert set(boundaries.values()) == {ACCOUNT_RESOURCES["permissionsBoundaryArn"]}, boundaries
    assert len(roles) > 10
    assert not [role for role in stages["prod"].of_type("AWS::IAM::Role").values() if "PermissionsBoundary" in role["Properties"]]


def test_lake_and_database_are_encrypted_with_the_key_of_the_account(guest: Stage) -> None:
    arn = ACCOUNT_RESOURCES["kmsKeyArn"]
    keys = [name.split("/")[0] for name in guest.of_type("AWS::KMS::Key")]
    assert not [stack for stack in keys if stack.endswith(("Lake", "Database"))]
    [cluster] = guest.of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["KmsKeyId"] == arn
    [rule] = [
        bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
        for bucket in guest.of_type("AWS::S3::Bucket").values()
        if "VersioningConfiguration" in bucket["Properties"]
    ]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == arn
    policies = guest.templates["Lake"].of_type("AWS::IAM::ManagedPolicy")
    without_key = [name for name, policy in policies.items() if arn not in json.dumps(policy["Properties"])]
    assert not [name for name in without_key if "Erase" not in name]  # to delete an object needs no key


def test_access_logs_go_to_the_bucket_of_the_account_below_the_name_of_the_stack(guest: Stage) -> None:
    [bucket] = guest.of_type("AWS::S3::Bucket").values()
    logging = bucket["Properties"]["LoggingConfiguration"]
    assert logging == {"DestinationBucketName": "access-logs-of-the-account", "LogFilePrefix": "Signify-prod-Lake/"}


def test_the_role_of_api_gateway_is_left_alone(guest: Stage, stages: dict[str, Stage]) -> None:
    assert guest.of_type("AWS::ApiGateway::Account") == {}
    assert len(stages["prod"].of_type("AWS::ApiGateway::Account")) == 1


def test_the_api_has_the_custom_domain_with_the_tls_policy_of_the_api(guest: Stage) -> None:
    api, [domain] = guest.templates["Api"], guest.templates["Api"].of_type("AWS::ApiGateway::DomainName").values()
    properties = domain["Properties"]
    assert (properties["DomainName"], properties["RegionalCertificateArn"]) == (
        "forecasts.example.com",
        ACCOUNT_RESOURCES["certificateArn"],
    )
    rest = api.only("AWS::ApiGateway::RestApi")
    assert {key: properties[key] for key in ("SecurityPolicy", "EndpointAccessMode")} == {
        key: rest[key] for key in ("SecurityPolicy", "EndpointAccessMode")
    }
    assert api.document["Outputs"]["ApiUrl"]["Value"] == "https://forecasts.example.com/"
    assert "ApiDomainTarget" in api.outputs()
    [mapping] = api.of_type("AWS::ApiGateway::BasePathMapping").values()
    assert "BasePath" not in mapping["Properties"]  # the whole domain, so that the paths of clients stay


def test_a_private_api_can_be_called_through_its_endpoints_only(private: Stage) -> None:
    rest = private.templates["Api"].only("AWS::ApiGateway::RestApi")
    assert rest["EndpointConfiguration"]["Types"] == ["PRIVATE"]
    assert rest["EndpointConfiguration"]["VpcEndpointIds"] == ["vpce-0123456789abcdef0"]
    allow, deny = rest["Policy"]["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": ["vpce-0123456789abcdef0"]}}


def test_every_output_that_tools_use_is_a_parameter_of_the_stage_with_the_same_value(stage: Stage) -> None:
    outputs = {
        key: output["Value"] for template in stage.templates.values() for key, output in template.document.get("Outputs", {}).items()
    }
    parameters = {each["Properties"]["Name"]: each["Properties"]["Value"] for each in stage.of_type("AWS::SSM::Parameter").values()}
    expected = {output.parameter_name(stage.name): outputs[output] for output in Output if output in outputs}
    assert {name: render(value) for name, value in parameters.items() if name.startswith("/signify/")} == {
        name: render(value) for name, value in expected.items()
    }
    assert f"/signify/{stage.name}/api-url" in parameters
    assert all(re.fullmatch(r"/signify/[a-z-]+/[a-z-]+", name) for name in expected)
