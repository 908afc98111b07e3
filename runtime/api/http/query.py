"""The query of a request: nothing of it is ignored."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import get_args, get_origin

from aws_lambda_powertools.event_handler.openapi.compat import ModelField

from runtime.errors import InvalidInput, MalformedRequest
from runtime.models.domain.nearest import suggest

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What the gateway decodes bytes to that are not UTF-8."""
BRACKETS = "[]"
"""What some libraries write behind the name of a list."""


def read_query(event: MutableMapping[str, object], fields: Sequence[ModelField]) -> None:
    """Read `name[]` as the list `name`, and check the query.

    Raises InvalidInput for a parameter that the route does not have, MalformedRequest for a value that is not UTF-8.
    """
    lists = {field.alias for field in fields if _is_list(field.type_)}
    values = _join_lists(_values(event), lists)
    check_query(values, {field.alias for field in fields})
    event["multiValueQueryStringParameters"] = values
    event["queryStringParameters"] = {name: several[-1] for name, several in values.items()}


def check_query(query: Mapping[str, Sequence[str]], names: set[str]) -> None:
    """Raise InvalidInput for a parameter that is none of these, MalformedRequest for a value that is not UTF-8."""
    for name in sorted(set(query) - names):
        parameters = ", ".join(sorted(names)) or "none"
        raise InvalidInput(
            f"{name[:100]!r} is not a parameter of this route.{suggest(name, names)} Its parameters: {parameters}.", parameter=name[:100]
        )
    for name, values in query.items():
        if REPLACEMENT in "".join(values):
            raise MalformedRequest(f"{name}: the value is not percent-encoded UTF-8; encode its bytes as %XX.")


def _is_list(annotation: object) -> bool:
    """Return whether a parameter with this type is a list: `list[...]`, also with `None` or with limits."""
    return get_origin(annotation) is list or any(_is_list(part) for part in get_args(annotation) if not isinstance(part, str))


def _values(event: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the values of each parameter, whichever of the two forms the event has."""
    several = event.get("multiValueQueryStringParameters")
    if isinstance(several, Mapping) and several:
        return {str(name): [str(value) for value in values] for name, values in several.items()}
    single = event.get("queryStringParameters")
    return {str(name): [str(value)] for name, value in single.items()} if isinstance(single, Mapping) else {}


def _join_lists(values: Mapping[str, list[str]], lists: set[str]) -> dict[str, list[str]]:
    """Return the values with those of `name[]` under `name`, for the parameters that are lists."""
    joined_values: dict[str, list[str]] = {}
    for name, several in values.items():
        plain_name = name.removesuffix(BRACKETS)
        joined_values.setdefault(plain_name if plain_name in lists else name, []).extend(several)
    return joined_values
