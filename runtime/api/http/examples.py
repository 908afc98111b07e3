"""Examples of the OpenAPI document: responses of a stage with the sample data, and a problem for each status."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import cast

import orjson
from aws_lambda_powertools.event_handler.openapi.models import Example, MediaType, Operation, Response

from runtime.api.documentation import STATUS_DESCRIPTIONS

FILE = Path(__file__).resolve().parents[2] / "models" / "api" / "examples.json"
PROBLEM = "application/problem+json"
JSON = "application/json"
CODES = {
    400: "MALFORMED",
    401: "UNAUTHORIZED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "RUN_IN_PROGRESS",
    410: "FORECASTS_DELETED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION",
    429: "RATE_LIMITED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "TIMEOUT",
}
"""The code of a problem, where it is not the name of its status."""


@cache
def read_examples() -> dict[str, dict[str, object]]:
    """Return an example of the successful response by the id of the operation."""
    return cast("dict[str, dict[str, object]]", orjson.loads(FILE.read_bytes()))


def add_examples(operation: Operation) -> None:
    """Add an example to each response: the successful one as far as the file has it, a problem to every other."""
    success = read_examples().get(operation.operationId or "")
    for status, response in (operation.responses or {}).items():
        if not isinstance(response, Response):
            continue
        for media_type, content in (response.content or {}).items():
            if media_type == PROBLEM:
                _add(content, make_problem(int(status)))
            elif media_type == JSON and success is not None:
                _add(content, success)


def make_problem(status: int) -> dict[str, object]:
    """Return the problem object of a status, as the API answers it."""
    code = CODES.get(status, HTTPStatus(status).name)
    identifier = "0c1d2e3f-7a51-4b8e-9d3e-1f2a3b4c5d6e"
    detail, errors = STATUS_DESCRIPTIONS[status], []
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        detail = "1 field is invalid. limit: write a whole number in digits (got 'ten')"
        errors = [{"parameter": "limit", "code": "value_error", "detail": "write a whole number in digits (got 'ten')"}]
    return {
        "type": f"/problems/{code.lower().replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{identifier}",
        "code": code,
        "request_id": identifier,
        "errors": errors,
    }


def _add(content: MediaType, value: dict[str, object]) -> None:
    content.examples = {"example": Example(value=value)}
