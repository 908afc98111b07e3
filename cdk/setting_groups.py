"""The settings by what they are about: keeping, network, database, functions and jobs. `Settings` is all of them in one model."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from cdk.setting_values import Names, RouteTableIds, SubnetIds, Tags

RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_RETENTIONS = ", ".join(map(str, RETENTION_DAYS))


class SettingGroup(BaseModel):
    """Keys are written in camelCase in cdk.json and on the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class KeepingSettings(SettingGroup):
    """What is kept, how long, and what it takes to delete it."""

    keep_data: bool = Field(True, description="Lake, database and keys outlive `cdk destroy`.")
    termination_protection: bool = Field(False, description="CloudFormation refuses to delete the stacks.")
    log_retention_days: int = Field(30, description=f"How long every log group keeps its lines: {_RETENTIONS}.")
    superseded_version_days: int = Field(90, ge=1, le=3650, description="How long the lake keeps an object version that was replaced.")
    landing_days: int | None = Field(None, ge=30, le=36_500, description="How long dropped files stay in landing/; none: for ever.")
    run_days: int = Field(
        400, ge=30, le=36_500, description="How long curated, features, forecasts, quarantine and runs of one run stay in the lake."
    )
    working_days: int = Field(14, ge=1, le=365, description="How long scratch/ stays; it is read by the run that wrote it only.")
    tags: Tags = Field({}, description="Tags of every resource, beside `signify:stage`; on the command line as JSON.")

    @field_validator("log_retention_days")
    @classmethod
    def _cloudwatch_knows_it(cls, value: int) -> int:
        if value not in RETENTION_DAYS:
            raise ValueError(f"CloudWatch keeps logs for one of {_RETENTIONS} days")
        return value


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


class DatabaseSettings(SettingGroup):
    """Aurora PostgreSQL: how big, how protected, how it is reached."""

    database_min_capacity: float = Field(0, ge=0, le=256, multiple_of=0.5, description="ACU when idle; 0 pauses the database.")
    database_max_capacity: float = Field(4, ge=1, le=256, multiple_of=0.5, description="ACU at most.")
    database_pause_minutes: int = Field(10, ge=5, le=1440, description="Idle minutes before a database with 0 ACU pauses.")
    database_backup_days: int = Field(7, ge=1, le=35, description="Days that can be restored to any second.")
    database_deletion_protection: bool = Field(False, description="RDS refuses to delete the cluster.")
    database_ssl_mode: Literal["disable", "require"] = Field("require", description="What functions demand of a database connection.")
    database_reader: bool = Field(False, description="A second instance in another zone, which takes over when the first fails.")
    database_proxy: bool = Field(
        False, description="RDS Proxy between functions and database; it keeps connections open, so the database never pauses."
    )

    @model_validator(mode="after")
    def _capacities_are_ordered(self) -> Self:
        if self.database_min_capacity > self.database_max_capacity:
            raise ValueError(
                f"databaseMinCapacity is {self.database_min_capacity:g}, databaseMaxCapacity {self.database_max_capacity:g}: "
                "the minimum may not exceed the maximum"
            )
        if self.database_proxy and self.database_min_capacity == 0:
            raise ValueError(
                "databaseProxy keeps the database from pausing: set databaseMinCapacity to 0.5 or more, or leave the proxy out"
            )
        return self


class ComputeSettings(SettingGroup):
    """Functions and jobs: how much of each."""

    reserve_concurrency: bool = Field(
        False,
        description="Reserve concurrency for each function, so that none starves another or the database. A new account may run 10 "
        "functions at once and Lambda refuses to reserve any of those: ask for a quota of 1,000 first.",
    )
    glue_max_workers: int = Field(4, ge=2, le=100, description="G.1X workers that a job may scale to; it starts with what it needs.")
    glue_daily_dpu_hours: float = Field(
        5, gt=0, description="DPU-hours that the jobs of a day's runs may use before people are told; one is 0.44 USD."
    )
    glue_flex: bool = Field(
        False, description="Run jobs on spare capacity: about a third cheaper, started when there is some; then runs cannot be queued."
    )
