"""Authorisation: the scope that each route requires of a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from contracts.scopes import Scope
from runtime.errors import Forbidden


class _Authorizer(TypedDict, total=False):
    claims: dict[str, str] | None


class _RequestContext(TypedDict, total=False):
    authorizer: _Authorizer | None


class GatewayEvent(TypedDict, total=False):
    """The part of an event of API Gateway that has the claims of the token."""

    requestContext: _RequestContext | None


class ScopeCheck:
    """A middleware that raises Forbidden unless the token has one of these scopes."""

    __name__ = "check_scope"

    def __init__(self, scopes: Sequence[Scope]) -> None:
        self.scopes = tuple(scopes)

    def __call__(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[object]:
        """Check the token, then handle the request."""
        self.check(app)
        return next_middleware(app)

    def check(self, app: ApiGatewayResolver) -> None:
        """Raise Forbidden unless the token of the request has one of the scopes."""
        token_scopes = claims(cast(GatewayEvent, app.current_event.raw_event)).get("scope", "").split()
        if not set(self.scopes) & set(token_scopes):
            raise Forbidden(
                f"This route requires the scope {' or '.join(self.scopes)}; the token has {', '.join(token_scopes) or 'none'}.", self.scopes
            )


def require_scope(*scopes: Scope) -> ScopeCheck:
    """Return a middleware that raises Forbidden unless the token has one of these scopes."""
    return ScopeCheck(scopes)


def require_token_scope(event: GatewayEvent, scope: Scope, purpose: str) -> None:
    """Raise Forbidden unless the token has the scope, where only some requests of a route need it."""
    if not has_token_scope(event, scope):
        raise Forbidden(f"{purpose} requires the scope {scope}.", [scope])


def has_token_scope(event: GatewayEvent, scope: Scope) -> bool:
    """Return whether the token has the scope."""
    return scope in claims(event).get("scope", "").split()


def claims(event: GatewayEvent) -> Mapping[str, str]:
    """Return the claims that the gateway's authorizer read from the token."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    return authorizer.get("claims") or {}
