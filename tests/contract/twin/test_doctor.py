"""The adapter of `signify doctor` reads the emulator as it reads an account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.doctor.aws_account import AwsAccount
from cli.doctor.existing_data import BucketState
from local.local_stack import LocalStack

pytestmark = pytest.mark.twin


def test_the_account_is_read_from_an_emulator_without_stacks(local_stack: LocalStack) -> None:
    account = AwsAccount(local_stack.aws)
    assert account.read_identity().account == "000000000000"
    assert account.read_identity().partition == "aws"
    assert account.region == "us-east-1"
    assert account.read_bootstrap_version("absent") is None
    assert account.list_stacks("local") == ()
    assert account.read_function_concurrency() > 0
    assert account.count_vpcs() >= 1  # the default VPC
    assert account.count_egress_gateways() == account.count_api_keys() == 0
    assert account.count_user_pools() >= 0
    assert account.find_domain_pool("signify-local-000000000000") is None
    assert account.list_zones()[:2] == ("us-east-1a", "us-east-1b")
    assert account.can_assume("arn:aws:iam::000000000000:role/anything")
    assert account.can_use_amazon_forecast()
    assert account.offers("stepfunctions")
    assert not account.offers("no-such-service")


def test_a_bucket_is_read_with_everything_that_a_lake_depends_on(local_stack: LocalStack) -> None:
    account, name = AwsAccount(local_stack.aws), "doctor-lake"
    s3: Any = local_stack.aws.client("s3")
    assert account.read_bucket(name) is None
    s3.create_bucket(Bucket=name)
    plain = account.read_bucket(name)
    assert plain is not None
    assert (plain.region, plain.is_versioned, plain.sends_events, plain.requires_tls) == ("us-east-1", False, False, False)
    assert (plain.lifecycle_rules, plain.stack) == (frozenset(), None)

    key = "arn:aws:kms:us-east-1:000000000000:key/0123abcd-0123-0123-0123-0123456789ab"
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ID": "superseded", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    blocks = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]})
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "owner", "Value": "planning"}]})
    assert account.read_bucket(name) == BucketState(
        region="us-east-1",
        key=key,
        is_versioned=True,
        sends_events=True,
        is_closed=True,
        requires_tls=True,
        lifecycle_rules=frozenset({"superseded"}),
        stack=None,
    )


def test_a_snapshot_that_is_not_there_is_none(local_stack: LocalStack) -> None:
    assert AwsAccount(local_stack.aws).read_snapshot("absent") is None
