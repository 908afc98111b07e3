"""Checks of the bucket and the snapshot that a stage is made from: no deploy changes them, so they must be right before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override

from cdk.settings.model import Settings
from cli.doctor.account import Account
from cli.doctor.check import Check, CheckResult, fails, passes, warns
from cli.doctor.existing_data import ACCESS_BLOCKS, BucketState
from contracts.paths import Zone

DATABASE_ENGINE = "aurora-postgresql"
ADMINISTRATOR = "signify"
"""The administrator of every database; a test compares it with the template."""
LIFECYCLE_RULES = frozenset({"superseded", *Zone} - {Zone.STAGING, Zone.MAPPINGS})
"""The lifecycle rules of a lake that a stage created; a test compares them with the template."""


@dataclass(frozen=True)
class LakeBucketCheck(Check):
    """Read the existing bucket of the lake: what the platform depends on fails, what protects or deletes data is a warning."""

    title: str = "Existing bucket of the lake"
    aws_only: bool = True

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        name = settings.lake_bucket_name
        if name is None:
            return passes("none: the stage creates its lake")
        bucket = account.read_bucket(name)
        if bucket is None:
            return fails(f"there is no bucket {name}", "Correct lakeBucketName, or leave it out for a new bucket.")
        faults = list(_find_faults(name, bucket, settings, account.region))
        if faults:
            return fails("; ".join(text for text, _ in faults), " ".join(fix for _, fix in faults))
        gaps = list(_find_gaps(name, bucket))
        if gaps:
            return warns("; ".join(text for text, _ in gaps), " ".join(fix for _, fix in gaps))
        return passes(f"{name}: versions, events, key, policy and lifecycle are those of a lake")


@dataclass(frozen=True)
class SnapshotCheck(Check):
    """Look for the snapshot that the database is created from."""

    title: str = "Snapshot of the database"
    aws_only: bool = True

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        name = settings.database_snapshot
        if name is None:
            return passes("none: the database is created empty")
        snapshot = account.read_snapshot(name)
        if snapshot is None:
            return fails(f"there is no cluster snapshot {name}", "Choose one of `aws rds describe-db-cluster-snapshots`.")
        if (snapshot.engine, snapshot.administrator) != (DATABASE_ENGINE, ADMINISTRATOR):
            text = f"{name} is of engine {snapshot.engine} with administrator {snapshot.administrator}"
            return fails(text, f"Choose a snapshot of a Signify database: {DATABASE_ENGINE}, administrator {ADMINISTRATOR}.")
        if snapshot.status != "available":
            return fails(f"{name} is {snapshot.status}", "Wait until it is available.")
        return passes(f"{name} is available")


def _find_faults(name: str, bucket: BucketState, settings: Settings, region: str | None) -> Iterator[tuple[str, str]]:
    """Yield what would make the stage fail, each with what to do."""
    key = settings.lake_key_arn or settings.kms_key_arn
    if bucket.region != region:
        yield f"{name} is in {bucket.region}, the stage in {region}", "Use a bucket of the stage's region."
    if not bucket.is_versioned:
        fix = f"Run `aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status=Enabled`."
        yield "it keeps no versions, by which runs name their input", fix
    if not bucket.sends_events:
        configuration = "'{\"EventBridgeConfiguration\": {}}'"
        fix = f"Run `aws s3api put-bucket-notification-configuration --bucket {name} --notification-configuration {configuration}`, "
        yield "it sends no events to EventBridge, so no uploaded file is received", f"{fix}with its other notifications, if any."
    if bucket.key != key:
        yield f"S3 encrypts its objects with {bucket.key or 'no KMS key'}, not with {key}", "Set lakeKeyArn to its default key."
    if bucket.stack:
        fix = "Delete that stack first, with keepData, which keeps the bucket."
        yield f"it belongs to the stack {bucket.stack}, which may delete it or set its configuration back", fix


def _find_gaps(name: str, bucket: BucketState) -> Iterator[tuple[str, str]]:
    """Yield what does not protect the data, or keeps them for ever, each with what to do."""
    if not bucket.is_closed:
        blocks = ",".join(f"{block}=true" for block in ACCESS_BLOCKS)
        fix = f"Run `aws s3api put-public-access-block --bucket {name} --public-access-block-configuration {blocks}`."
        yield "it does not block public access", fix
    if not bucket.requires_tls:
        yield "its policy does not deny requests without TLS", "Add a statement that denies them (aws:SecureTransport false)."
    if missing_rules := sorted(LIFECYCLE_RULES - bucket.lifecycle_rules):
        yield (
            f"it has no lifecycle rules {', '.join(missing_rules)}: these data are kept for ever",
            "Add them as docs/runbooks/recovery/existing-data.md says, or keep them on purpose.",
        )
