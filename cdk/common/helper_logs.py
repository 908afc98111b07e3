"""Log groups of the functions that the CDK adds for its custom resources: with bounded retention, and deleted with their stack.

By default Lambda creates a log group at the first invocation, outside the template, without retention, and a destroy leaves it behind.
A function that may create log groups would also create the group of the stack again when it logs after the group was deleted.
"""

from __future__ import annotations

from aws_cdk import CfnResource, CustomResourceProviderBase, Stack

from cdk.common.log_group import create_log_group
from cdk.settings.model import Settings


def add_helper_log_groups(stack: Stack, settings: Settings) -> None:
    """Give every helper function of the stack a log group, and permission to write to that group only.

    Call it after all resources have been added to the stack.
    """
    for child in stack.node.children:
        if isinstance(child, CustomResourceProviderBase):
            logs = create_log_group(stack, f"{child.node.id}Logs", settings)
            _resource(child, "Handler").add_property_override("LoggingConfig", {"LogGroup": logs.log_group_name})
            _resource(child, "Role").add_property_deletion_override("ManagedPolicyArns")  # it allows every log group of the account
            write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": logs.log_group_arn}
            child.add_to_role_policy(write)


def _resource(helper: CustomResourceProviderBase, name: str) -> CfnResource:
    resource = helper.node.find_child(name)
    assert isinstance(resource, CfnResource)
    return resource
