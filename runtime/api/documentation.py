"""What every operation says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import SecurityScheme
from pydantic import BaseModel

from contracts.scopes import Scope
from runtime.models.api.responses import Problem

TITLE = "Signify"
OPENAPI_VERSION = "3.1.0"
DESCRIPTION = (
    "Demand forecasts, their accuracy, KPIs and data quality of one stage. Readers always see one published run. "
    "Errors are application/problem+json (RFC 9457) and name the field, the value and the fix."
)
SECURITY_SCHEMES: dict[str, SecurityScheme] = {}
SECURITY = [{"token": [str(Scope.READ_FORECASTS)]}]

MEANINGS = {
    400: "The request cannot be read (malformed JSON, a changed or foreign cursor).",
    401: "No token, or one that is not ours.",
    403: "The token lacks the scope of this route.",
    404: "There is no such thing.",
    409: "The request contradicts what is there.",
    422: "A value is invalid; each is listed with its place and the fix.",
    429: "Too many requests; Retry-After says when to come back.",
    500: "A fault of ours; quote the request_id.",
    503: "A dependency does not answer; Retry-After says when to come back.",
}
ALWAYS = (401, 403, 422, 429, 500, 503)


def answers(model: type[BaseModel], description: str, *statuses: int, success: int = 200) -> dict[int, Any]:
    """The `responses` of an operation: its answer, what can always go wrong, and the given statuses."""
    good = {"description": description, "content": {"application/json": {"model": model}}}
    problems = {status: _problem(status) for status in sorted({*ALWAYS, *statuses})}
    return {success: good, **problems}


def _problem(status: int) -> dict[str, Any]:
    return {"description": MEANINGS[status], "content": {"application/problem+json": {"model": Problem}}}
