"""An AWS account, or the emulator of the local stack, read with boto3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError
from typing_extensions import override

from cli.doctor import existing_data
from cli.doctor.account import Account, Identity
from cli.doctor.existing_data import BucketState, SnapshotState
from contracts.stages import is_stack_of
from local.client_factory import ClientFactory

ACCESS_ERRORS = frozenset({"AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "SubscriptionRequiredException"})
DATABASE_ENGINE, DATABASE_CLASS = "aurora-postgresql", "db.serverless"
EVERY_IAM_PRINCIPAL = "IAM_ALLOWED_PRINCIPALS"
SHORTEST_SESSION_S = 900
SESSION_NAME = "signify-doctor"


def error_code(error: ClientError) -> str:
    """Return the code of an error response of AWS."""
    return str(error.response.get("Error", {}).get("Code", ""))


@dataclass(frozen=True)
class AwsAccount(Account):
    """The account of the credentials of `clients`."""

    clients: ClientFactory

    @property
    @override
    def region(self) -> str | None:
        return self.clients.options.get("region_name") or boto3.session.Session().region_name

    @override
    def read_identity(self) -> Identity:
        identity = self.clients.client("sts").get_caller_identity()
        return Identity(identity["Account"], identity["Arn"])

    @override
    def can_assume(self, role_arn: str) -> bool:
        try:
            self.clients.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME, DurationSeconds=SHORTEST_SESSION_S)
        except ClientError as error:
            if error_code(error) in ACCESS_ERRORS:
                return False
            raise
        return True

    @override
    def read_bootstrap_version(self, qualifier: str) -> int | None:
        try:
            parameter = self.clients.client("ssm").get_parameter(Name=f"/cdk-bootstrap/{qualifier}/version")["Parameter"]
        except ClientError as error:
            if error_code(error) == "ParameterNotFound":
                return None
            raise
        return int(parameter["Value"])

    @override
    def list_stacks(self, stage: str) -> tuple[str, ...]:
        names = (str(stack["StackName"]) for stack in self._list("cloudformation", "describe_stacks", "Stacks"))
        return tuple(name for name in names if is_stack_of(stage, name))

    @override
    def read_quota(self, service: str, name: str) -> float | None:
        quotas = self._list("service-quotas", "list_service_quotas", "Quotas", ServiceCode=service)
        return next((float(str(quota["Value"])) for quota in quotas if quota["QuotaName"] == name), None)

    @override
    def read_function_concurrency(self) -> int:
        return int(self.clients.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"])

    @override
    def count_vpcs(self) -> int:
        return len(self._list("ec2", "describe_vpcs", "Vpcs"))

    @override
    def count_egress_gateways(self) -> int:
        return len(self._list("ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways"))

    @override
    def count_user_pools(self) -> int:
        return len(self._list("cognito-idp", "list_user_pools", "UserPools", MaxResults=60))

    @override
    def count_api_keys(self) -> int:
        return len(self._list("apigateway", "get_api_keys", "items"))

    @override
    def find_domain_pool(self, domain: str) -> str | None:
        description = self.clients.client("cognito-idp").describe_user_pool_domain(Domain=domain)["DomainDescription"]
        return description.get("UserPoolId") or None

    @override
    def read_gateway_role(self) -> str | None:
        arn = self.clients.client("apigateway").get_account().get("cloudwatchRoleArn")
        return str(arn) if arn else None

    @override
    def list_zones(self) -> tuple[str, ...]:
        zones = self.clients.client("ec2").describe_availability_zones(Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}])
        return tuple(sorted(zone["ZoneName"] for zone in zones["AvailabilityZones"]))

    @override
    def list_database_zones(self, version: str) -> frozenset[str]:
        pages = (
            self.clients.client("rds")
            .get_paginator("describe_orderable_db_instance_options")
            .paginate(Engine=DATABASE_ENGINE, EngineVersion=version, DBInstanceClass=DATABASE_CLASS)
        )
        options = (option for page in pages for option in page["OrderableDBInstanceOptions"])
        return frozenset(zone["Name"] for option in options for zone in option["AvailabilityZones"])

    @override
    def list_endpoint_zones(self, service: str) -> frozenset[str]:
        name = f"com.amazonaws.{self.region}.{service}"
        details = self.clients.client("ec2").describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"]
        return frozenset(zone for detail in details for zone in detail["AvailabilityZones"])

    @override
    def uses_lake_formation(self) -> bool:
        settings = self.clients.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
        principals = [grant["Principal"]["DataLakePrincipalIdentifier"] for grant in settings.get("CreateDatabaseDefaultPermissions", [])]
        return EVERY_IAM_PRINCIPAL not in principals

    @override
    def read_bucket(self, name: str) -> BucketState | None:
        return existing_data.read_bucket(self.clients.client("s3"), name)

    @override
    def read_snapshot(self, name: str) -> SnapshotState | None:
        return existing_data.read_snapshot(self.clients.client("rds"), name)

    @override
    def can_use_amazon_forecast(self) -> bool:
        try:
            self.clients.client("forecast").list_dataset_groups(MaxResults=1)
        except ClientError as error:
            if error_code(error) in ACCESS_ERRORS:
                return False
            raise
        return True

    @override
    def offers(self, service: str) -> bool:
        session = boto3.session.Session()
        return any(self.region in session.get_available_regions(service, partition) for partition in session.get_available_partitions())

    def _list(self, service: str, operation: str, member: str, **arguments: object) -> list[Mapping[str, object]]:
        """Return the members of all pages of a list."""
        return [each for page in self.clients.client(service).get_paginator(operation).paginate(**arguments) for each in page[member]]
