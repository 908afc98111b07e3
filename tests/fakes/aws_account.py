"""An AWS account in memory, in which a deploy of stage dev succeeds unless a test changes a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from cli.doctor.account import Account, Identity
from cli.doctor.existing_data import BucketState, SnapshotState

DEPLOYER = Identity("123456789012", "arn:aws:sts::123456789012:assumed-role/Deployer/ada")
ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")


@dataclass
class FakeAccount(Account):
    """The facts that checks read; quotas by service and name."""

    identity: Identity = DEPLOYER
    region: str | None = "eu-central-1"
    refused_roles: frozenset[str] = frozenset()
    bootstrap_version: int | None = 33
    stacks: tuple[str, ...] = ()
    quotas: Mapping[tuple[str, str], float] = field(default_factory=dict)
    function_concurrency: int = 1000
    vpcs: int = 1
    egress_gateways: int = 0
    user_pools: int = 0
    api_keys: int = 0
    domain_pools: Mapping[str, str] = field(default_factory=dict)
    gateway_role: str | None = None
    zones: tuple[str, ...] = ZONES
    database_zones: frozenset[str] = frozenset(ZONES)
    endpoint_zones: frozenset[str] = frozenset(ZONES)
    lake_formation: bool = False
    amazon_forecast: bool = False
    buckets: Mapping[str, BucketState] = field(default_factory=dict)
    snapshots: Mapping[str, SnapshotState] = field(default_factory=dict)
    missing_services: frozenset[str] = frozenset()

    @override
    def read_identity(self) -> Identity:
        return self.identity

    @override
    def can_assume(self, role_arn: str) -> bool:
        return not any(role in role_arn for role in self.refused_roles)

    @override
    def read_bootstrap_version(self, qualifier: str) -> int | None:
        return self.bootstrap_version

    @override
    def list_stacks(self, stage: str) -> tuple[str, ...]:
        return self.stacks

    @override
    def read_quota(self, service: str, name: str) -> float | None:
        return self.quotas.get((service, name))

    @override
    def read_function_concurrency(self) -> int:
        return self.function_concurrency

    @override
    def count_vpcs(self) -> int:
        return self.vpcs

    @override
    def count_egress_gateways(self) -> int:
        return self.egress_gateways

    @override
    def count_user_pools(self) -> int:
        return self.user_pools

    @override
    def count_api_keys(self) -> int:
        return self.api_keys

    @override
    def find_domain_pool(self, domain: str) -> str | None:
        return self.domain_pools.get(domain)

    @override
    def read_gateway_role(self) -> str | None:
        return self.gateway_role

    @override
    def list_zones(self) -> tuple[str, ...]:
        return self.zones

    @override
    def list_database_zones(self, version: str) -> frozenset[str]:
        return self.database_zones

    @override
    def list_endpoint_zones(self, service: str) -> frozenset[str]:
        return self.endpoint_zones

    @override
    def uses_lake_formation(self) -> bool:
        return self.lake_formation

    @override
    def read_bucket(self, name: str) -> BucketState | None:
        return self.buckets.get(name)

    @override
    def read_snapshot(self, name: str) -> SnapshotState | None:
        return self.snapshots.get(name)

    @override
    def can_use_amazon_forecast(self) -> bool:
        return self.amazon_forecast

    @override
    def offers(self, service: str) -> bool:
        return service not in self.missing_services
