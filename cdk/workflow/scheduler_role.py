"""What EventBridge Scheduler may do for a schedule of ours."""

from __future__ import annotations

from aws_cdk.aws_iam import IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_sqs import Queue
from constructs import Construct


def scheduler_role(scope: Construct, description: str, function: Function, dead_letters: Queue | None = None) -> IRole:
    """Call the function, and put what it could not deliver into the queue. The library's own role may also call every version of it."""
    allowed = [PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])]
    if dead_letters:
        allowed.append(PolicyStatement(actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn]))
    role = Role(
        scope,
        "Role",
        description=description,
        assumed_by=ServicePrincipal("scheduler.amazonaws.com"),
        inline_policies={"Start": PolicyDocument(statements=allowed)},
    )
    return role.without_policy_updates()
