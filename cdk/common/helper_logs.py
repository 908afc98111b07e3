"""Logs of the functions that the CDK adds for its own custom resources: bounded like ours, and gone with their stack.

Left alone, Lambda makes a log group at the first call, which no template knows, no retention ends and no destroy takes away. A function
that may make log groups would also make the stack's group again, when it writes its last lines after that was deleted.
"""

from __future__ import annotations

from aws_cdk import CfnResource, CustomResourceProviderBase, Stack

from cdk.common.log_group import create_log_group
from cdk.settings.model import Settings


def keep_helper_logs(stack: Stack, settings: Settings) -> None:
    """Give every helper of stack a log group of the stack, and the right to write that one alone.

    Called when the stack has all its resources.
    """
    for child in stack.node.children:
        if isinstance(child, CustomResourceProviderBase):
            logs = create_log_group(stack, f"{child.node.id}Logs", settings)
            _resource(child, "Handler").add_property_override("LoggingConfig", {"LogGroup": logs.log_group_name})
            _resource(child, "Role").add_property_deletion_override("ManagedPolicyArns")  # any log group of the account
            write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": logs.log_group_arn}
            child.add_to_role_policy(write)


def _resource(helper: CustomResourceProviderBase, name: str) -> CfnResource:
    resource = helper.node.find_child(name)
    assert isinstance(resource, CfnResource)
    return resource
