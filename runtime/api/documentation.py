"""Texts and shared parts of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from pydantic import BaseModel

from runtime.models.api.responses import Problem

TITLE = "Signify API"
TOKEN_SCHEME = "token"  # noqa: S105 - the name of a security scheme
OPENAPI_VERSION = "3.1.0"
DESCRIPTION = (
    "Demand forecasts, forecast accuracy, KPIs and data quality of one Signify stage.\n\n"
    "First call:\n\n"
    "1. Open this page with `./signify docs`, which signs you in. Otherwise get a token with `./signify token`, or from Amazon Cognito "
    "with the client-credentials grant, click **Authorize** and paste it.\n"
    "2. Open `GET /forecasts` and click **Execute**.\n\n"
    "All forecasts come from one published run, which is replaced atomically. "
    "Errors are `application/problem+json` (RFC 9457) and name the field, the value and the fix. "
    "A method that a path does not have gets 405, and `Allow` lists those it has."
)
AUTHORIZE_HINT = "Paste the output of `./signify token`, or an access token from Amazon Cognito (client-credentials grant)."

STATUS_DESCRIPTIONS = {
    400: "Malformed request: the body is not valid JSON, or the cursor is not valid for these filters.",
    401: "The token is missing, invalid or expired.",
    403: "The token lacks the scope that this route requires.",
    404: "Not found.",
    405: "The path does not have this method; `Allow` lists those it has.",
    406: "The route has no representation that `Accept` names.",
    409: "The request conflicts with the current state.",
    412: "The insight has another version than `If-Match` states; read it and try again.",
    413: "The body is too large; send fewer than 1,000,000 bytes.",
    415: "The media type of the body is not application/json.",
    410: "The run is known, but its forecasts are no longer stored.",
    422: "A parameter or a field of the body is invalid; `errors` lists each of them.",
    428: "The request lacks `If-Match` with the version that it changes.",
    429: "Rate limit exceeded; retry after the seconds in `Retry-After`.",
    500: "Internal error; quote the `request_id` when you report it.",
    503: "A dependency is unavailable; retry after the seconds in `Retry-After`.",
    504: "The function took longer than the gateway waits; retry, with the same `Idempotency-Key` where the route takes one.",
}
RETRY_AFTER = ("Retry-After", "Seconds to wait before the next request.", "integer")
STATUS_HEADERS = {
    401: ("WWW-Authenticate", "How to authenticate (RFC 6750).", "string"),
    403: ("WWW-Authenticate", "The scopes of which one is enough (RFC 6750).", "string"),
    405: ("Allow", "The methods that the path has, separated by commas.", "string"),
    429: RETRY_AFTER,
    503: RETRY_AFTER,
    504: RETRY_AFTER,
}
"""Status -> the header that a client acts on: name, description, type."""
COMMON_STATUSES = (401, 403, 405, 406, 422, 429, 500, 503, 504)
BODY_STATUSES = (400, 413, 415)
"""Of every route that takes a body."""
PUBLIC_STATUSES = (405, 429, 500, 503, 504)
"""Of a route that needs no token and has no parameters."""


def openapi_responses(
    model: type[BaseModel], description: str, *statuses: int, success: int = 200, common: Sequence[int] = COMMON_STATUSES
) -> dict[int, OpenAPIResponse]:
    """Return the `responses` of an operation: the success, the errors that every route shares, and those of this one."""
    body: OpenAPIResponse = {"description": description, "content": {"application/json": {"model": model}}}
    return {success: body, **_problems({*common, *statuses})}


def openapi_page(description: str, *statuses: int) -> dict[int, OpenAPIResponse]:
    """Return the `responses` of an operation that answers with an HTML page, and with problem details as every route."""
    body: OpenAPIResponse = {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}
    return {200: body, **_problems({*COMMON_STATUSES, *statuses})}


def openapi_picture(description: str, *statuses: int) -> dict[int, OpenAPIResponse]:
    """Return the `responses` of an operation that answers with an SVG picture, and with problem details as every route."""
    body: OpenAPIResponse = {"description": description, "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
    return {200: body, **_problems({*COMMON_STATUSES, *statuses})}


def _problems(statuses: Collection[int]) -> dict[int, OpenAPIResponse]:
    return {status: _problem(status) for status in sorted(statuses)}


def _problem(status: int) -> OpenAPIResponse:
    response: OpenAPIResponse = {
        "description": STATUS_DESCRIPTIONS[status],
        "content": {"application/problem+json": {"model": Problem}},
    }
    if status in STATUS_HEADERS:
        name, description, kind = STATUS_HEADERS[status]
        response["headers"] = {name: {"description": description, "schema": {"type": kind}}}
    return response
