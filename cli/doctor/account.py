"""The port through which checks read an AWS account in one region. Reading changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cli.doctor.existing_data import BucketState, SnapshotState


@dataclass(frozen=True)
class Identity:
    """The caller: account number and ARN."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """The partition in ARNs, `aws` in commercial regions."""
        return self.arn.split(":")[1]


class Account(Protocol):
    """An account in one region, as far as a deploy depends on it."""

    @property
    def region(self) -> str | None:
        """The region of the calls, None if the profile has none."""

    def read_identity(self) -> Identity:
        """Return who the credentials are."""

    def can_assume(self, role_arn: str) -> bool:
        """Whether the caller may assume this role; it is assumed for 15 minutes and not used."""

    def read_bootstrap_version(self, qualifier: str) -> int | None:
        """Return the version of the CDK bootstrap stack, or None where the region is not bootstrapped."""

    def list_stacks(self, stage: str) -> tuple[str, ...]:
        """Return the names of the stage's CloudFormation stacks."""

    def read_quota(self, service: str, name: str) -> float | None:
        """Return the value of a service quota by its name in Service Quotas, or None if there is no quota of this name."""

    def read_function_concurrency(self) -> int:
        """Return the quota of concurrent executions of Lambda functions."""

    def count_vpcs(self) -> int:
        """Return the number of VPCs."""

    def count_egress_gateways(self) -> int:
        """Return the number of egress-only internet gateways."""

    def count_user_pools(self) -> int:
        """Return the number of Cognito user pools."""

    def count_api_keys(self) -> int:
        """Return the number of API keys of API Gateway."""

    def find_domain_pool(self, domain: str) -> str | None:
        """Return the id of the user pool that owns a domain prefix, or None while it is free."""

    def read_gateway_role(self) -> str | None:
        """Return the ARN of the role with which API Gateway writes logs, one for the account and region, or None."""

    def list_zones(self) -> tuple[str, ...]:
        """Return the names of the availability zones that the account can use, in order."""

    def list_database_zones(self, version: str) -> frozenset[str]:
        """Return the zones with Aurora PostgreSQL Serverless v2 of this version."""

    def list_endpoint_zones(self, service: str) -> frozenset[str]:
        """Return the zones with an interface endpoint of a service, by the last part of its name, such as `states`."""

    def uses_lake_formation(self) -> bool:
        """Whether Lake Formation, not IAM alone, decides about new databases of the Glue catalog."""

    def read_bucket(self, name: str) -> BucketState | None:
        """Return the state of a bucket, None if there is none."""

    def read_snapshot(self, name: str) -> SnapshotState | None:
        """Return the state of a snapshot of a database cluster, by its name or ARN, None if there is none."""

    def can_use_amazon_forecast(self) -> bool:
        """Whether Amazon Forecast accepts calls of this account; it is closed to new customers."""

    def offers(self, service: str) -> bool:
        """Whether a service exists in the region, by its name in boto3."""
