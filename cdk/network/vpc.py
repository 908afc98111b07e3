"""The private network of a stage: no internet, no NAT, and only the ways out that a call needs."""

from __future__ import annotations

from typing import TypedDict

from aws_cdk.aws_ec2 import (
    FlowLog,
    FlowLogDestination,
    FlowLogResourceType,
    FlowLogTrafficType,
    GatewayVpcEndpoint,
    GatewayVpcEndpointAwsService,
    InterfaceVpcEndpoint,
    IpProtocol,
    IVpc,
    SecurityGroup,
    SubnetConfiguration,
    SubnetSelection,
    SubnetType,
    Vpc,
)
from constructs import Construct

from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.network.service_access import ipv6_egress, ipv6_endpoints, private_endpoints
from cdk.settings.model import Settings

ZONES = 2  # Aurora wants subnets in two zones, even for one instance.


class Placement(TypedDict, total=False):
    """The arguments of a function that lives in the network."""

    vpc: IVpc
    vpc_subnets: SubnetSelection
    security_groups: list[SecurityGroup]
    ipv6_allowed_for_dual_stack: bool


class _Zones(TypedDict, total=False):
    max_azs: int
    availability_zones: list[str]


class Network(Construct):
    """An isolated VPC, or private subnets of an existing one. Functions that talk to the database live here; everything else stays out."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.by_ipv6 = settings.service_access == "ipv6"
        self.vpc: IVpc = self._existing(settings.vpc_id) if settings.vpc_id else self._own()
        self.private = SubnetSelection(subnets=self.vpc.isolated_subnets)
        self.clients = self.security_group("Clients", "Functions, which may call the database and the endpoints")
        self.endpoints: list[InterfaceVpcEndpoint] = []
        self._open_ways_out()
        if settings.vpc_id is None:
            self._record_rejected_traffic()

    @property
    def environment(self) -> dict[str, str]:
        """What functions have to know about this network."""
        return ipv6_endpoints() if self.by_ipv6 else {}

    @property
    def placement(self) -> Placement:
        """Where a function lives that is one of the clients."""
        place: Placement = {"vpc": self.vpc, "vpc_subnets": self.private, "security_groups": [self.clients]}
        return {**place, "ipv6_allowed_for_dual_stack": True} if self.by_ipv6 else place

    def security_group(self, construct_id: str, description: str) -> SecurityGroup:
        """A group for what lives here. It lets everything out: routes say where that leads, in an existing VPC its owner's."""
        return SecurityGroup(self, construct_id, vpc=self.vpc, description=description, allow_all_outbound=True)

    def _own(self) -> Vpc:
        return Vpc(
            self,
            "Vpc",
            **self._zones(),
            nat_gateways=0,
            ip_protocol=IpProtocol.DUAL_STACK if self.by_ipv6 else None,
            restrict_default_security_group=self._settings.on_aws,  # done by a function in Node, which the twin does not run
            subnet_configuration=[SubnetConfiguration(name="Private", subnet_type=SubnetType.PRIVATE_ISOLATED, cidr_mask=24)],
        )

    def _zones(self) -> _Zones:
        """Those of the settings, else the region's first two."""
        return {"availability_zones": list(self._settings.vpc_zones)} if self._settings.vpc_zones else {"max_azs": ZONES}

    def _existing(self, vpc_id: str) -> IVpc:
        """By what the settings say about it: a look-up would need credentials at synth."""
        vpc = Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=vpc_id,
            availability_zones=list(self._settings.vpc_zones),
            isolated_subnet_ids=list(self._settings.vpc_subnet_ids),
            isolated_subnet_route_table_ids=list(self._settings.vpc_route_table_ids) or None,
        )
        suppress_findings(vpc, _ACCEPTED_OF_AN_EXISTING_ONE)
        return vpc

    def _open_ways_out(self) -> None:
        if self._settings.service_access == "existing":
            return
        self._gateway("S3", GatewayVpcEndpointAwsService.S3)
        if self._settings.vpc_id is None:  # nobody asks for it in a VPC of others, which may have its own
            self._gateway("DynamoDb", GatewayVpcEndpointAwsService.DYNAMODB)
        if self.by_ipv6:
            ipv6_egress(self, self.vpc, self.clients)
            return
        subnets = self.vpc.isolated_subnets[: self._settings.endpoint_zones]
        services = self.security_group("Services", "Endpoints of AWS services")
        self.endpoints = private_endpoints(self, self.vpc, subnets, self.clients, services)

    def _gateway(self, name: str, service: GatewayVpcEndpointAwsService) -> None:
        GatewayVpcEndpoint(self, name, vpc=self.vpc, service=service, subnets=[self.private])

    def _record_rejected_traffic(self) -> None:
        """In a VPC of our own; an existing one has its owner's flow logs."""
        logs = create_log_group(self, "FlowLogs", self._settings)
        FlowLog(
            self,
            "FlowLog",
            resource_type=FlowLogResourceType.from_vpc(self.vpc),
            destination=FlowLogDestination.to_cloud_watch_logs(logs),
            traffic_type=FlowLogTrafficType.REJECT,
        )


_ACCEPTED_OF_AN_EXISTING_ONE = {
    "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId": "Nothing is routed here without route tables: the settings ask for them.",
}
