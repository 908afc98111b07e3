"""The role of a function: its own, and at first with no right but to be placed in the network."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk.aws_iam import Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.compute.function_specs import FunctionSpec

NETWORK_ACTIONS = (
    "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface",
    "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
)  # fmt: skip


def create_function_role(scope: Construct, spec: FunctionSpec) -> Role:
    """A role for one function; what the function needs is granted to it."""
    role = Role(
        scope,
        f"{spec.construct_id}Role",
        description=f"Role of the function {spec.name}",
        assumed_by=ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"Network": PolicyDocument(statements=_join_network())} if spec.in_vpc else None,
    )
    suppress_findings(role, _ACCEPTED)
    return role


def _join_network() -> list[PolicyStatement]:
    """What Lambda does in the function's name to place it in the network, and what the function itself may therefore not do.

    Lambda names the calling function in requests of the function's code, and in none of its own about network interfaces.
    """
    actions = [f"ec2:{action}" for action in NETWORK_ACTIONS]
    any_function = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:*"
    by_code = {"ArnLike": {"lambda:SourceFunctionArn": any_function}}
    return [
        PolicyStatement(actions=actions, resources=["*"]),
        PolicyStatement(effect=Effect.DENY, actions=actions, resources=["*"], conditions=by_code),
    ]


_NO_RESOURCE_LEVEL = (
    "Lambda alone knows the network interfaces that it makes, and uses these rights itself: the function's own code is denied them. X-Ray "
    "segments have no resource."
)
_ACCEPTED = {"AwsSolutions-IAM5[Resource::*]": _NO_RESOURCE_LEVEL, "Serverless-LambdaStarPermissions": _NO_RESOURCE_LEVEL}
