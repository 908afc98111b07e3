"""The key of a class of data: one that the stage creates, or an existing one."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk.aws_kms import IKey, Key
from constructs import Construct

from cdk.settings.model import Settings


def create_data_key(scope: Construct, settings: Settings, description: str, removal: RemovalPolicy) -> IKey:
    """Return the key that the settings name, whose owner rotates and keeps it, else a new one with yearly rotation."""
    if settings.kms_key_arn:
        return Key.from_key_arn(scope, "Key", settings.kms_key_arn)
    return Key(scope, "Key", description=description, enable_key_rotation=True, removal_policy=removal)
