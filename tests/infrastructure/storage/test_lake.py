"""The bucket of the lake, alone in a stack: what its policies allow, and what the settings change."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.compute.function_specs import FUNCTION_SPECS
from cdk.compute.job_specs import AMAZON_FORECAST_JOBS, BUILTIN_JOBS
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.storage.zones import ZONES
from contracts.paths import Zone
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, as_list, render, statements

READ = {"s3:GetObject", "s3:GetObjectVersion"}
WRITE = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}


def add_lake(stack: Any, settings: Settings) -> Lake:
    return Lake(stack, "Lake", settings)


def add_lake_with_grants(stack: Any, settings: Settings) -> None:
    """Grant every zone twice, to two roles: one reads, one writes."""
    from aws_cdk.aws_iam import Role, ServicePrincipal

    lake = Lake(stack, "Lake", settings)
    for name in ("First", "Second"):
        reader, writer = (Role(stack, f"{name}{kind}", assumed_by=ServicePrincipal("glue.amazonaws.com")) for kind in ("Reader", "Writer"))
        lake.grant_read(reader, *Zone)
        lake.grant_write(writer, *Zone)


@pytest.fixture(scope="module")
def grants(build: Build) -> Template:
    return build(add_lake_with_grants)


def policy_of(template: Template, access: str, zone: Zone) -> list[dict[str, Any]]:
    """The statements of the policy for a zone: `access` is Read or Write."""
    [policy] = [each for name, each in template.of_type("AWS::IAM::ManagedPolicy").items() if f"{access}{zone.capitalize()}" in name]
    return statements(policy)


def actions_on(policy: list[dict[str, Any]], target: str) -> set[str]:
    """Actions that a policy allows on a resource of this rendered name."""
    return {
        action
        for statement in policy
        for resource in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
        if statement["Effect"] == "Allow" and render(resource) == target
    }


def bucket_name(template: Template) -> str:
    """The lake's bucket as references render it; the other one holds its access logs."""
    [name] = [name for name, each in template.of_type("AWS::S3::Bucket").items() if "VersioningConfiguration" in each["Properties"]]
    return f"<{name}>"


@pytest.mark.parametrize("zone", Zone)
def test_the_policy_to_read_a_zone_allows_nothing_but_reading_this_zone(grants: Template, zone: Zone) -> None:
    policy, bucket = policy_of(grants, "Read", zone), bucket_name(grants)
    assert actions_on(policy, f"{bucket}/{zone}/*") == READ
    assert actions_on(policy, f"{bucket}/{zone}") == {"s3:GetObject"}
    assert actions_on(policy, bucket) == {"s3:ListBucket"}
    [key] = grants.of_type("AWS::KMS::Key")
    assert actions_on(policy, f"<{key}>") == {"kms:Decrypt"}
    resources = {render(resource) for statement in policy for resource in as_list(statement["Resource"])}
    assert resources == {bucket, f"{bucket}/{zone}", f"{bucket}/{zone}/*", f"<{key}>"}


@pytest.mark.parametrize("zone", Zone)
def test_the_policy_to_write_a_zone_also_encrypts_and_replaces_but_changes_no_version(grants: Template, zone: Zone) -> None:
    policy, bucket = policy_of(grants, "Write", zone), bucket_name(grants)
    assert actions_on(policy, f"{bucket}/{zone}/*") == READ | WRITE
    [key] = grants.of_type("AWS::KMS::Key")
    assert actions_on(policy, f"<{key}>") == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_no_policy_deletes_versions_or_changes_the_bucket(grants: Template) -> None:
    """The versions of the bucket are the backup of the lake: only its lifecycle rules delete them."""
    policies = grants.of_type("AWS::IAM::ManagedPolicy").values()
    actions = {action for policy in policies for statement in statements(policy) for action in as_list(statement["Action"])}
    assert actions == READ | WRITE | {"s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"}


@pytest.mark.parametrize("zone", Zone)
def test_a_zone_is_listed_below_its_own_prefix_only(grants: Template, zone: Zone) -> None:
    for access in ("Read", "Write"):
        [listing] = [each for each in policy_of(grants, access, zone) if each["Action"] == "s3:ListBucket"]
        assert listing["Condition"] == {"StringLike": {"s3:prefix": [zone, f"{zone}/*"]}}


def test_roles_share_the_policy_of_a_zone(grants: Template) -> None:
    """A policy for each role and zone would reach the quota of the account, which is 1,500 policies."""
    assert len(grants.of_type("AWS::IAM::ManagedPolicy")) == 2 * len(Zone)
    roles = [each["Properties"]["ManagedPolicyArns"] for name, each in grants.of_type("AWS::IAM::Role").items() if "Reader" in name]
    assert [render(arn) for arn in roles[0]] == [render(arn) for arn in roles[1]]


def test_no_role_has_more_managed_policies_than_aws_allows() -> None:
    """The default quota of IAM is ten managed policies for a role; each zone is one."""
    for spec in (*FUNCTION_SPECS, *BUILTIN_JOBS, *AMAZON_FORECAST_JOBS):
        assert len(spec.reads) + len(spec.writes) <= 10, spec.name


def test_every_zone_has_one_retention() -> None:
    assert sorted(retention.zone for retention in ZONES) == sorted(Zone)


def test_every_zone_is_written_by_someone() -> None:
    """Clients upload to landing/ and mappings/, Athena writes queries/; every other zone belongs to a function or a job."""
    writers = {zone for spec in (*FUNCTION_SPECS, *BUILTIN_JOBS, *AMAZON_FORECAST_JOBS) for zone in spec.writes}
    assert writers == set(Zone) - {Zone.LANDING, Zone.MAPPINGS, Zone.QUERIES}


def landing_rule(template: Template) -> dict[str, Any]:
    rules = template.only("AWS::S3::Bucket", bucket_name(template)[1:-1])["LifecycleConfiguration"]["Rules"]
    [rule] = [rule for rule in rules if rule["Id"] == "landing"]
    return dict(rule)


@pytest.mark.parametrize(("days", "moves"), [("30", False), ("31", True), ("365", True)])
def test_a_file_that_expires_at_once_does_not_move_to_another_class_before(build: Build, days: str, moves: bool) -> None:
    """S3 rejects a rule whose objects expire no later than they change their class."""
    rule = landing_rule(build(add_lake, landingDays=days))
    assert rule["ExpirationInDays"] == int(days)
    assert ("Transitions" in rule) is moves


def test_retention_follows_the_settings(build: Build) -> None:
    template = build(add_lake, runDays="60", workingDays="3", supersededVersionDays="10")
    rules = template.only("AWS::S3::Bucket", bucket_name(template)[1:-1])["LifecycleConfiguration"]["Rules"]
    days = {rule["Id"]: rule.get("ExpirationInDays") for rule in rules}
    assert days == {
        "superseded": None, "landing": None, "scratch": 3, "queries": 3, "exports": 7,
        **dict.fromkeys(("curated", "quarantine", "features", "forecasts", "anomalies", "kpis", "runs", "backup"), 60),
    }  # fmt: skip
    prefixes = {rule["Id"]: rule["Prefix"] for rule in rules if "Prefix" in rule}
    assert prefixes == {name: f"{name}/" for name in days if name != "superseded"} | {"backup": "backup/runs/"}
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    [whole] = [rule for rule in rules if rule["Id"] == "superseded"]
    assert whole["NoncurrentVersionExpiration"] == {"NoncurrentDays": 10}


def test_access_logs_expire_after_90_days_in_a_bucket_without_versions(build: Build) -> None:
    template = build(add_lake)
    logs = template.only("AWS::S3::Bucket", "LakeAccessLogs")
    assert [rule["ExpirationInDays"] for rule in logs["LifecycleConfiguration"]["Rules"]] == [90]
    assert "VersioningConfiguration" not in logs
    destination = template.only("AWS::S3::Bucket", bucket_name(template)[1:-1])["LoggingConfiguration"]["DestinationBucketName"]
    assert render(destination)[1:].startswith("LakeAccessLogs")


@pytest.mark.parametrize(
    ("stage", "keep_data", "policy", "is_emptied"),
    [("dev", "true", "RetainExceptOnCreate", False), ("dev", "false", "Delete", True), ("local", "false", "Delete", False)],
)
def test_buckets_their_policies_and_their_key_stay_or_go_together(
    build: Build, stage: str, keep_data: str, policy: str, is_emptied: bool
) -> None:
    template = build(add_lake, stage, keepData=keep_data)
    resources = [each for kind in ("S3::Bucket", "S3::BucketPolicy", "KMS::Key") for each in template.of_type(f"AWS::{kind}").values()]
    assert len(resources) == 5
    assert {each["DeletionPolicy"] for each in resources} == {policy}
    assert bool(template.of_type("Custom::S3AutoDeleteObjects")) is is_emptied


def test_tls_older_than_1_2_is_refused_by_the_lake(build: Build) -> None:
    template = build(add_lake)
    policies = template.of_type("AWS::S3::BucketPolicy").values()
    versions = [
        statement["Condition"]["NumericLessThan"]["s3:TlsVersion"]
        for policy in policies
        for statement in statements(policy)
        if statement["Effect"] == "Deny" and "NumericLessThan" in statement["Condition"]
    ]
    assert versions == [1.2]
