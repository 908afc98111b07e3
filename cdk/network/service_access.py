"""Access from the network to the AWS services that functions call there: the API starts runs with Step Functions, and the function that
receives uploaded objects tells SQS how long to hide a message.

S3 has a gateway endpoint, which is free. Functions sign in to the database with their IAM role, which needs no network call.
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
    "Sqs": InterfaceVpcEndpointAwsService.SQS,
}
ANY_IPV6 = "::/0"


def create_interface_endpoints(
    scope: Construct, vpc: IVpc, subnets: Sequence[ISubnet], clients: SecurityGroup, service_group: SecurityGroup
) -> list[InterfaceVpcEndpoint]:
    """Create interface endpoints with private DNS in these subnets; only clients may call them."""
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


def create_ipv6_egress(scope: Construct, vpc: IVpc, clients: SecurityGroup) -> CfnEgressOnlyInternetGateway:
    """Create an egress-only internet gateway, which allows outbound HTTPS over IPv6 only and costs nothing by the hour."""
    gateway = CfnEgressOnlyInternetGateway(scope, "Egress", vpc_id=vpc.vpc_id)
    for number, subnet in enumerate(vpc.isolated_subnets):
        CfnRoute(
            scope,
            f"Egress{number}",
            route_table_id=subnet.route_table.route_table_id,
            destination_ipv6_cidr_block=ANY_IPV6,
            egress_only_internet_gateway_id=gateway.attr_id,
        )
    clients.add_egress_rule(Peer.any_ipv6(), Port.tcp(443), "AWS services by IPv6")
    return gateway


def ipv6_environment() -> dict[str, str]:
    """Return the variables that make boto3 use names with IPv6 addresses; S3 keeps its name, which the gateway endpoint serves."""
    return {
        "AWS_ENDPOINT_URL_SFN": f"https://states.{Aws.REGION}.api.aws",
        "AWS_ENDPOINT_URL_SQS": f"https://sqs.{Aws.REGION}.api.aws",
    }
