"""What a token must allow: checked here, in one place, for every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from contracts.scopes import Scope
from runtime.errors import Forbidden

Middleware = Callable[[ApiGatewayResolver, NextMiddleware], Response[Any]]


def needs(*scopes: Scope) -> Middleware:
    """A middleware that lets a request pass when its token has one of these scopes, and else raises Forbidden naming them."""

    def checked(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        granted = claims(app.current_event.raw_event).get("scope", "").split()
        if not set(scopes) & set(granted):
            raise Forbidden(f"This route needs the scope {' or '.join(scopes)}; the token has {', '.join(granted) or 'none'}.")
        return next_middleware(app)

    return checked


def claims(event: Mapping[str, Any]) -> Mapping[str, str]:
    """What the gateway's authorizer found in the token."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    found: Mapping[str, str] = authorizer.get("claims") or {}
    return found
