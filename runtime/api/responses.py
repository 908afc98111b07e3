"""JSON responses of the API, the bodies of lists, and the headers that all responses share."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

import orjson
from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from runtime import bootstrap
from runtime.services.paging import Page

JSON = "application/json"
NO_ROWS = "[]"
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


class MetaBody(TypedDict):
    """What a list was made of."""

    run_id: UUID | None
    as_of_date: date | None
    generated_at: datetime
    warnings: list[str]


class PageBody(TypedDict):
    """Position in a list."""

    limit: int
    next_cursor: str | None
    has_more: bool


def page_body(page: Page) -> PageBody:
    """Return the position in a list as JSON values."""
    return {"limit": page.limit, "next_cursor": page.next_cursor, "has_more": page.has_more}


def whole_list_body(row_count: int) -> PageBody:
    """Return the position in a list that has one page."""
    return {"limit": row_count, "next_cursor": None, "has_more": False}


def meta_body(*, run_id: UUID | None = None, as_of_date: date | None = None) -> MetaBody:
    """Return what a list was made of now: of one run, or of rows of several (None)."""
    return {"run_id": run_id, "as_of_date": as_of_date, "generated_at": bootstrap.services().now(), "warnings": []}


def page_response(name: str, page: Page, *, meta: MetaBody | None = None, cache: str = NO_STORE) -> Response[str]:
    """Return the rows of a page under `name`, the position in the list, and what it was made of."""
    return json_response({name: fragment(page.json), "page": page_body(page), "meta": meta or meta_body()}, cache=cache)


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
