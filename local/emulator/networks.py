"""Networks: the shipped VPC has no attribute `CidrBlock`, which security-group rules refer to."""

from __future__ import annotations

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Complete AWS::EC2::VPC."""
    handlers.after_create("AWS::EC2::VPC", _with_address_range)


def _with_address_range(vpc_id: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
    return {**attributes, "CidrBlock": properties.get("CidrBlock"), "CidrBlockAssociations": []}
