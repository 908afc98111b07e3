"""VPCs: the emulator's AWS::EC2::VPC lacks the attribute `CidrBlock`, to which security-group rules refer."""

from __future__ import annotations

from local.emulator import resource_handlers
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Add the address range to AWS::EC2::VPC."""
    resource_handlers.run_after_create("AWS::EC2::VPC", add_address_range)


def add_address_range(vpc_id: str, properties: Properties, attributes: Attributes) -> Attributes:
    """Return the attributes of a VPC with its CIDR block."""
    return {**attributes, "CidrBlock": properties.get("CidrBlock"), "CidrBlockAssociations": []}
