"""JSON responses of the API and the headers that all responses share."""

from __future__ import annotations

import uuid

import orjson
from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

JSON = "application/json"
NO_STORE = "no-store"
CACHE_BRIEFLY = "private, max-age=60"
PUBLIC_FOR_MINUTES = "public, max-age=300"

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


def request_id(app: ApiGatewayResolver) -> str:
    """Return the id that the gateway gave the request, or a new one where there is no gateway."""
    context: dict[str, object] = app.current_event.raw_event.get("requestContext") or {}
    return str(context.get("requestId") or uuid.uuid4())


def add_common_headers(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[object]:
    """Add the security headers and the request id to a response (middleware)."""
    response: Response[object] = next_middleware(app)
    response.headers.update(SECURITY_HEADERS)
    response.headers.setdefault("X-Request-Id", request_id(app))
    response.headers.setdefault("Vary", "Accept, Authorization")
    return response
