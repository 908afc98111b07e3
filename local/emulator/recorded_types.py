"""CloudFormation types that production needs and that have nothing to do on one machine.

The emulator refuses a whole template that holds an unknown type. These are recorded with an id and otherwise left alone: what they
say is asserted on the template, not here.
"""

from __future__ import annotations

from ministack.core.responses import get_account_id, get_region

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings

RECORDED = (
    "AWS::Budgets::Budget",
    "AWS::EC2::FlowLog",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::WAFv2::WebACLAssociation",
    # Empties the default security group; its function wants an SDK that Lambda's Node runtime ships and this machine has not.
    "Custom::VpcRestrictDefaultSG",
)


def install(settings: EmulatorSettings) -> None:
    """Register every type that the emulator would refuse."""
    for resource_type in RECORDED:
        handlers.record(resource_type)
    handlers.record("AWS::CloudWatch::CompositeAlarm", _composite_alarm)


def _composite_alarm(physical_id: str, properties: handlers.Properties) -> handlers.Attributes:
    name = properties.get("AlarmName", physical_id)
    return {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}
