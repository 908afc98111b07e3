"""The base class of all stacks."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from cdk.settings.model import Settings


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
