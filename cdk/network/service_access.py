"""How functions reach the one AWS service that they call from inside the network: Step Functions, where the API starts a run.

S3 needs none of this, its gateway endpoint is free. The database's password neither: functions sign in with their role, and that
signature is made on the spot.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk.aws_ec2 import (
    CfnEgressOnlyInternetGateway,
    CfnRoute,
    InterfaceVpcEndpoint,
    InterfaceVpcEndpointAwsService,
    ISubnet,
    IVpc,
    Peer,
    Port,
    SecurityGroup,
    SubnetSelection,
)
from constructs import Construct

SERVICES = {
    "StepFunctions": InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
}
EVERYWHERE = "::/0"


def private_endpoints(
    scope: Construct, vpc: IVpc, subnets: Sequence[ISubnet], clients: SecurityGroup, service_group: SecurityGroup
) -> list[InterfaceVpcEndpoint]:
    """Interface endpoints in these subnets: the services' own names lead to them, and clients alone may call them."""
    service_group.connections.allow_from(clients, Port.tcp(443), "Functions")
    return [
        InterfaceVpcEndpoint(
            scope,
            name,
            vpc=vpc,
            service=service,
            subnets=SubnetSelection(subnets=list(subnets)),
            security_groups=[service_group],
            open=False,
        )
        for name, service in SERVICES.items()
    ]


def ipv6_egress(scope: Construct, vpc: IVpc, clients: SecurityGroup) -> CfnEgressOnlyInternetGateway:
    """A gateway that lets HTTPS out by IPv6 and nothing in; no charge by the hour."""
    gateway = CfnEgressOnlyInternetGateway(scope, "Egress", vpc_id=vpc.vpc_id)
    for number, subnet in enumerate(vpc.isolated_subnets):
        CfnRoute(
            scope,
            f"Egress{number}",
            route_table_id=subnet.route_table.route_table_id,
            destination_ipv6_cidr_block=EVERYWHERE,
            egress_only_internet_gateway_id=gateway.attr_id,
        )
    clients.add_egress_rule(Peer.any_ipv6(), Port.tcp(443), "AWS services by IPv6")
    return gateway


def ipv6_endpoints() -> dict[str, str]:
    """What tells boto3 to use the names that have IPv6 addresses; S3 keeps its own, which the gateway endpoint serves."""
    return {
        "AWS_ENDPOINT_URL_SFN": f"https://states.{Aws.REGION}.api.aws",
    }
