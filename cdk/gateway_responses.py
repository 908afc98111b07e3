"""What API Gateway itself answers, reshaped to problem+json (RFC 9457), so that consumers meet one format."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aws_cdk.aws_apigateway import GatewayResponse, ResponseType, RestApi


@dataclass(frozen=True)
class Problem:
    """One kind of refusal. `status` None leaves the status as it is."""

    code: str
    title: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


RETRY_AFTER_S = "1"  # the gateway's token bucket refills every second
PROBLEMS: dict[str, Problem] = {
    "UNAUTHORIZED": Problem("UNAUTHENTICATED", "A valid access token is needed", 401, {"WWW-Authenticate": "Bearer"}),
    "ACCESS_DENIED": Problem("FORBIDDEN", "The token does not allow this", 403),
    "MISSING_AUTHENTICATION_TOKEN": Problem("NOT_FOUND", "No such resource", 404),
    "BAD_REQUEST_BODY": Problem("MALFORMED", "The body cannot be read", 400),
    "BAD_REQUEST_PARAMETERS": Problem("MALFORMED", "A parameter is missing", 400),
    "REQUEST_TOO_LARGE": Problem("TOO_LARGE", "The body is too large", 413),
    "THROTTLED": Problem("RATE_LIMITED", "Too many requests", 429, {"Retry-After": RETRY_AFTER_S}),
    "QUOTA_EXCEEDED": Problem("RATE_LIMITED", "The quota is used up", 429, {"Retry-After": "3600"}),
    "INTEGRATION_FAILURE": Problem("UNAVAILABLE", "The API cannot answer now", 503, {"Retry-After": "5"}),
    "INTEGRATION_TIMEOUT": Problem("TIMEOUT", "The API took too long", 504, {"Retry-After": "5"}),
    "DEFAULT_4_XX": Problem("REFUSED", "The request was refused"),
    "DEFAULT_5_XX": Problem("INTERNAL", "The API failed"),
}


def answer_problems(api: RestApi) -> None:
    """Give every gateway response of the API its problem document."""
    for name, problem in PROBLEMS.items():
        GatewayResponse(
            api,
            name.title().replace("_", ""),
            rest_api=api,
            type=getattr(ResponseType, name),
            status_code=str(problem.status) if problem.status else None,
            response_headers={key: f"'{value}'" for key, value in _headers(problem).items()},
            templates={"application/json": document(problem)},
        )


def document(problem: Problem) -> str:
    """The body: JSON after API Gateway put its `$context` values in (a message string arrives quoted)."""
    facts = {
        "type": f"/problems/{problem.code.lower().replace('_', '-')}",
        "title": problem.title,
        "status": problem.status or "$context.status",
        "code": problem.code,
        "instance": "urn:request:$context.requestId",
        "request_id": "$context.requestId",
    }
    if "Retry-After" in problem.headers:
        facts["retry_after_s"] = int(problem.headers["Retry-After"])
    return json.dumps(facts)[:-1] + ', "detail": $context.error.messageString}'


def _headers(problem: Problem) -> dict[str, str]:
    return {"Content-Type": "application/problem+json", "Cache-Control": "no-store", **problem.headers}
