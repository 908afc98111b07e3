"""Error handlers: one place that maps exceptions to application/problem+json (RFC 9457)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from pydantic_core import ErrorDetails

from contracts.environment import Variable
from contracts.metrics import NAMESPACE, PlatformMetric
from runtime.api.http.body_fields import find_fields
from runtime.api.http.links import link, localise
from runtime.api.http.query import REPLACEMENT
from runtime.api.request_validation import list_methods, read_media_type
from runtime.api.responses import JSON, NO_STORE, SECURITY_HEADERS, VARY, request_id
from runtime.errors import DatabaseUnavailable, InvalidInput, MethodNotAllowed, SignifyError, Unavailable
from runtime.models.domain.nearest import suggest

PROBLEM = "application/problem+json"
logger = Logger()


def problem(
    app: ApiGatewayResolver,
    status: int,
    code: str,
    detail: str,
    errors: Iterable[Mapping[str, str]] = (),
    retry_after_s: int | None = None,
    members: Mapping[str, object] = MappingProxyType({}),
    extra_headers: Mapping[str, str] = MappingProxyType({}),
) -> Response[str]:
    """Return a problem response; `members` and `extra_headers` are those that only some problems have."""
    identifier = request_id(app)
    body: dict[str, object] = {
        "type": f"/problems/{code.lower().replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{identifier}",
        "code": code,
        "request_id": identifier,
        "errors": list(errors),
        **{name: localise(value) for name, value in members.items()},
    }
    headers: dict[str, str | list[str]] = {"Cache-Control": NO_STORE, "X-Request-Id": identifier, "Vary": VARY, **SECURITY_HEADERS}
    headers.update(extra_headers)
    if retry_after_s is not None:
        body["retry_after_s"] = retry_after_s
        headers["Retry-After"] = str(retry_after_s)
    return Response(status_code=status, content_type=PROBLEM, body=orjson.dumps(body).decode(), headers=headers)


def register_problem_handlers(app: ApiGatewayResolver) -> None:
    """Register the handlers of all kinds of errors."""

    @app.exception_handler(SignifyError)  # type: ignore[untyped-decorator]
    def handle_signify_error(error: SignifyError) -> Response[str]:
        if error.status is None or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return _internal_error(app, error)
        if isinstance(error, Unavailable):
            return _unavailable(app, error)
        faults = [{**error.place, "code": "invalid", "detail": str(error)}] if isinstance(error, InvalidInput) and error.place else []
        return problem(
            app,
            error.status,
            error.code,
            str(error),
            faults,
            retry_after_s=error.retry_after_s,
            members=error.members,
            extra_headers=error.headers,
        )

    @app.exception_handler(RequestValidationError)  # type: ignore[untyped-decorator]
    def handle_validation_error(error: RequestValidationError) -> Response[str]:
        faults = [_fault(app, fault) for fault in error.errors()]
        if any(fault["code"] == "json_invalid" for fault in faults):
            return problem(app, 400, "MALFORMED", "The body is not valid JSON.", faults)
        summary = "; ".join(f"{fault.get('parameter') or fault.get('pointer') or 'The body'}: {fault['detail']}" for fault in faults)
        count = "1 field is" if len(faults) == 1 else f"{len(faults)} fields are"
        return problem(app, 422, "VALIDATION", f"{count} invalid. {summary}", faults)

    @app.exception_handler(RequestUnsupportedContentType)  # type: ignore[untyped-decorator]
    def handle_content_type(_error: RequestUnsupportedContentType) -> Response[str]:
        return _unsupported_media_type(app, read_media_type(app))

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def handle_unexpected_error(error: Exception) -> Response[str]:
        return _internal_error(app, error)

    @app.not_found
    def handle_not_found(_error: Exception) -> Response[str]:
        return _no_route(app)


def _unsupported_media_type(app: ApiGatewayResolver, kind: str) -> Response[str]:
    """Refuse a body of another type, also a form, which Powertools would parse and curl sends by default."""
    return problem(app, 415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type is {kind[:100]!r}; send the body as {JSON}.")


def _internal_error(app: ApiGatewayResolver, error: Exception) -> Response[str]:
    """Log the exception with its trace; the response has only the request id."""
    logger.exception("request failed", exc_info=error)
    return problem(app, 500, "INTERNAL", "Internal error. Quote the request_id when you report it.")


def _unavailable(app: ApiGatewayResolver, error: Unavailable) -> Response[str]:
    """Log the reason, which may name hosts and users; the response has only the dependency and `Retry-After`."""
    logger.warning("dependency unavailable", reason=str(error))
    if isinstance(error, DatabaseUnavailable):
        _count(PlatformMetric.DATABASE_UNAVAILABLE)
    what = str(error).partition(": ")[0].rstrip(".")
    retry = "" if error.retry_after_s is None else f" Retry in {error.retry_after_s} seconds."
    return problem(app, HTTPStatus.SERVICE_UNAVAILABLE, error.code, f"{what}.{retry}", retry_after_s=error.retry_after_s)


def _count(metric: PlatformMetric) -> None:
    dimensions = metric.dimensions(os.environ.get(Variable.STAGE, "local"))
    with single_metric(name=metric.value, unit=MetricUnit(metric.unit.value), value=1, namespace=NAMESPACE, default_dimensions=dimensions):
        pass  # the metric is printed at the end of the block


def _no_route(app: ApiGatewayResolver) -> Response[str]:
    event = app.current_event
    allowed_methods = list_methods(app, event.path.rstrip("/"))
    if allowed_methods:
        error = MethodNotAllowed(event.http_method, allowed_methods)
        return problem(app, error.status, error.code, str(error), extra_headers=error.headers)
    if REPLACEMENT in event.path:
        return problem(app, 400, "MALFORMED", "The path is not percent-encoded UTF-8; encode its bytes as %XX.")
    return problem(app, 404, "NOT_FOUND", f"No route {event.path}; see {link('/docs')} for the list of routes.")


def _fault(app: ApiGatewayResolver, fault: ErrorDetails) -> dict[str, str]:
    """Return one validation error: its location, code, message and the value received."""
    location, *path = (str(part) for part in fault["loc"])
    if location == "body" and not path and fault["type"] != "json_invalid":
        return {"pointer": "", "code": fault["type"], "detail": "Send a JSON object."}
    if fault["type"] == "extra_forbidden":
        names = find_fields(app.context["_route"], path)
        detail = f"is not a field of the body.{suggest(path[-1], names)} Its fields: {', '.join(names)}."
        return {"pointer": "/" + "/".join(path), "code": fault["type"], "detail": detail}
    where = {"pointer": "/" + "/".join(path)} if location == "body" else {"parameter": ".".join(path) or location}
    value = fault.get("input")
    suffix = "" if value is None or fault["type"] in ("missing", "json_invalid") else f" (got {str(value)[:100]!r})"
    return {**where, "code": fault["type"], "detail": f"{fault['msg'].removeprefix('Value error, ')}{suffix}"}
