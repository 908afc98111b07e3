"""The role of a function; at first, its only permission is to be placed in the network."""

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
    """Create the role of one function; other permissions are granted to it."""
    role = Role(
        scope,
        f"{spec.construct_id}Role",
        description=f"Role of the function {spec.name}",
        assumed_by=ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"Network": PolicyDocument(statements=_join_network())} if spec.in_vpc else None,
    )
    suppress_findings(role, _SUPPRESSIONS)
    return role


def _join_network() -> list[PolicyStatement]:
    """Allow Lambda to place the function in the network, and deny the same actions to the code of the function.

    Requests of the code carry lambda:SourceFunctionArn; Lambda's own requests about network interfaces do not.
    """
    actions = [f"ec2:{action}" for action in NETWORK_ACTIONS]
    any_function = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:*"
    by_code = {"ArnLike": {"lambda:SourceFunctionArn": any_function}}
    return [
        PolicyStatement(actions=actions, resources=["*"]),
        PolicyStatement(effect=Effect.DENY, actions=actions, resources=["*"], conditions=by_code),
    ]


_NO_RESOURCE_LEVEL = (
    "Lambda creates the network interfaces and uses these permissions itself; the code of the function is denied them. X-Ray has no "
    "resource-level permissions."
)
_SUPPRESSIONS = {"AwsSolutions-IAM5[Resource::*]": _NO_RESOURCE_LEVEL, "Serverless-LambdaStarPermissions": _NO_RESOURCE_LEVEL}
