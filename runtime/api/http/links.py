"""Links to other resources of the API: with the prefix of the stage, so that a client can follow each as it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from contracts.routes import API_PATH

_mount_point: ContextVar[str] = ContextVar("mount_point", default="")


def read_mount_point(event: Mapping[str, object]) -> str:
    """Return what the path of a request has before that of the route: `/` and the stage, nothing for a domain of one's own."""
    context, path = event.get("requestContext"), str(event.get("path") or "")
    whole_path = str(context.get("path") or "") if isinstance(context, Mapping) else ""
    return whole_path.removesuffix(path) if path and whole_path.endswith(path) else ""


def set_mount_point(event: Mapping[str, object]) -> None:
    """Let the links of the response to this request begin as the request does."""
    _mount_point.set(read_mount_point(event))


def link(path: str) -> str:
    """Return the link to a path below /api/v1, such as `/jobs/<id>`."""
    return f"{_mount_point.get()}{API_PATH}{path}"


def add_next_link(response: Response[str], event: Mapping[str, object], **more: str) -> None:
    """Add the link to the next page of a list (RFC 8288), with more parameters, for clients that do not read its body."""
    cursor = _next_cursor(str(response.body or ""))
    if cursor is None:
        return
    query = event.get("multiValueQueryStringParameters")
    parameters = {**(query if isinstance(query, Mapping) else {}), "cursor": cursor, **more}
    response.headers["Link"] = f'<{_mount_point.get()}{event.get("path")}?{urlencode(parameters, doseq=True)}>; rel="next"'


def _next_cursor(body: str) -> str | None:
    """Return the cursor at the end of a page, which is after its rows."""
    _, name, rest = body.rpartition('"next_cursor":"')
    return rest.partition('"')[0] if name else None


def localise(value: object) -> object:
    """Return a stored link (a path from /api/v1 on) as the client that asks can follow it; another value as it is."""
    return f"{_mount_point.get()}{value}" if isinstance(value, str) and value.startswith(f"{API_PATH}/") else value
