"""Authorisation: the scope that each route requires of a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from contracts.scopes import Scope
from runtime.errors import Forbidden

Middleware = Callable[[ApiGatewayResolver, NextMiddleware], Response[Any]]


def require_scope(*scopes: Scope) -> Middleware:
    """Return a middleware that raises Forbidden unless the token has one of these scopes."""

    def check_scope(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        token_scopes = claims(app.current_event.raw_event).get("scope", "").split()
        if not set(scopes) & set(token_scopes):
            raise Forbidden(f"This route requires the scope {' or '.join(scopes)}; the token has {', '.join(token_scopes) or 'none'}.")
        return next_middleware(app)

    return check_scope


def require_token_scope(event: Mapping[str, Any], scope: Scope, purpose: str) -> None:
    """Raise Forbidden unless the token has the scope, where only some requests of a route need it."""
    if scope not in claims(event).get("scope", "").split():
        raise Forbidden(f"{purpose} requires the scope {scope}.")


def claims(event: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the claims that the gateway's authorizer read from the token."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    token_claims: Mapping[str, str] = authorizer.get("claims") or {}
    return token_claims
