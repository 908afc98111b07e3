"""The base class of all stacks."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_iam import ManagedPolicy, PermissionsBoundary
from aws_cdk.aws_ssm import StringParameter
from constructs import Construct

from cdk.settings.model import Settings
from contracts.outputs import Output


class StageStack(Stack):
    """A stack with the name of its stage, tags, and termination protection if the settings require it."""

    def __init__(self, scope: Construct, name: str, settings: Settings, description: str) -> None:
        super().__init__(
            scope,
            settings.stack_name(name),
            description=f"Signify {settings.stage}: {description}",
            termination_protection=settings.termination_protection,
            tags={**settings.tags, "signify:stage": settings.stage},  # CloudFormation adds them to every resource that supports tags
        )
        self._stage = settings.stage
        if settings.permissions_boundary_arn:
            boundary = ManagedPolicy.from_managed_policy_arn(self, "PermissionsBoundary", settings.permissions_boundary_arn)
            PermissionsBoundary.of(self).apply(boundary)

    def publish(self, output: Output, value: str, description: str) -> None:
        """Publish a value as output of the stack and as parameter of Systems Manager, which other stacks and programs can read."""
        CfnOutput(self, output.value, value=value, description=description)
        StringParameter(
            self,
            f"{output.value}Parameter",
            parameter_name=output.parameter_name(self._stage),
            string_value=value,
            description=description,
        )
