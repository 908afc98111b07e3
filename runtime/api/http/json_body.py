"""JSON from strangers: read as it was meant, or refused with the place of its fault."""

from __future__ import annotations

import json
import re

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from runtime.errors import MalformedRequest

MOST_LEVELS = 20
"""Levels of brackets. No body needs more than four; every library has a depth of its own at which it gives up."""
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(text: str) -> dict[str, object]:
    """Return the JSON value of a body; None for an empty one.

    Raises RequestValidationError for text that is not JSON, MalformedRequest for JSON that cannot be read for sure: too deep, a name
    stated twice, a number too long or not finite, half of a surrogate pair.
    """
    check_levels(text)
    try:
        document: dict[str, object] = json.loads(text or "null", object_pairs_hook=_make_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise RequestValidationError([_json_fault(error)], body=text) from error
    except RecursionError:
        raise MalformedRequest(_too_deep()) from None
    except ValueError:
        raise MalformedRequest("The body has a number with too many digits; write numbers of at most 15 digits.") from None
    return document


def check_levels(text: str) -> None:
    """Raise MalformedRequest for text with more than MOST_LEVELS levels of brackets outside of strings."""
    level = 0
    for token in TOKENS.finditer(text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if level > MOST_LEVELS:
            raise MalformedRequest(_too_deep())


def _too_deep() -> str:
    return f"The body has too many levels of brackets; use {MOST_LEVELS} at most."


def _make_object(members: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object. Raises MalformedRequest for a name that is stated twice, of which one value would be ignored."""
    document = dict(members)
    if len(document) < len(members):
        names = [name for name, _ in members]
        repeated_names = sorted({name[:100] for name in names if names.count(name) > 1})
        raise MalformedRequest(f"{', '.join(repeated_names)}: stated twice in the body; state each field once.")
    for name, value in members:
        if LONE_SURROGATE.search(name) or (isinstance(value, str) and LONE_SURROGATE.search(value)):
            raise MalformedRequest(
                f"{ascii(name)[:100]}: half of a surrogate pair is no character; send both halves, or the character in UTF-8."
            )
    return document


def _refuse_constant(name: str) -> None:
    raise MalformedRequest(f"{name} is not JSON (RFC 8259); leave the field out, or send null.")


def _json_fault(error: json.JSONDecodeError) -> dict[str, object]:
    return {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}, "ctx": {"error": error.msg}}
