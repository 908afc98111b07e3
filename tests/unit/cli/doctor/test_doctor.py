"""`signify doctor`: every check passes in a suitable account, and fails with what to do in one that is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from cdk.settings.model import Settings
from cli.app import app
from cli.console import CliError
from cli.doctor import command
from cli.doctor.access_checks import AccountCheck, BootstrapCheck, DeployerCheck, RegionCheck
from cli.doctor.account import Account
from cli.doctor.check import Check, CheckResult, Status
from cli.doctor.quota_checks import QUOTA_CHECKS, ConcurrencyCheck
from cli.doctor.report import make_checks, run_check, run_checks
from cli.doctor.service_checks import (
    ForecastingServiceCheck,
    GatewayRoleCheck,
    LakeFormationCheck,
    ServiceCheck,
    TokenDomainCheck,
    ZoneCheck,
)
from tests.fakes.aws_account import FakeAccount

PLACE = {"stage": "dev", "account": "123456789012", "region": "eu-central-1"}
B_AND_C = frozenset({"eu-central-1b", "eu-central-1c"})
QUOTAS = {check.title: check for check in QUOTA_CHECKS}
POOL_DOMAIN = "signify-dev-123456789012"
ROLE = "arn:aws:iam::123456789012:role/Signify-{}-Api-EdgeApiCloudWatchRole-x"


def settings(**values: object) -> Settings:
    return Settings.model_validate({**PLACE, **values})


def test_in_a_suitable_account_no_check_fails_or_warns() -> None:
    results = dict(run_checks(make_checks("hnb659fds", 45), settings(), FakeAccount()))
    assert {title: result.text for title, result in results.items() if result.status is not Status.OK} == {}
    assert len(results) == 19


@pytest.mark.parametrize(
    ("check", "values", "account", "status", "text", "fix"),
    [
        (
            AccountCheck(),
            {"account": "210987654321"},
            {},
            "failed",
            "account 210987654321, but the credentials are of account 123456789012",
            "AWS_PROFILE",
        ),
        (AccountCheck(), {"account": None}, {}, "failed", "cdk.json states no account", '"account": "123456789012"'),
        (RegionCheck(), {"region": None}, {}, "failed", "cdk.json states no region", '"region": "eu-central-1"'),
        (BootstrapCheck(), {}, {"bootstrap_version": None}, "failed", "not bootstrapped", "cdk bootstrap aws://123456789012/eu-central-1"),
        (BootstrapCheck(), {}, {"bootstrap_version": 5}, "failed", "version 5; the stacks need 6", "cdk bootstrap"),
        (
            DeployerCheck(),
            {},
            {"refused_roles": frozenset({"deploy-role"})},
            "failed",
            "may not assume",
            "sts:AssumeRole on arn:aws:iam::123456789012:role/cdk-hnb659fds-*",
        ),
        (DeployerCheck(), {}, {"bootstrap_version": None}, "not checked", "made by the bootstrap", ""),
        (ServiceCheck(), {}, {"missing_services": frozenset({"wafv2"})}, "failed", "does not offer wafv2", "another region"),
        (ServiceCheck(), {"apiFirewall": False}, {"missing_services": frozenset({"wafv2"})}, "ok", "all 11", ""),
        (ForecastingServiceCheck(), {"forecastBackend": "amazon_forecast"}, {}, "failed", "refuses calls", "closed to new customers"),
        (ForecastingServiceCheck(), {"forecastBackend": "amazon_forecast"}, {"amazon_forecast": True}, "ok", "accepts calls", ""),
        (
            ZoneCheck(),
            {},
            {"database_zones": B_AND_C},
            "failed",
            "eu-central-1a has no Aurora PostgreSQL 15.17",
            "vpcZones to two of eu-central-1b, eu-central-1c",
        ),
        (ZoneCheck(), {"vpcZones": "eu-central-1b,eu-central-1c"}, {"database_zones": B_AND_C}, "ok", "eu-central-1b, eu-central-1c", ""),
        (ZoneCheck(), {}, {"endpoint_zones": B_AND_C}, "failed", "eu-central-1a has no endpoint of states", "vpcZones"),
        (ZoneCheck(), {"serviceAccess": "ipv6"}, {"endpoint_zones": frozenset()}, "ok", "eu-central-1a, eu-central-1b", ""),
        (ZoneCheck(), {}, {"database_zones": frozenset()}, "failed", "eu-central-1b has no Aurora", "another region"),
        (ConcurrencyCheck(45), {}, {"function_concurrency": 10}, "warning", "10 concurrent executions", "Request 1,000"),
        (
            ConcurrencyCheck(45),
            {"reserveConcurrency": True},
            {"function_concurrency": 144},
            "failed",
            "needs 145",
            "reserveConcurrency to false",
        ),
        (ConcurrencyCheck(45), {"reserveConcurrency": True}, {"function_concurrency": 145}, "ok", "145", ""),
        (QUOTAS["VPCs"], {}, {"vpcs": 5}, "failed", "5 of 5 in use, 1 more needed (documented default", "request 6 or more"),
        (QUOTAS["VPCs"], {}, {"vpcs": 5, "quotas": {("vpc", "VPCs per Region"): 10.0}}, "ok", "5 of 10 in use", ""),
        (QUOTAS["VPCs"], {}, {"vpcs": 5, "stacks": ("Signify-dev-Database",)}, "ok", "deployed already", ""),
        (QUOTAS["Egress-only gateways"], {"serviceAccess": "ipv6"}, {"egress_gateways": 5}, "failed", "5 of 5", "request 6"),
        (QUOTAS["Egress-only gateways"], {}, {"egress_gateways": 5}, "ok", "none needed", ""),
        (QUOTAS["Elastic IP addresses"], {}, {}, "ok", "none needed", ""),
        (
            QUOTAS["Glue DPUs"],
            {"glueMaxWorkers": 100},
            {"quotas": {("glue", "Max task DPUs per account"): 50.0}},
            "failed",
            "100 more needed",
            "request 100",
        ),
        (QUOTAS["User pools"], {}, {"user_pools": 1000}, "failed", "1000 of 1,000", "request 1001"),
        (QUOTAS["API keys"], {"apiKeyRequired": True}, {"api_keys": 10_000}, "failed", "10000 of 10,000", "request 10001"),
        (
            GatewayRoleCheck(),
            {},
            {"gateway_role": "arn:aws:iam::123456789012:role/other"},
            "warning",
            "role/other is in use",
            "to existing",
        ),
        (GatewayRoleCheck(), {}, {"gateway_role": ROLE.format("dev-eu")}, "warning", "is in use", "to existing"),
        (GatewayRoleCheck(), {}, {"gateway_role": ROLE.format("dev")}, "ok", "of this stage", ""),
        (GatewayRoleCheck(), {"apiGatewayRole": "existing"}, {}, "failed", "the stage creates none", "apiGatewayRole to stage"),
        (GatewayRoleCheck(), {"apiGatewayRole": "existing"}, {"gateway_role": "arn:x:role/other"}, "ok", "role/other", ""),
        (TokenDomainCheck(), {}, {"domain_pools": {POOL_DOMAIN: "eu_x"}}, "failed", "belongs to user pool eu_x", "delete-user-pool-domain"),
        (TokenDomainCheck(), {}, {"domain_pools": {POOL_DOMAIN: "eu_x"}, "stacks": ("Signify-dev-Api",)}, "ok", "of this stage", ""),
        (LakeFormationCheck(), {}, {"lake_formation": True}, "warning", "decides about new databases", "CREATE_DATABASE"),
    ],
)
def test_a_check_says_what_it_saw_and_what_to_do(
    check: Check, values: dict[str, object], account: dict[str, object], status: str, text: str, fix: str
) -> None:
    result = run_check(check, settings(**values), replace(FakeAccount(), **account))  # type: ignore[arg-type]
    assert (result.status, text in result.text, fix in result.fix) == (status, True, True), result


def test_after_another_account_no_further_check_is_made() -> None:
    results = list(run_checks(make_checks("hnb659fds", 45), settings(account="210987654321"), FakeAccount()))
    assert [title for title, _ in results] == ["Account"]


class Denial(LakeFormationCheck):
    """A check whose call AWS refuses."""

    def run(self, settings: Settings, account: Account) -> CheckResult:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetDataLakeSettings")


def test_what_the_credentials_may_not_read_is_not_checked_and_named() -> None:
    result = run_check(Denial(), settings(), FakeAccount())
    assert result.status is Status.NOT_CHECKED
    assert "may not call GetDataLakeSettings" in result.text


@pytest.mark.parametrize(
    ("account", "code", "words"), [({}, 0, "No check failed"), ({"vpcs": 5}, 1, "1 failed: a deploy of stage dev would fail")]
)
def test_the_command_prints_the_table_and_fails_if_a_check_fails(
    monkeypatch: pytest.MonkeyPatch, account: dict[str, int], code: int, words: str
) -> None:
    monkeypatch.setattr(command, "_open", lambda stage: (settings(), replace(FakeAccount(), **account)))  # type: ignore[arg-type]
    result = CliRunner().invoke(app, ["doctor", "--stage", "dev"], env={"COLUMNS": "200"})
    assert (result.exit_code, words in result.output) == (code, True), result.output
    assert "CDK bootstrap" in result.output


def test_without_credentials_nothing_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(region: str | None) -> str:
        raise CliError("no AWS credentials were found")

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(command, "require_credentials", fail)
    result = CliRunner().invoke(app, ["doctor", "--stage", "dev"])
    assert "no AWS credentials were found" in str(result.exception)
