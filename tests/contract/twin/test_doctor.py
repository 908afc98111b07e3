"""The adapter of `signify doctor` reads the emulator as it reads an account."""

from __future__ import annotations

import pytest

from cli.doctor.aws_account import AwsAccount
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
