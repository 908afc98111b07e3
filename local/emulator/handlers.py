"""The emulator's table of CloudFormation types: wrap one that falls short, or register one that is missing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Attributes = dict[str, Any]
Created = tuple[str, Attributes]
Create = Callable[[str, Properties, str], Created]
Handler = dict[str, Callable[..., Any]]
_TABLE: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS


def after_create(resource_type: str, complete: Callable[[str, Properties, Attributes], Attributes]) -> None:
    """Let `complete(physical_id, properties, attributes)` finish what the shipped handler of a type made; it returns the attributes."""
    create: Create = _TABLE[resource_type]["create"]

    def completed(logical_id: str, properties: Properties, stack: str) -> Created:
        physical_id, attributes = create(logical_id, properties, stack)
        return physical_id, complete(physical_id, properties, attributes)

    _TABLE[resource_type]["create"] = completed


def after_update(resource_type: str, complete: Callable[[str, Properties, Attributes], Attributes]) -> None:
    """The same for an update; `complete` gets the new properties."""
    update = _TABLE[resource_type]["update"]

    def completed(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Created:
        updated_id, attributes = update(physical_id, old, new, *rest)
        return updated_id, complete(updated_id, new, attributes)

    _TABLE[resource_type]["update"] = completed


def before_delete(resource_type: str, prepare: Callable[[str, Properties], None]) -> None:
    """Let `prepare(physical_id, properties)` undo what after_create did, before the shipped handler deletes."""
    delete = _TABLE[resource_type]["delete"]

    def completed(physical_id: str, properties: Properties) -> None:
        prepare(physical_id, properties)
        delete(physical_id, properties)

    _TABLE[resource_type]["delete"] = completed


def add(resource_type: str, handler: Handler) -> None:
    """Teach the emulator a type: functions `create`, `update` and `delete` as its own have.

    Raises ValueError when the emulator knows the type by now.
    """
    if resource_type in _TABLE:
        raise ValueError(f"the emulator has its own {resource_type} now; drop ours")
    _TABLE[resource_type] = handler


def record(
    resource_type: str, attributes: Callable[[str, Properties], Attributes] = lambda physical_id, properties: {}, named: str = ""
) -> None:
    """Accept a type the emulator does not know: it gets a physical id (the property `named`, if given) and attributes, and does nothing.

    Raises ValueError when the emulator knows the type by now: then the recording handler has to go.
    """
    if resource_type in _TABLE:
        raise ValueError(f"the emulator has its own {resource_type} now; drop it from recorded_types")

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        physical_id = properties.get(named) or f"{stack}-{logical_id}-{uuid.uuid4().hex[:8]}"
        return physical_id, attributes(physical_id, properties)

    def update(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Created:
        return physical_id, attributes(physical_id, new)

    _TABLE[resource_type] = {"create": create, "update": update, "delete": lambda physical_id, properties: None}
