"""The private network of a stage: no internet, no NAT, and only the endpoints that a call needs."""

from __future__ import annotations

from aws_cdk.aws_ec2 import (
    FlowLog,
    FlowLogDestination,
    FlowLogResourceType,
    FlowLogTrafficType,
    GatewayVpcEndpointAwsService,
    InterfaceVpcEndpoint,
    InterfaceVpcEndpointAwsService,
    ISubnet,
    SecurityGroup,
    SubnetConfiguration,
    SubnetSelection,
    SubnetType,
    Vpc,
)
from constructs import Construct

from cdk.log_group import log_group
from cdk.settings import Settings

PRIVATE = SubnetSelection(subnet_type=SubnetType.PRIVATE_ISOLATED)
ZONES = 2  # Aurora wants subnets in two zones, even for one instance.


class Network(Construct):
    """An isolated VPC. Functions that talk to the database live here; everything else stays outside."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.vpc = Vpc(
            self,
            "Vpc",
            max_azs=ZONES,
            nat_gateways=0,
            restrict_default_security_group=settings.on_aws,  # done by a function in Node, which the twin does not run
            subnet_configuration=[SubnetConfiguration(name="Private", subnet_type=SubnetType.PRIVATE_ISOLATED, cidr_mask=24)],
        )
        self.clients = self.security_group("Clients", "Functions, which may call the database and the endpoints")
        # The lake: free, so always there.
        self.vpc.add_gateway_endpoint("S3", service=GatewayVpcEndpointAwsService.S3)
        self.endpoints = [
            self._endpoint("SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER),  # every function reads the database's secret
            self._endpoint("StepFunctions", InterfaceVpcEndpointAwsService.STEP_FUNCTIONS),  # the API starts executions
        ]
        self._record_rejected_traffic()

    def security_group(self, construct_id: str, description: str) -> SecurityGroup:
        """A group for what lives here; the routes already lead nowhere but to the network and its endpoints."""
        return SecurityGroup(self, construct_id, vpc=self.vpc, description=description, allow_all_outbound=True)

    def _endpoint(self, construct_id: str, service: InterfaceVpcEndpointAwsService) -> InterfaceVpcEndpoint:
        subnets: list[ISubnet] = self.vpc.isolated_subnets[: self._settings.endpoint_zones]
        endpoint = self.vpc.add_interface_endpoint(construct_id, service=service, subnets=SubnetSelection(subnets=subnets), open=False)
        endpoint.connections.allow_default_port_from(self.clients, "Functions")
        return endpoint

    def _record_rejected_traffic(self) -> None:
        logs = log_group(self, "FlowLogs", self._settings)
        FlowLog(
            self,
            "FlowLog",
            resource_type=FlowLogResourceType.from_vpc(self.vpc),
            destination=FlowLogDestination.to_cloud_watch_logs(logs),
            traffic_type=FlowLogTrafficType.REJECT,
        )
