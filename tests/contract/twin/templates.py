"""Small CloudFormation templates for the contract tests."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass, field
from typing import Any

Resource = dict[str, Any]


@dataclass
class Template:
    """A template in the making."""

    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, resource_type: str, /, *, depends_on: tuple[str, ...] = (), **properties: Any) -> Template:
        """Add a resource."""
        self.resources[name] = {"Type": resource_type, "Properties": properties, "DependsOn": list(depends_on)}
        return self

    def output(self, name: str, value: Any) -> Template:
        """Add an output."""
        self.outputs[name] = {"Value": value}
        return self

    def body(self) -> str:
        """The template's text."""
        return json.dumps({"Resources": self.resources, "Outputs": self.outputs})


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def with_function(template: Template, code: str, name: str = "Function", **properties: Any) -> Template:
    """Add a role and a Python function with this source; output `<name>Name`."""
    service = {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}, "Action": "sts:AssumeRole"}
    template.add("Role", "AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [service]})
    template.add(
        name,
        "AWS::Lambda::Function",
        Runtime="python3.13",
        Handler="index.handler",
        Role=att("Role", "Arn"),
        Code={"ZipFile": textwrap.dedent(code)},
        **{"Timeout": 30, **properties},
    )
    return template.output(f"{name}Name", ref(name)).output(f"{name}Arn", att(name, "Arn"))
