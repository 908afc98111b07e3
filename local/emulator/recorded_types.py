"""CloudFormation types that production needs and that have nothing to do on one machine.

The emulator refuses a whole template that holds an unknown type. These are recorded with an id and otherwise left alone: what they
say is asserted on the template, not here.
"""

from __future__ import annotations

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings

RECORDED = (
    "AWS::Budgets::Budget",
    "AWS::EC2::FlowLog",
    "AWS::EC2::SecurityGroupIngress",
    # Empties the default security group; its function wants an SDK that Lambda's Node runtime ships and this machine has not.
    "Custom::VpcRestrictDefaultSG",
)


def install(settings: EmulatorSettings) -> None:
    """Register every type that the emulator would refuse."""
    for resource_type in RECORDED:
        handlers.record(resource_type)
