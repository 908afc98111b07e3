"""JSON responses of the API, the bodies of lists, and the headers that all responses share."""

from __future__ import annotations

import uuid
from typing import TypedDict

import orjson
from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from runtime.services.paging import Page

JSON = "application/json"
NO_STORE = "no-store"
CACHE_BRIEFLY = "private, max-age=60"
PUBLIC_FOR_MINUTES = "public, max-age=300"
VARY = "Accept, Authorization, Origin"
"""What a response depends on; of the origin the header of CORS."""

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def json_response(content: object, *, status: int = 200, cache: str = NO_STORE, headers: dict[str, str] | None = None) -> Response[str]:
    """Return content as a JSON response; dates, UUIDs and dataclasses are serialised by orjson, other types by `str`."""
    return raw_json_response(orjson.dumps(content, default=str).decode(), status=status, cache=cache, headers=headers)


def raw_json_response(json: str, *, status: int = 200, cache: str = NO_STORE, headers: dict[str, str] | None = None) -> Response[str]:
    """Return JSON text as a response."""
    return Response(status_code=status, content_type=JSON, body=json, headers={"Cache-Control": cache, **(headers or {})})


def fragment(json: str) -> orjson.Fragment:
    """Return JSON text as a part of a larger document."""
    return orjson.Fragment(json)


class PageBody(TypedDict):
    """Position in a list."""

    limit: int
    next_cursor: str | None
    has_more: bool


def page_body(page: Page) -> PageBody:
    """Return the position in a list as JSON values."""
    return {"limit": page.limit, "next_cursor": page.next_cursor, "has_more": page.has_more}


def page_response(name: str, page: Page, *, cache: str = NO_STORE) -> Response[str]:
    """Return the rows of a page under `name`, and the position in the list."""
    return json_response({name: fragment(page.json), "page": page_body(page)}, cache=cache)


def request_id(app: ApiGatewayResolver) -> str:
    """Return the id that the gateway gave the request, or a new one where there is no gateway."""
    context: dict[str, object] = app.current_event.raw_event.get("requestContext") or {}
    return str(context.get("requestId") or uuid.uuid4())


def add_common_headers(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[object]:
    """Add the security headers and the request id to a response (middleware)."""
    response: Response[object] = next_middleware(app)
    response.headers.update(SECURITY_HEADERS)
    response.headers.setdefault("X-Request-Id", request_id(app))
    response.headers.setdefault("Vary", VARY)
    return response
