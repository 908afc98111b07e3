"""Logs of the functions that the CDK adds for its own custom resources: bounded like ours, and gone with their stack.

Left alone, Lambda makes a log group at the first call, which no template knows, no retention ends and no destroy takes away.
"""

from __future__ import annotations

from aws_cdk import CfnResource, CustomResourceProviderBase, Stack

from cdk.log_group import log_group
from cdk.settings import Settings


def keep_helper_logs(stack: Stack, settings: Settings) -> None:
    """Give every helper of stack a log group of the stack; called when the stack has all its resources."""
    for child in stack.node.children:
        if isinstance(child, CustomResourceProviderBase):
            handler = child.node.find_child("Handler")
            assert isinstance(handler, CfnResource)
            logs = log_group(stack, f"{child.node.id}Logs", settings)
            handler.add_property_override("LoggingConfig", {"LogGroup": logs.log_group_name})
