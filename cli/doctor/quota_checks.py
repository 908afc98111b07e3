"""Checks of quotas: what a stage takes, what the account has, and where to request more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import override

from cdk.settings.model import Settings
from cli.doctor.account import Account
from cli.doctor.check import Check, CheckResult, fails, passes, warns

UNRESERVED_CONCURRENCY = 100
"""Lambda keeps this number of executions for functions without reserved concurrency."""
NEW_ACCOUNT_CONCURRENCY = 10
"""The quota of many new accounts, which all functions of the account share."""


@dataclass(frozen=True)
class ConcurrencyCheck(Check):
    """Compare the concurrent executions of Lambda with what the functions reserve. reserved_executions: the sum over the functions."""

    reserved_executions: int
    title: str = "Lambda concurrency"
    aws_only: bool = True

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        quota = account.read_function_concurrency()
        fix = "Request 1,000 concurrent executions of AWS Lambda in Service Quotas."
        needs = self.reserved_executions + UNRESERVED_CONCURRENCY
        if settings.reserve_concurrency and quota < needs:
            return fails(f"{quota} concurrent executions; reserveConcurrency needs {needs}", f"{fix} Or set reserveConcurrency to false.")
        if quota <= NEW_ACCOUNT_CONCURRENCY:
            return warns(f"{quota} concurrent executions, which all functions share: requests will be throttled", fix)
        return passes(f"{quota:,} concurrent executions")


@dataclass(frozen=True)
class QuotaCheck(Check):
    """Compare a quota with what is in use and what the stage adds.

    service, quota: its names in Service Quotas; default: its documented value, where Service Quotas does not list it. usage: the number in
    use. needs: the number that a new stage adds, or that one run takes.
    """

    title: str
    service: str
    quota: str
    default: float
    needs: Callable[[Settings], int]
    usage: Callable[[Account], int] = lambda account: 0
    aws_only: bool = True

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        needs = self.needs(settings)
        if needs == 0:
            return passes("none needed")
        if account.list_stacks(settings.stage) and self.usage(account):
            return passes("the stage is deployed already")
        limit = account.read_quota(self.service, self.quota)
        value, source = (self.default, "documented default") if limit is None else (limit, "Service Quotas")
        usage = self.usage(account)
        text = f"{usage} of {value:,.0f} in use, {needs} more needed ({source}: {self.quota})"
        if usage + needs > value:
            return fails(text, f"Delete what is not used, or request {usage + needs} or more of {self.quota!r} in Service Quotas.")
        return passes(text)


def _count_dedicated_vpcs(settings: Settings) -> int:
    return 1 if settings.vpc_id is None else 0


def _count_egress_gateways(settings: Settings) -> int:
    return 1 if settings.service_access == "ipv6" else 0


def _count_client_keys(settings: Settings) -> int:
    return 1 if settings.api_key_required else 0


def _count_workers(settings: Settings) -> int:
    return settings.glue_max_workers


def _count_elastic_ips(_: Settings) -> int:
    return 0  # no NAT gateway, no public address


QUOTA_CHECKS = (
    QuotaCheck("VPCs", "vpc", "VPCs per Region", 5, _count_dedicated_vpcs, lambda account: account.count_vpcs()),
    QuotaCheck(
        "Egress-only gateways",
        "vpc",
        "Egress-only internet gateways per Region",
        5,
        _count_egress_gateways,
        lambda account: account.count_egress_gateways(),
    ),
    QuotaCheck("Elastic IP addresses", "ec2", "EC2-VPC Elastic IPs", 5, _count_elastic_ips),
    QuotaCheck("Glue DPUs", "glue", "Max task DPUs per account", 300, _count_workers),
    QuotaCheck("User pools", "cognito-idp", "User pools per account", 1000, lambda settings: 1, lambda account: account.count_user_pools()),
    QuotaCheck(
        "API keys", "apigateway", "API keys per account per Region", 10_000, _count_client_keys, lambda account: account.count_api_keys()
    ),
)
