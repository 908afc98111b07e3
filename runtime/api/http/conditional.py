"""Conditional requests (RFC 9110, section 13): an entity tag on what may be cached, and 304 for a client that has it already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response

from runtime.api.responses import NO_STORE

GENERATED_AT = re.compile(rb'"generated_at": ?"[^"]*"')
"""The one part of a list that differs between two responses with the same content."""
HEADERS_OF_304 = ("Cache-Control", "ETag", "Vary", "X-Request-Id")


def add_entity_tag(response: Response[str]) -> None:
    """Add the ETag of a body that may be cached; a weak one where the body states when it was made."""
    if response.status_code != 200 or response.headers.get("Cache-Control", NO_STORE) == NO_STORE or "ETag" in response.headers:
        return
    body = str(response.body or "").encode()
    content, times = GENERATED_AT.subn(b"", body)
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    response.headers["ETag"] = f'W/"{digest}"' if times else f'"{digest}"'


def is_fresh(response: Response[str], request_headers: Mapping[str, str]) -> bool:
    """Return whether the client has the content already: one of its entity tags (`If-None-Match`) is that of the response."""
    tag, condition = response.headers.get("ETag"), request_headers.get("if-none-match")
    if response.status_code != 200 or not isinstance(tag, str) or not condition:
        return False
    known_tags = {each.strip().removeprefix("W/") for each in condition.split(",")}
    return "*" in known_tags or tag.removeprefix("W/") in known_tags


def not_modified(response: Response[str]) -> Response[str]:
    """Return the 304 for a response whose content the client has."""
    headers = {name: value for name, value in response.headers.items() if name in HEADERS_OF_304}
    return Response(status_code=304, headers=headers, body="")
