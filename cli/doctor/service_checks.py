"""Checks of services: what the account shares among stages, and what the region does not offer everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from cdk.settings.model import FORECAST_CLOSED, Settings
from cli.doctor.account import Account
from cli.doctor.check import Check, CheckResult, fails, passes, warns
from contracts.stages import make_stack_name

DATABASE_VERSION = "15.17"
"""The version of Aurora PostgreSQL; a test compares it with the template."""
ENDPOINT_SERVICE = "states"
SERVICES = ("apigateway", "athena", "cognito-idp", "events", "glue", "kms", "lambda", "rds", "rds-data", "scheduler", "stepfunctions")
FIREWALL_SERVICE = "wafv2"
ZONES = 2


@dataclass(frozen=True)
class ServiceCheck(Check):
    """Look for every service of the stage in the region."""

    title: str = "Services of the region"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        services = (*SERVICES, *([FIREWALL_SERVICE] if settings.api_firewall else []))
        gaps = [service for service in services if not account.offers(service)]
        if gaps:
            return fails(f"{account.region} does not offer {', '.join(gaps)}", "Choose another region.")
        return passes(f"all {len(services)} are offered in {account.region}")


@dataclass(frozen=True)
class ForecastingServiceCheck(Check):
    """Call the forecasting service that the settings select; the built-in engines need none."""

    title: str = "Closed services"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        if settings.forecast_backend == "builtin":
            return passes("none used: the engines are built in")
        if not account.can_use_amazon_forecast():
            return fails("Amazon Forecast refuses calls of this account", FORECAST_CLOSED)
        return passes("Amazon Forecast accepts calls of this account")


@dataclass(frozen=True)
class ZoneCheck(Check):
    """Look for two zones with Aurora Serverless v2 and, where the stage has interface endpoints, with these."""

    title: str = "Availability zones"
    aws_only: bool = True

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        zones = settings.vpc_zones or account.list_zones()[:ZONES]
        suitable_zones = account.list_database_zones(DATABASE_VERSION)
        endpoint_zones = account.list_endpoint_zones(ENDPOINT_SERVICE) if settings.service_access == "endpoints" else suitable_zones
        gaps = [f"{zone} has no Aurora PostgreSQL {DATABASE_VERSION} Serverless v2" for zone in zones if zone not in suitable_zones]
        gaps += [f"{zone} has no endpoint of {ENDPOINT_SERVICE}" for zone in zones[: settings.endpoint_zones] if zone not in endpoint_zones]
        if not gaps:
            return passes(", ".join(zones))
        choices = sorted(suitable_zones & endpoint_zones)
        fix = f"Set vpcZones to two of {', '.join(choices)}." if len(choices) >= ZONES else "Choose another region."
        return fails("; ".join(gaps), fix)


@dataclass(frozen=True)
class GatewayRoleCheck(Check):
    """Read the role with which API Gateway writes logs: there is one for the account and region, whoever set it."""

    title: str = "API Gateway's logging role"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        role = account.read_gateway_role()
        if settings.api_gateway_role == "existing":
            fix = "Set apiGatewayRole to stage, or set a role in the settings of API Gateway."
            return passes(f"{role}") if role else fails("the account has none, and the stage creates none", fix)
        if role is None:
            return passes("none yet; the deploy creates it")
        if f"role/{make_stack_name(settings.stage, 'Api')}-" in role:
            return passes("of this stage")
        text = f"{role} is in use; the deploy replaces it for the whole region"
        return warns(text, "Set apiGatewayRole to existing, which keeps it.")


@dataclass(frozen=True)
class LakeFormationCheck(Check):
    """Read whether IAM alone decides about new databases of the Glue catalog, as the stage's roles expect."""

    title: str = "Lake Formation"
    aws_only: bool = True

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        if not account.uses_lake_formation():
            return passes("IAM alone decides about new databases")
        return warns(
            "Lake Formation decides about new databases: the deploy may not create tables, and Athena needs grants",
            "Grant the cfn-exec-role of the bootstrap CREATE_DATABASE, and people who query SELECT; or choose 'Use only IAM access control "
            "for new databases' in the settings of the data catalog.",
        )


@dataclass(frozen=True)
class TokenDomainCheck(Check):
    """Look for the owner of the domain of the token endpoint: a user pool that an earlier stage left may still have it."""

    title: str = "Domain of the token endpoint"
    aws_only: bool = False

    @override
    def run(self, settings: Settings, account: Account) -> CheckResult:
        domain = f"signify-{settings.stage}-{account.read_identity().account}"
        pool = account.find_domain_pool(domain)
        if pool is None:
            return passes(f"{domain} is free")
        if make_stack_name(settings.stage, "Api") in account.list_stacks(settings.stage):
            return passes(f"{domain}, of this stage")
        fix = f"Run `aws cognito-idp delete-user-pool-domain --domain {domain} --user-pool-id {pool}`; its clients get no tokens any more."
        return fails(f"{domain} belongs to user pool {pool}, which an earlier stage left", fix)
