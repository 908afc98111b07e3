"""The network."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from cdk.settings.group import SettingGroup
from cdk.settings.types import Names, RouteTableIds, SubnetIds


class NetworkSettings(SettingGroup):
    """Where the functions and the database live, and how the API reaches Step Functions from there."""

    vpc_id: str | None = Field(
        None, pattern=r"^vpc-[0-9a-f]{8,17}$", description="An existing VPC; none: a VPC of the stage's own, without internet."
    )
    vpc_zones: Names = Field(
        (),
        description="Availability zones: of the existing VPC's subnets, in the order of vpcSubnetIds; or those that a VPC of the stage's "
        "own shall use, where the region's first two lack something that is needed.",
    )
    vpc_subnet_ids: SubnetIds = Field((), description="Private subnets of the existing VPC, one per zone, two or more.")
    vpc_route_table_ids: RouteTableIds = Field((), description="Their route tables, for the S3 gateway endpoint.")
    service_access: Literal["endpoints", "ipv6", "existing"] = Field(
        "endpoints",
        description="How the API reaches Step Functions: `endpoints` are private and bill by the hour; `ipv6` is "
        "an egress-only gateway of the stage's own VPC, which costs nothing and lets functions open connections to the internet, never "
        "the other way; `existing` leaves it to an existing VPC, S3 included.",
    )
    endpoint_zones: int = Field(1, ge=1, le=2, description="Zones with interface endpoints; each bills by the hour, see docs/network.md.")

    @model_validator(mode="after")
    def _network_is_whole(self) -> Self:
        if self.vpc_id is None:
            self._own_vpc()
        else:
            self._existing_vpc(self.vpc_id)
        return self

    def _own_vpc(self) -> None:
        if self.service_access == "existing":
            raise ValueError("serviceAccess is existing, which needs a VPC that exists: set vpcId, or use endpoints or ipv6")
        for key, given in (("vpcSubnetIds", self.vpc_subnet_ids), ("vpcRouteTableIds", self.vpc_route_table_ids)):
            if given:
                raise ValueError(f"{key} is set without vpcId: set vpcId too, or leave it out for a VPC of the stage's own")
        if self.vpc_zones and (len(self.vpc_zones) < 2 or len(set(self.vpc_zones)) != len(self.vpc_zones)):
            raise ValueError(f"vpcZones is {','.join(self.vpc_zones)}: name two different zones or more, since Aurora wants two")

    def _existing_vpc(self, vpc_id: str) -> None:
        zones, subnets, tables = len(self.vpc_zones), len(self.vpc_subnet_ids), len(self.vpc_route_table_ids)
        if subnets < 2 or zones != subnets or len(set(self.vpc_zones)) != zones:
            raise ValueError(
                f"vpcId is {vpc_id}, vpcSubnetIds names {subnets} subnets and vpcZones {zones} zones: name one subnet in each of "
                "two zones or more, since Aurora wants two"
            )
        if self.service_access == "ipv6":
            raise ValueError("serviceAccess is ipv6, which is for a VPC of the stage's own: with vpcId use endpoints or existing")
        if self.service_access == "endpoints" and tables != subnets:
            raise ValueError(
                f"vpcRouteTableIds names {tables} tables for {subnets} subnets: name the table of each for the S3 gateway endpoint, "
                "or use serviceAccess=existing when the VPC reaches S3 already"
            )
