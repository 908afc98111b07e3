"""Reading synthesised templates as plain dictionaries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """One stack's template."""

    stack: str
    document: dict[str, Any]
    tags: dict[str, str]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Resources of one CloudFormation type, by logical id."""
        return {name: resource for name, resource in self.document["Resources"].items() if resource["Type"] == kind}

    def only(self, kind: str, name: str = "") -> dict[str, Any]:
        """The properties of the one resource of this type whose logical id starts with `name`."""
        [resource] = [resource for logical_id, resource in self.of_type(kind).items() if logical_id.startswith(name)]
        return dict(resource.get("Properties", {}))

    def outputs(self) -> set[str]:
        """Output keys that people and tools use; references between stacks are not among them."""
        return {key for key in self.document.get("Outputs", {}) if not key.startswith("PublishOutput")}


@dataclass(frozen=True)
class Stage:
    """The templates of one stage, by the last word of the stack's name."""

    name: str
    templates: dict[str, Template]
    dependencies: dict[str, list[str]]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Resources of one type in all stacks; the key is `stack/logical id`."""
        return {f"{t.stack}/{name}": resource for t in self.templates.values() for name, resource in t.of_type(kind).items()}

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """Every resource, with `stack/logical id`."""
        for template in self.templates.values():
            for name, resource in template.document["Resources"].items():
                yield f"{template.stack}/{name}", resource

    def platform_functions(self) -> dict[str, Resource]:
        """The functions of the platform, without those that the CDK adds for its custom resources."""
        functions = self.of_type("AWS::Lambda::Function")
        return {name: function for name, function in functions.items() if function["Properties"]["Handler"].startswith("runtime.")}


def render(value: Any) -> str:
    """A joined string with its references as `<logical id>`."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        delimiter, parts = value["Fn::Join"]
        return str(delimiter.join(render(part) for part in parts))
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{value['Fn::GetAtt'][0]}>"
    if "Fn::GetStackOutput" in value:
        return f"<{value['Fn::GetStackOutput']['OutputName']}>"
    return json.dumps(value)


def statements(resource: Resource) -> list[dict[str, Any]]:
    """The statements of a policy, a managed policy, a resource policy, or of a role's inline policies."""
    properties = resource["Properties"]
    documents = [properties[key] for key in ("PolicyDocument", "KeyPolicy") if key in properties]
    documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    return [statement for document in documents for statement in document["Statement"]]


def as_list(value: Any) -> list[Any]:
    """The value as a list: policies write one element without brackets."""
    return value if isinstance(value, list) else [value]
