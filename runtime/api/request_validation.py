"""Checks of a request that Powertools does not make, before it reads the parameters and the body."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType
from typing_extensions import override

from contracts.routes import MAX_BODY_BYTES, PublicRoute
from runtime.api.http.json_body import parse_json
from runtime.api.http.query import read_query
from runtime.api.http.representation import MEDIA_TYPE, choose_media_type
from runtime.api.responses import JSON
from runtime.api.scopes import ScopeCheck
from runtime.errors import BodyTooLarge, MalformedRequest, MethodNotAllowed

PUBLIC_PATHS = frozenset(route.path for route in PublicRoute)


class RequestValidation(OpenAPIRequestValidationMiddleware):
    """Powertools' validation after stricter checks: nothing that was sent is ignored or read as something else.

    The scope comes first, so that a client that may not call a route learns nothing else about it.
    """

    def __init__(self) -> None:
        """Need no options, but give the constructor of Powertools a type."""

    @override
    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[object]:
        check_method(app)
        route = app.context["_route"]
        for check in route.middlewares:
            if isinstance(check, ScopeCheck):
                check.check(app)
        if app.current_event.path.rstrip("/") not in PUBLIC_PATHS:
            app.context[MEDIA_TYPE] = choose_media_type(route, _read_accept(app), app.current_event.raw_event)
            read_query(app.current_event.raw_event, route.dependant.query_params)
        response: Response[object] = super().handler(app, next_middleware)
        return response

    @override
    def _get_body(self, app: ApiGatewayResolver) -> dict[str, object]:
        """Return the JSON value of the body. Media types are case-insensitive (RFC 9110, section 8.3.1), and no other one is read."""
        event = app.current_event
        media_type = read_media_type(app)
        if media_type not in ("", JSON):
            raise RequestUnsupportedContentType(f"unsupported content type {media_type}", errors=[])
        try:
            body = event.decoded_body or ""
        except (UnicodeDecodeError, ValueError):
            raise MalformedRequest("The body is not text in UTF-8; send a JSON object.") from None
        size = len(body.encode(errors="replace"))
        if size >= MAX_BODY_BYTES:
            raise BodyTooLarge(f"The body has {size:,} bytes; send fewer than {MAX_BODY_BYTES:,}.")
        return parse_json(body)


def _read_accept(app: ApiGatewayResolver) -> str:
    """Return the media types that the client accepts; the header may be repeated."""
    values = app.current_event.resolved_headers_field.get("accept") or ""
    return ",".join(values) if isinstance(values, list) else str(values)


def read_media_type(app: ApiGatewayResolver) -> str:
    """Return the media type of the body in lower case, without parameters; empty when there is none."""
    return str(app.current_event.headers.get("content-type") or "").partition(";")[0].strip().lower()


def check_method(app: ApiGatewayResolver) -> None:
    """Raise MethodNotAllowed for a path that stands for itself, and which only the pattern of another route would match.

    `GET /forecasts/generate` is not the forecast with the id `generate`.
    """
    path, method = app.current_event.path.rstrip("/"), app.current_event.http_method
    methods = list_methods(app, path)
    if methods and method not in methods:
        raise MethodNotAllowed(method, methods)


def list_methods(app: ApiGatewayResolver, path: str) -> list[str]:
    """Return the methods of the routes with exactly this path, else of those whose pattern it matches."""
    for routes in (app._static_routes, app._dynamic_routes):
        methods = {method for route in routes if route.rule.match(path) for method in _as_methods(route.method)}
        if methods:
            return sorted(methods | {"HEAD"} if "GET" in methods else methods)
    return []


def _as_methods(method: str | list[str]) -> list[str]:
    return [method] if isinstance(method, str) else list(method)
