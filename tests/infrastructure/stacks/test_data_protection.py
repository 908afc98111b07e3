"""What keeps data: encrypted, closed, TLS only, kept on delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Resource, Stage, as_list, render, statements

pytestmark = pytest.mark.synth
BLOCK_ALL = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
SECRET = re.compile(r"(password|secret|secret_?string|private_?key|api_?key)$", re.IGNORECASE)
HOLDS_DATA = ("AWS::S3::Bucket", "AWS::RDS::DBCluster")


def denies_plain_http(policy: Resource) -> bool:
    return any(
        statement["Effect"] == "Deny" and statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
        for statement in statements(policy)
    )


def lake(stage: Stage) -> Resource:
    [bucket] = [b for b in stage.of_type("AWS::S3::Bucket").values() if "VersioningConfiguration" in b["Properties"]]
    return bucket


def test_every_bucket_is_encrypted_and_closed_to_the_public(any_stage: Stage) -> None:
    for name, bucket in any_stage.of_type("AWS::S3::Bucket").items():
        assert bucket["Properties"]["BucketEncryption"], name
        assert bucket["Properties"]["PublicAccessBlockConfiguration"] == BLOCK_ALL, name


def test_every_bucket_queue_and_topic_refuses_plain_http(any_stage: Stage) -> None:
    for holder, policy, target in (
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ):
        protected_holders = {
            render(holder_reference)
            for each in any_stage.of_type(policy).values()
            if denies_plain_http(each)
            for holder_reference in as_list(each["Properties"][target])
        }
        holders = {f"<{name.split('/')[1]}>" for name in any_stage.of_type(holder)}
        assert holders, holder
        assert holders == protected_holders


def test_the_lake_is_versioned_logged_and_encrypted_with_its_own_key(stage: Stage) -> None:
    properties = lake(stage)["Properties"]
    [rule] = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "KMSMasterKeyID" in rule["ServerSideEncryptionByDefault"]
    assert rule["BucketKeyEnabled"] is True
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "DestinationBucketName" in properties["LoggingConfiguration"]


def test_the_lake_sends_object_events_to_eventbridge(stage: Stage) -> None:
    assert lake(stage)["Properties"]["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_every_key_rotates(any_stage: Stage) -> None:
    keys = any_stage.of_type("AWS::KMS::Key")
    assert keys
    assert all(key["Properties"]["EnableKeyRotation"] is True for key in keys.values())


def test_every_class_of_data_has_a_key_of_its_own(any_stage: Stage) -> None:
    descriptions = {key["Properties"]["Description"] for key in any_stage.of_type("AWS::KMS::Key").values()}
    assert {"Objects of the data lake", "Database and its secret", "Notifications"} <= descriptions
    assert len(descriptions) == len(any_stage.of_type("AWS::KMS::Key"))


def test_queues_and_topics_are_encrypted(any_stage: Stage) -> None:
    assert all(queue["Properties"]["SqsManagedSseEnabled"] is True for queue in any_stage.of_type("AWS::SQS::Queue").values())
    assert all("KmsMasterKeyId" in topic["Properties"] for topic in any_stage.of_type("AWS::SNS::Topic").values())


def test_the_database_is_private_encrypted_and_tls_only(any_stage: Stage) -> None:
    [cluster] = any_stage.of_type("AWS::RDS::DBCluster").values()
    properties = cluster["Properties"]
    assert (properties["Engine"], properties["EngineVersion"]) == ("aurora-postgresql", "15.17")
    assert properties["StorageEncrypted"] is True
    assert "KmsKeyId" in properties
    assert properties["EnableIAMDatabaseAuthentication"] is True
    [parameters] = any_stage.of_type("AWS::RDS::DBClusterParameterGroup").values()
    assert parameters["Properties"]["Parameters"]["rds.force_ssl"] == "1"
    for instance in any_stage.of_type("AWS::RDS::DBInstance").values():
        assert instance["Properties"]["DBInstanceClass"] == "db.serverless"
        assert instance["Properties"].get("PubliclyAccessible", False) is False


def test_the_database_password_is_generated_and_appears_nowhere(any_stage: Stage) -> None:
    [cluster] = any_stage.of_type("AWS::RDS::DBCluster").values()
    assert render(cluster["Properties"]["MasterUserPassword"]).startswith("{{resolve:secretsmanager:")
    [secret] = any_stage.of_type("AWS::SecretsManager::Secret").values()
    assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] >= 30
    assert "KmsKeyId" in secret["Properties"]


def test_no_template_holds_a_secret_in_plain_text(any_stage: Stage) -> None:
    """What is named like a secret is generated, or a reference to one."""
    for name, resource in any_stage.resources():
        for key, value in _leaves(resource.get("Properties", {})):
            if SECRET.search(key) and isinstance(value, str):
                assert value.startswith("{{resolve:secretsmanager:"), (name, key)


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, key)
    else:
        yield key, value


def test_an_idle_dev_database_pauses_and_a_prod_database_does_not(stages: dict[str, Stage]) -> None:
    def scaling(stage: str) -> dict[str, float]:
        [cluster] = stages[stage].of_type("AWS::RDS::DBCluster").values()
        return dict(cluster["Properties"]["ServerlessV2ScalingConfiguration"])

    assert scaling("dev") == {"MinCapacity": 0, "MaxCapacity": 4, "SecondsUntilAutoPause": 600}
    assert scaling("prod") == {"MinCapacity": 0.5, "MaxCapacity": 16}


def test_a_prod_database_is_protected_and_backed_up_for_35_days(stages: dict[str, Stage]) -> None:
    [cluster] = stages["prod"].of_type("AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["DeletionProtection"] is True
    assert cluster["Properties"]["BackupRetentionPeriod"] == 35


def test_data_and_its_keys_outlive_a_destroy_on_aws(aws_stage: Stage) -> None:
    for kind in HOLDS_DATA:
        for name, resource in aws_stage.of_type(kind).items():
            assert resource["DeletionPolicy"] in {"RetainExceptOnCreate", "Snapshot"}, name
            assert resource["UpdateReplacePolicy"] in {"Retain", "Snapshot"}, name
    keys = {name: key for name, key in aws_stage.of_type("AWS::KMS::Key").items() if "Notices" not in name}
    assert all(key["DeletionPolicy"] == "RetainExceptOnCreate" for key in keys.values())


def test_without_keep_data_a_destroy_leaves_nothing(synthesise: Synthesise) -> None:
    stage = synthesise("dev", keepData="false")["dev"]
    remaining = [name for name, resource in stage.resources() if resource.get("DeletionPolicy", "Delete") != "Delete"]
    assert [name for name in remaining if "CloudWatchRole" not in name and "/EdgeApiAccount" not in name] == []
    assert "Custom::S3AutoDeleteObjects" in {resource["Type"] for _, resource in stage.resources()}
