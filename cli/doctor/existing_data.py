"""What a stage that is made from existing data needs to know about them: the bucket of the lake, and a snapshot of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STACK_TAG = "aws:cloudformation:stack-name"
ACCESS_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ABSENT = frozenset(
    {
        "NoSuchLifecycleConfiguration",
        "NoSuchBucketPolicy",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)
"""Errors of S3 for a part of a bucket that nobody has configured."""


Part = TypeVar("Part")


class SnapshotClient(Protocol):
    """What is used of the RDS client."""

    def describe_db_cluster_snapshots(self, **request: object) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Return the snapshots."""


@dataclass(frozen=True)
class BucketState:
    """A bucket: region, default KMS key (None: no KMS), its public access blocked, TLS required, ids of lifecycle rules, and its stack."""

    region: str
    key: str | None
    is_versioned: bool
    sends_events: bool
    is_closed: bool
    requires_tls: bool
    lifecycle_rules: frozenset[str]
    stack: str | None


@dataclass(frozen=True)
class SnapshotState:
    """A cluster snapshot: its engine, the name of the administrator, and its status."""

    engine: str
    administrator: str
    status: str


def read_bucket(s3: S3Client, name: str) -> BucketState | None:
    """Return the state of a bucket, None if there is none. Raises the errors of boto3, for a bucket of another account too."""
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return None
        raise
    encryption = _read(s3.get_bucket_encryption, name)
    rules = encryption["ServerSideEncryptionConfiguration"]["Rules"] if encryption else []
    keys = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in rules]
    access_block = _read(s3.get_public_access_block, name)
    blocks = access_block["PublicAccessBlockConfiguration"].values() if access_block else []
    policy = _read(s3.get_bucket_policy, name)
    lifecycle = _read(s3.get_bucket_lifecycle_configuration, name)
    tagging = _read(s3.get_bucket_tagging, name)
    return BucketState(
        region=s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1",
        key=next((key for key in keys if key), None),
        is_versioned=s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled",
        sends_events="EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=name),
        is_closed=len(blocks) >= len(ACCESS_BLOCKS) and all(blocks),
        requires_tls=policy is not None and "aws:SecureTransport" in policy["Policy"],
        lifecycle_rules=frozenset(rule.get("ID", "") for rule in (lifecycle["Rules"] if lifecycle else []) if rule["Status"] == "Enabled"),
        stack=next((tag["Value"] for tag in (tagging["TagSet"] if tagging else []) if tag["Key"] == STACK_TAG), None),
    )


def read_snapshot(rds: SnapshotClient, name: str) -> SnapshotState | None:
    """Return the state of a cluster snapshot by its name or ARN, None if there is none."""
    try:
        snapshots = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name, IncludeShared=name.startswith("arn:"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "DBClusterSnapshotNotFoundFault":
            return None
        raise
    states = [SnapshotState(each["Engine"], each["MasterUsername"], each["Status"]) for each in snapshots["DBClusterSnapshots"]]
    return states[0] if states else None


def _read(call: Callable[..., Part], bucket: str) -> Part | None:
    """Return one part of the configuration of a bucket, None if nobody has configured it."""
    try:
        return call(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise
