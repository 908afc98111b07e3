"""`signify doctor` of a stage that is made from an existing bucket and a snapshot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.doctor.check import Status
from cli.doctor.existing_data import BucketState, SnapshotState
from cli.doctor.existing_data_checks import LIFECYCLE_RULES, LakeBucketCheck, SnapshotCheck
from cli.doctor.report import run_check
from tests.fakes.aws_account import FakeAccount
from tests.unit.cli.doctor.test_doctor import settings

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab"
OTHER_KEY = KEY.replace("key/0", "key/1")
LAKE = {"lakeBucketName": "the-lake", "lakeKeyArn": KEY}
SUITABLE = BucketState(
    region="eu-central-1",
    key=KEY,
    is_versioned=True,
    sends_events=True,
    is_closed=True,
    requires_tls=True,
    lifecycle_rules=LIFECYCLE_RULES,
    stack=None,
)
SNAPSHOT = SnapshotState("aurora-postgresql", "signify", "available")


@pytest.mark.parametrize(
    ("changes", "status", "text", "fix"),
    [
        ({}, "ok", "the-lake: versions, events, key, policy and lifecycle are those of a lake", ""),
        ({"region": "us-east-1"}, "failed", "the-lake is in us-east-1, the stage in eu-central-1", "stage's region"),
        ({"is_versioned": False}, "failed", "keeps no versions", "put-bucket-versioning --bucket the-lake"),
        ({"sends_events": False}, "failed", "no uploaded file is received", "put-bucket-notification-configuration --bucket the-lake"),
        ({"key": OTHER_KEY}, "failed", f"encrypts its objects with {OTHER_KEY}, not with {KEY}", "lakeKeyArn"),
        ({"key": None}, "failed", "encrypts its objects with no KMS key", "lakeKeyArn"),
        ({"stack": "Signify-dev-Lake"}, "failed", "belongs to the stack Signify-dev-Lake", "with keepData"),
        ({"is_closed": False}, "warning", "does not block public access", "put-public-access-block --bucket the-lake"),
        ({"requires_tls": False}, "warning", "does not deny requests without TLS", "aws:SecureTransport"),
        ({"lifecycle_rules": LIFECYCLE_RULES - {"runs"}}, "warning", "no lifecycle rules runs:", "existing-data.md"),
    ],
)
def test_a_bucket_is_checked_for_what_a_lake_must_have(changes: dict[str, object], status: str, text: str, fix: str) -> None:
    account = FakeAccount(buckets={"the-lake": replace(SUITABLE, **changes)})  # type: ignore[arg-type]
    result = run_check(LakeBucketCheck(), settings(**LAKE), account)
    assert (result.status, text in result.text, fix in result.fix) == (status, True, True), result


def test_all_faults_of_a_bucket_are_named_at_once() -> None:
    bucket = replace(SUITABLE, is_versioned=False, sends_events=False, is_closed=False)
    result = run_check(LakeBucketCheck(), settings(**LAKE), FakeAccount(buckets={"the-lake": bucket}))
    assert result.status is Status.FAILED
    assert "no versions" in result.text
    assert "no events" in result.text


def test_the_key_of_lake_and_database_is_that_of_the_bucket_if_it_has_none_of_its_own() -> None:
    bucket = settings(lakeBucketName="the-lake", kmsKeyArn=OTHER_KEY)
    result = run_check(LakeBucketCheck(), bucket, FakeAccount(buckets={"the-lake": replace(SUITABLE, key=OTHER_KEY)}))
    assert result.status is Status.OK, result


def test_a_bucket_that_is_not_there_fails() -> None:
    result = run_check(LakeBucketCheck(), settings(**LAKE), FakeAccount())
    assert (result.status, result.text) == (Status.FAILED, "there is no bucket the-lake")


@pytest.mark.parametrize(
    ("snapshot", "status", "text"),
    [
        (SNAPSHOT, "ok", "before is available"),
        (None, "failed", "there is no cluster snapshot before"),
        (replace(SNAPSHOT, status="creating"), "failed", "before is creating"),
        (replace(SNAPSHOT, engine="aurora-mysql"), "failed", "engine aurora-mysql"),
        (replace(SNAPSHOT, administrator="postgres"), "failed", "administrator postgres"),
    ],
)
def test_a_snapshot_must_be_an_available_one_of_a_signify_database(snapshot: SnapshotState | None, status: str, text: str) -> None:
    account = FakeAccount(snapshots={"before": snapshot} if snapshot else {})
    result = run_check(SnapshotCheck(), settings(databaseSnapshot="before"), account)
    assert (result.status, text in result.text) == (status, True), result
