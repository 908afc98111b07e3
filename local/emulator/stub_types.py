"""CloudFormation types that a stage on AWS needs and that have no function on one machine.

The emulator rejects a whole template that contains an unknown type. These types get an id and do nothing; tests assert their properties
on the template.
"""

from __future__ import annotations

from local.emulator import resource_handlers
from local.emulator.settings import EmulatorSettings

STUB_TYPES = (
    "AWS::Budgets::Budget",
    "AWS::EC2::FlowLog",
    "AWS::EC2::SecurityGroupIngress",
    # Its function removes the rules of the default security group; it needs an SDK that only Lambda's Node runtime provides.
    "Custom::VpcRestrictDefaultSG",
)


def install(settings: EmulatorSettings) -> None:
    """Register a stub for every type that the emulator would reject."""
    for resource_type in STUB_TYPES:
        resource_handlers.register_stub(resource_type)
