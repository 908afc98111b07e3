"""What settings must agree on with each other; the limits of each alone are in model.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk.settings.types import Gap
from contracts.stages import LOCAL_STAGE

if TYPE_CHECKING:
    from cdk.settings.model import Settings


def check_combinations(settings: Settings) -> None:
    """Raise ValueError for the first rule that the settings break, naming their keys, values and the fix."""
    for check in (_check_platform, _check_existing_data, _check_database, _check_production, _check_network, _check_api_address):
        check(settings)


def _check_platform(settings: Settings) -> None:
    if settings.function_platform == "host" and settings.stage != LOCAL_STAGE:
        raise ValueError(f"functionPlatform is host, which only stage {LOCAL_STAGE} can be: use aws, or extend another stage")


def _check_existing_data(settings: Settings) -> None:
    problem = _find_problem_of_existing_data(settings)
    if problem:
        raise ValueError(problem)


def _check_database(settings: Settings) -> None:
    if settings.database_min_capacity > settings.database_max_capacity:
        raise ValueError(
            f"databaseMinCapacity is {settings.database_min_capacity:g}, databaseMaxCapacity {settings.database_max_capacity:g}: "
            "the minimum may not exceed the maximum"
        )
    if settings.database_proxy and settings.database_min_capacity == 0:
        raise ValueError("databaseProxy keeps the database from pausing: set databaseMinCapacity to 0.5 or more, or databaseProxy to false")


def _check_production(settings: Settings) -> None:
    gaps = _find_gaps(settings) if settings.is_production else {}
    problems = [problem for gap, problem in gaps.items() if gap not in settings.acknowledge]
    if problems:
        raise ValueError("\n".join(problems))


def _check_network(settings: Settings) -> None:
    if settings.vpc_id is None:
        _check_dedicated_vpc(settings)
    else:
        _check_existing_vpc(settings)


def _check_api_address(settings: Settings) -> None:
    if (settings.domain_name is None) != (settings.certificate_arn is None):
        missing_key = "certificateArn" if settings.domain_name else "domainName"
        raise ValueError(f"domainName and certificateArn belong together: {missing_key} is missing")
    if settings.certificate_arn and settings.region and settings.certificate_arn.split(":")[3] != settings.region:
        raise ValueError(f"certificateArn is of region {settings.certificate_arn.split(':')[3]}; it must be of region {settings.region}")
    if settings.api_endpoint_ids and settings.domain_name:
        raise ValueError("apiEndpointIds makes the API private, which domainName is not for: leave one of them out")
    if settings.api_endpoint_ids and settings.canary_minutes:
        raise ValueError(f"canaryMinutes is {settings.canary_minutes}, but a private API (apiEndpointIds) is out of its reach: set it to 0")


def _find_problem_of_existing_data(settings: Settings) -> str | None:
    """Return what is wrong with the settings of an existing lake or snapshot, None if nothing is."""
    for key, value in (("lakeBucketName", settings.lake_bucket_name), ("databaseSnapshot", settings.database_snapshot)):
        if value and not settings.on_aws:
            return f"{key} is {value!r}, which the local stack does not have: it starts empty; leave {key} out"
    if settings.lake_bucket_name is None:
        return "lakeKeyArn is set without lakeBucketName: set both, or kmsKeyArn for a new lake" if settings.lake_key_arn else None
    if not (settings.lake_key_arn or settings.kms_key_arn):
        return "lakeBucketName is set without the key of its objects: set lakeKeyArn to the bucket's default KMS key"
    if settings.log_bucket_name:
        return "logBucketName is for a lake that the stage creates, lakeBucketName is one that exists: leave logBucketName out"
    return None


def _check_dedicated_vpc(settings: Settings) -> None:
    if settings.service_access == "existing":
        raise ValueError("serviceAccess is existing, which needs an existing VPC: set vpcId, or use endpoints or ipv6")
    for key, ids in (("vpcSubnetIds", settings.vpc_subnet_ids), ("vpcRouteTableIds", settings.vpc_route_table_ids)):
        if ids:
            raise ValueError(f"{key} is set without vpcId: set vpcId too, or leave it out for a dedicated VPC")
    if settings.vpc_zones and (len(settings.vpc_zones) < 2 or len(set(settings.vpc_zones)) != len(settings.vpc_zones)):
        raise ValueError(f"vpcZones is {','.join(settings.vpc_zones)}: name two or more different zones, as Aurora requires two")


def _check_existing_vpc(settings: Settings) -> None:
    zones, subnets, tables = len(settings.vpc_zones), len(settings.vpc_subnet_ids), len(settings.vpc_route_table_ids)
    if subnets < 2 or zones != subnets or len(set(settings.vpc_zones)) != zones:
        raise ValueError(
            f"vpcId is {settings.vpc_id}, vpcSubnetIds names {subnets} subnets and vpcZones {zones} zones: name one subnet in each of "
            "two or more zones, as Aurora requires two"
        )
    if settings.service_access == "ipv6":
        raise ValueError("serviceAccess is ipv6, which is for a dedicated VPC: with vpcId use endpoints or existing")
    if settings.service_access == "endpoints" and tables != subnets:
        raise ValueError(
            f"vpcRouteTableIds names {tables} tables for {subnets} subnets: name the table of each for the S3 gateway endpoint, "
            "or use serviceAccess=existing if the VPC reaches S3 already"
        )


def _find_gaps(settings: Settings) -> dict[Gap, str]:
    """Return what a production stage lacks, each with the settings, their values and what to do."""
    gaps: dict[Gap, str] = {}
    if not (settings.alarm_email or settings.slack_webhook_parameter or settings.teams_webhook_parameter):
        gaps["noReceiver"] = (
            "alarmEmail is none, so nobody is notified of alarms: set it to the address of the on-call engineer, or set "
            "slackWebhookParameter or teamsWebhookParameter"
        )
    if settings.monthly_budget_usd is None:
        gaps["noBudget"] = "monthlyBudgetUsd is none, so costs grow unnoticed: set it to the budget of a month in USD, for example 500"
    if not settings.runbook_url.startswith("https://"):
        gaps["noRunbookUrl"] = (
            f"runbookUrl is {settings.runbook_url!r}, which is no link for the reader of an alarm: set it to the https:// address of "
            "docs/runbooks/"
        )
    return {gap: f"{problem}, or acknowledge={gap} to go without (production)" for gap, problem in gaps.items()}
