"""What every stack of a stage has in common."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from cdk.settings.model import Settings


class StageStack(Stack):
    """A stack named after its stage, tagged, and protected where the settings say so."""

    def __init__(self, scope: Construct, name: str, settings: Settings, description: str) -> None:
        super().__init__(
            scope,
            settings.stack_name(name),
            description=f"Signify {settings.stage}: {description}",
            termination_protection=settings.termination_protection,
            tags={**settings.tags, "signify:stage": settings.stage},  # CloudFormation passes them on to every resource that takes tags
        )
