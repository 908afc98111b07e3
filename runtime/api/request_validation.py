"""Checks of a request that Powertools does not make, before it reads the parameters and the body."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from typing_extensions import override

from contracts.routes import MAX_BODY_BYTES, PublicRoute
from runtime.api.responses import JSON
from runtime.errors import BodyTooLarge, InvalidInput, MalformedRequest, MethodNotAllowed

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What the gateway decodes bytes to that are not UTF-8."""
PUBLIC_PATHS = frozenset(route.path for route in PublicRoute)


class RequestValidation(OpenAPIRequestValidationMiddleware):
    """Powertools' validation after stricter checks: nothing that was sent is ignored or read as something else."""

    def __init__(self) -> None:
        """Need no options, but give the constructor of Powertools a type."""

    @override
    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[object]:
        event = app.current_event
        check_method(app)
        if event.path.rstrip("/") not in PUBLIC_PATHS:
            names = {field.alias for field in app.context["_route"].dependant.query_params}
            check_query(event.resolved_query_string_parameters or {}, names)
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
        try:
            document: dict[str, object] = json.loads(body or "null", object_pairs_hook=_make_object)
        except json.JSONDecodeError as error:
            raise RequestValidationError([_json_fault(error)], body=body) from error
        except RecursionError:
            raise MalformedRequest("The body has too many levels of brackets; send a JSON object of one level.") from None
        return document


def _make_object(members: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object. Raises MalformedRequest for a name that is stated twice, of which one value would be ignored."""
    document = dict(members)
    if len(document) < len(members):
        names = [name for name, _ in members]
        repeated_names = sorted({name[:100] for name in names if names.count(name) > 1})
        raise MalformedRequest(f"{', '.join(repeated_names)}: stated twice in the body; state each field once.")
    return document


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
            return sorted(methods)
    return []


def _as_methods(method: str | list[str]) -> list[str]:
    return [method] if isinstance(method, str) else list(method)


def check_query(query: Mapping[str, object], names: set[str]) -> None:
    """Raise InvalidInput for a parameter that the route does not have, MalformedRequest for a value that is not UTF-8."""
    for name in sorted(set(query) - names):
        allowed = ", ".join(sorted(names)) or "none"
        raise InvalidInput(f"{name[:100]!r} is not a parameter of this route; its parameters: {allowed}.", parameter=name[:100])
    for name, value in query.items():
        if REPLACEMENT in "".join(value if isinstance(value, list) else [str(value)]):
            raise MalformedRequest(f"{name}: the value is not percent-encoded UTF-8; encode its bytes as %XX.")


def _json_fault(error: json.JSONDecodeError) -> dict[str, object]:
    return {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}, "ctx": {"error": error.msg}}
