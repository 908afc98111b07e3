"""One place that turns what was raised into application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError

from runtime.api.responses import JSON, SECURITY_HEADERS, request_id
from runtime.errors import SignifyError, Unavailable

PROBLEM = "application/problem+json"
logger = Logger()


def problem(
    app: ApiGatewayResolver,
    status: int,
    code: str,
    detail: str,
    errors: Iterable[Mapping[str, Any]] = (),
    retry_after_s: int | None = None,
) -> Response[str]:
    """A problem answer."""
    asked = request_id(app)
    body: dict[str, Any] = {
        "type": f"/problems/{code.lower().replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{asked}",
        "code": code,
        "request_id": asked,
        "errors": list(errors),
    }
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store", "X-Request-Id": asked, **SECURITY_HEADERS}
    if retry_after_s is not None:
        body["retry_after_s"] = retry_after_s
        headers["Retry-After"] = str(retry_after_s)
    return Response(status_code=status, content_type=PROBLEM, body=orjson.dumps(body).decode(), headers=headers)


def answer_problems(app: ApiGatewayResolver) -> None:
    """Register what each kind of error answers."""

    @app.exception_handler(SignifyError)  # type: ignore[untyped-decorator]
    def known(error: SignifyError) -> Response[str]:
        if error.status is None or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return _bug(app, error)
        if isinstance(error, Unavailable):
            return _away(app, error)
        return problem(app, error.status, error.code, str(error))

    @app.exception_handler(RequestValidationError)  # type: ignore[untyped-decorator]
    def invalid(error: RequestValidationError) -> Response[str]:
        if app.current_event.body and (kind := _media_type(app)) not in ("", JSON):
            return _no_json(app, kind)
        faults = [_fault(fault) for fault in error.errors()]
        if any(fault["code"] == "json_invalid" for fault in faults):
            return problem(app, 400, "MALFORMED", "The body is not JSON.", faults)
        named = "; ".join(f"{fault.get('parameter') or fault.get('pointer')}: {fault['detail']}" for fault in faults)
        return problem(app, 422, "VALIDATION", f"{len(faults)} {'field is' if len(faults) == 1 else 'fields are'} invalid. {named}", faults)

    @app.exception_handler(RequestUnsupportedContentType)  # type: ignore[untyped-decorator]
    def unsupported(_error: RequestUnsupportedContentType) -> Response[str]:
        return _no_json(app, _media_type(app))

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def unknown(error: Exception) -> Response[str]:
        return _bug(app, error)

    @app.not_found
    def no_route(_error: Exception) -> Response[str]:
        return _no_route(app)


def _media_type(app: ApiGatewayResolver) -> str:
    return str(app.current_event.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _no_json(app: ApiGatewayResolver, kind: str) -> Response[str]:
    """A body of another type, among them the forms that Powertools would read and that curl sends when no type is named."""
    return problem(app, 415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type is {kind[:100]!r}; send the body as {JSON}.")


def _bug(app: ApiGatewayResolver, error: Exception) -> Response[str]:
    """A fault of ours: logged with its trace, answered with nothing but the id to quote."""
    logger.exception("request failed", exc_info=error)
    return problem(app, 500, "INTERNAL", "Something went wrong on our side; quote the request_id when you report it.")


def _away(app: ApiGatewayResolver, error: Unavailable) -> Response[str]:
    """A dependency does not answer. Why goes to the log, since it names hosts and users; the caller learns when to come back."""
    logger.warning("a dependency is away", reason=str(error))
    what = str(error).partition(": ")[0].rstrip(".")
    again = "" if error.retry_after_s is None else f" Try again in {error.retry_after_s} seconds."
    return problem(app, HTTPStatus.SERVICE_UNAVAILABLE, error.code, f"{what}.{again}", retry_after_s=error.retry_after_s)


def _no_route(app: ApiGatewayResolver) -> Response[str]:
    event = app.current_event
    path = event.path.rstrip("/")
    allowed = sorted(
        {method for route in [*app._static_routes, *app._dynamic_routes] if route.rule.match(path) for method in _methods(route.method)}
    )
    if allowed:
        answer = problem(app, 405, "METHOD_NOT_ALLOWED", f"{event.http_method} is not possible here; possible: {', '.join(allowed)}.")
        answer.headers["Allow"] = ", ".join(allowed)
        return answer
    return problem(app, 404, "NOT_FOUND", f"There is no route {event.path}; /api/v1/docs lists them.")


def _methods(method: str | Iterable[str]) -> list[str]:
    return [method] if isinstance(method, str) else list(method)


def _fault(fault: Mapping[str, Any]) -> dict[str, Any]:
    """One validation fault, with where it is, what came and what is wrong with it."""
    place, *path = (str(part) for part in fault["loc"])
    where = {"pointer": "/" + "/".join(path)} if place == "body" else {"parameter": ".".join(path) or place}
    came = fault.get("input")
    shown = "" if came is None or fault["type"] in ("missing", "json_invalid") else f" (got {str(came)[:100]!r})"
    return {**where, "code": fault["type"], "detail": f"{fault['msg'].removeprefix('Value error, ')}{shown}"}
