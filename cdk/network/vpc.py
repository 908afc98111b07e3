"""The private network of a stage: no internet access, no NAT, and endpoints for the services that are called."""

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
from aws_cdk.aws_s3 import IBucket
from constructs import Construct

from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.network.endpoint_policies import restrict_to_account, restrict_to_bucket
from cdk.network.service_access import create_interface_endpoints, create_ipv6_egress, ipv6_environment
from cdk.settings.model import Settings

ZONES = 2  # Aurora requires subnets in two zones, even for one instance.


class Placement(TypedDict, total=False):
    """The arguments of a function in the network."""

    vpc: IVpc
    vpc_subnets: SubnetSelection
    security_groups: list[SecurityGroup]
    ipv6_allowed_for_dual_stack: bool


class _Zones(TypedDict, total=False):
    max_azs: int
    availability_zones: list[str]


class Network(Construct):
    """A dedicated, isolated VPC, or private subnets of an existing one, for the database and the functions that connect to it.

    bucket: the lake, the only bucket that code in the network reaches.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, bucket: IBucket) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._bucket = bucket
        self.uses_ipv6 = settings.service_access == "ipv6"
        self.vpc: IVpc = self._existing_vpc(settings.vpc_id) if settings.vpc_id else self._dedicated_vpc()
        self.private = SubnetSelection(subnets=self.vpc.isolated_subnets)
        self.clients = self.security_group("Clients", "Functions, which may call the database and the endpoints")
        self.endpoints: list[InterfaceVpcEndpoint] = []
        self._add_service_access()
        if settings.vpc_id is None:
            self._add_flow_log()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of functions in this network."""
        return ipv6_environment() if self.uses_ipv6 else {}

    @property
    def placement(self) -> Placement:
        """The arguments that place a function in this network, as one of the clients."""
        placement: Placement = {"vpc": self.vpc, "vpc_subnets": self.private, "security_groups": [self.clients]}
        return {**placement, "ipv6_allowed_for_dual_stack": True} if self.uses_ipv6 else placement

    def security_group(self, construct_id: str, description: str) -> SecurityGroup:
        """Create a security group of this network. It allows all outbound traffic; the routes decide where it can go."""
        return SecurityGroup(self, construct_id, vpc=self.vpc, description=description, allow_all_outbound=True)

    def _dedicated_vpc(self) -> Vpc:
        return Vpc(
            self,
            "Vpc",
            **self._zones(),
            nat_gateways=0,
            ip_protocol=IpProtocol.DUAL_STACK if self.uses_ipv6 else None,
            restrict_default_security_group=self._settings.on_aws,  # by a Node.js function, which the local stack cannot run
            subnet_configuration=[SubnetConfiguration(name="Private", subnet_type=SubnetType.PRIVATE_ISOLATED, cidr_mask=24)],
        )

    def _zones(self) -> _Zones:
        """Return the zones of the settings, else the first two of the region."""
        return {"availability_zones": list(self._settings.vpc_zones)} if self._settings.vpc_zones else {"max_azs": ZONES}

    def _existing_vpc(self, vpc_id: str) -> IVpc:
        """Import the VPC by its attributes from the settings: a look-up would need credentials at synth."""
        vpc = Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=vpc_id,
            availability_zones=list(self._settings.vpc_zones),
            isolated_subnet_ids=list(self._settings.vpc_subnet_ids),
            isolated_subnet_route_table_ids=list(self._settings.vpc_route_table_ids) or None,
        )
        suppress_findings(vpc, _EXISTING_VPC_SUPPRESSIONS)
        return vpc

    def _add_service_access(self) -> None:
        if self._settings.service_access == "existing":
            return
        s3 = self._add_gateway_endpoint("S3", GatewayVpcEndpointAwsService.S3)
        for statement in restrict_to_bucket(self._settings, self._bucket):
            s3.add_to_policy(statement)
        if self._settings.vpc_id is None:  # an existing VPC may have one already
            self._add_gateway_endpoint("DynamoDb", GatewayVpcEndpointAwsService.DYNAMODB).add_to_policy(restrict_to_account())
        if self.uses_ipv6:
            create_ipv6_egress(self, self.vpc, self.clients)
            return
        subnets = self.vpc.isolated_subnets[: self._settings.endpoint_zones]
        services = self.security_group("Services", "Endpoints of AWS services")
        self.endpoints = create_interface_endpoints(self, self.vpc, subnets, self.clients, services)
        for endpoint in self.endpoints:
            endpoint.add_to_policy(restrict_to_account())

    def _add_gateway_endpoint(self, name: str, service: GatewayVpcEndpointAwsService) -> GatewayVpcEndpoint:
        return GatewayVpcEndpoint(self, name, vpc=self.vpc, service=service, subnets=[self.private])

    def _add_flow_log(self) -> None:
        """Log rejected traffic of a dedicated VPC; the flow logs of an existing one are up to its owner."""
        logs = create_log_group(self, "FlowLogs", self._settings)
        FlowLog(
            self,
            "FlowLog",
            resource_type=FlowLogResourceType.from_vpc(self.vpc),
            destination=FlowLogDestination.to_cloud_watch_logs(logs),
            traffic_type=FlowLogTrafficType.REJECT,
        )


_EXISTING_VPC_SUPPRESSIONS = {
    "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId": "The settings require the route tables wherever routes are added.",
}
