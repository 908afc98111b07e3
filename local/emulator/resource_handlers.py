"""The emulator's table of CloudFormation resource types: extend the handler of a type, or register a missing type."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from local.emulator.json_types import JsonObject

Properties = JsonObject
Attributes = JsonObject
CreateResult = tuple[str, Attributes]
Complete = Callable[[str, Properties, Attributes], Attributes]
Create = Callable[[str, Properties, str], CreateResult]
Handler = dict[str, Callable[..., Any]]
_HANDLERS: dict[str, Handler] = provisioners._RESOURCE_HANDLERS


def run_after_create(resource_type: str, complete: Complete) -> None:
    """Run `complete(physical_id, properties, attributes)` after the emulator created a resource; it returns the final attributes."""
    create: Create = _HANDLERS[resource_type]["create"]

    def create_and_complete(logical_id: str, properties: Properties, stack: str) -> CreateResult:
        physical_id, attributes = create(logical_id, properties, stack)
        return physical_id, complete(physical_id, properties, attributes)

    _HANDLERS[resource_type]["create"] = create_and_complete


def run_after_update(resource_type: str, complete: Complete) -> None:
    """Run `complete(physical_id, new_properties, attributes)` after the emulator updated a resource."""
    update = _HANDLERS[resource_type]["update"]

    def update_and_complete(physical_id: str, old: Properties, new: Properties, *rest: object) -> CreateResult:
        new_id, attributes = update(physical_id, old, new, *rest)
        return new_id, complete(new_id, new, attributes)

    _HANDLERS[resource_type]["update"] = update_and_complete


def run_before_delete(resource_type: str, prepare: Callable[[str, Properties], None]) -> None:
    """Run `prepare(physical_id, properties)` before the emulator deletes a resource."""
    delete = _HANDLERS[resource_type]["delete"]

    def prepare_and_delete(physical_id: str, properties: Properties) -> None:
        prepare(physical_id, properties)
        delete(physical_id, properties)

    _HANDLERS[resource_type]["delete"] = prepare_and_delete


def register(resource_type: str, handler: Handler) -> None:
    """Register a type that the emulator lacks, with functions `create`, `update` and `delete` like those of its own types.

    Raises ValueError when the emulator has the type.
    """
    if resource_type in _HANDLERS:
        raise ValueError(f"the emulator has its own {resource_type} now; remove the extension")
    _HANDLERS[resource_type] = handler


def _no_attributes(physical_id: str, properties: Properties) -> Attributes:
    return {}


def register_stub(resource_type: str, describe: Callable[[str, Properties], Attributes] = _no_attributes, name_property: str = "") -> None:
    """Register a type that creates nothing: it gets a physical id (the property `name_property`, if set) and the attributes of `describe`.

    Raises ValueError when the emulator has the type.
    """

    def create(logical_id: str, properties: Properties, stack: str) -> CreateResult:
        physical_id = properties.get(name_property) or f"{stack}-{logical_id}-{uuid.uuid4().hex[:8]}"
        return physical_id, describe(physical_id, properties)

    def update(physical_id: str, old: Properties, new: Properties, *rest: object) -> CreateResult:
        return physical_id, describe(physical_id, new)

    register(resource_type, {"create": create, "update": update, "delete": lambda physical_id, properties: None})
