"""How answers leave the API: bytes from orjson, and the headers every answer carries."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response

JSON = "application/json"
NO_STORE = "no-store"
BRIEFLY = "private, max-age=60"

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def answer(content: object, *, status: int = 200, cache: str = NO_STORE, headers: dict[str, str] | None = None) -> Response[str]:
    """An answer from values; dates, UUIDs and dataclasses are written as JSON writes them."""
    return raw_answer(orjson.dumps(content, default=_other).decode(), status=status, cache=cache, headers=headers)


def raw_answer(json: str, *, status: int = 200, cache: str = NO_STORE, headers: dict[str, str] | None = None) -> Response[str]:
    """An answer from finished JSON text."""
    return Response(status_code=status, content_type=JSON, body=json, headers={"Cache-Control": cache, **(headers or {})})


def fragment(json: str) -> orjson.Fragment:
    """Finished JSON text as a part of a larger answer."""
    return orjson.Fragment(json)


def request_id(app: ApiGatewayResolver) -> str:
    """The gateway's id of this request; one of our own where there is no gateway."""
    context: dict[str, Any] = app.current_event.raw_event.get("requestContext") or {}
    return str(context.get("requestId") or uuid.uuid4())


def decorate(app: ApiGatewayResolver, next_middleware: Any) -> Response[Any]:  # noqa: ANN401 - Powertools' middleware protocol
    """Give every answer its security headers and the request's id."""
    response: Response[Any] = next_middleware(app)
    response.headers.update(SECURITY_HEADERS)
    response.headers.setdefault("X-Request-Id", request_id(app))
    response.headers.setdefault("Vary", "Accept, Authorization")
    return response


def _other(value: object) -> str:
    return str(value)
