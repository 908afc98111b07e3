"""Error responses of API Gateway itself, as problem+json (RFC 9457), so that clients see one format."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aws_cdk.aws_apigateway import GatewayResponse, ResponseType, RestApi

from cdk.settings.model import Settings


@dataclass(frozen=True)
class GatewayProblem:
    """One problem document. Without `detail`, the message of API Gateway is used."""

    status: int
    code: str
    title: str
    headers: dict[str, str] = field(default_factory=dict)
    detail: str | None = None


COMMON_HEADERS = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Authorization, Origin",
}
REQUEST_ID = {"X-Request-Id": "context.requestId"}
"""The header that responses of the function have too; API Gateway inserts the value."""
BEARER_CHALLENGE = {"WWW-Authenticate": "Bearer"}
RETRY_IN_A_SECOND = {"Retry-After": "1"}  # the token bucket of API Gateway refills every second
RETRY_IN_A_MINUTE = {"Retry-After": "60"}  # the rate rules of the firewall count the last minute
PROBLEMS: dict[str, GatewayProblem] = {
    "UNAUTHORIZED": GatewayProblem(
        401, "UNAUTHENTICATED", "An access token is required", BEARER_CHALLENGE, "The token is missing, invalid or expired."
    ),
    "ACCESS_DENIED": GatewayProblem(403, "FORBIDDEN", "The token has none of the required scopes"),
    "EXPIRED_TOKEN": GatewayProblem(401, "UNAUTHENTICATED", "The token has expired", BEARER_CHALLENGE),
    "INVALID_SIGNATURE": GatewayProblem(401, "UNAUTHENTICATED", "The signature of the token is invalid", BEARER_CHALLENGE),
    "INVALID_API_KEY": GatewayProblem(403, "FORBIDDEN", "An API key is required", detail="Send it as X-Api-Key, in addition to the token."),
    "MISSING_AUTHENTICATION_TOKEN": GatewayProblem(404, "NOT_FOUND", "Not found", detail="Unknown route; /api/v1/docs lists all routes."),
    "RESOURCE_NOT_FOUND": GatewayProblem(404, "NOT_FOUND", "Not found"),
    "BAD_REQUEST_BODY": GatewayProblem(400, "MALFORMED", "The body is not valid", detail="Send a JSON object; {} uses the defaults."),
    "BAD_REQUEST_PARAMETERS": GatewayProblem(400, "MALFORMED", "A required parameter is missing"),
    "UNSUPPORTED_MEDIA_TYPE": GatewayProblem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON"),
    "REQUEST_TOO_LARGE": GatewayProblem(413, "TOO_LARGE", "The body is too large"),
    "THROTTLED": GatewayProblem(429, "RATE_LIMITED", "Too many requests", RETRY_IN_A_SECOND),
    "QUOTA_EXCEEDED": GatewayProblem(429, "RATE_LIMITED", "The daily quota is exhausted", {"Retry-After": "3600"}),
    "INTEGRATION_FAILURE": GatewayProblem(503, "UNAVAILABLE", "The API is temporarily unavailable", {"Retry-After": "5"}),
    "INTEGRATION_TIMEOUT": GatewayProblem(504, "TIMEOUT", "The API did not respond in time", {"Retry-After": "5"}),
    "AUTHORIZER_FAILURE": GatewayProblem(500, "INTERNAL", "Tokens cannot be verified at the moment"),
    "AUTHORIZER_CONFIGURATION_ERROR": GatewayProblem(500, "INTERNAL", "Tokens cannot be verified at the moment"),
    "API_CONFIGURATION_ERROR": GatewayProblem(500, "INTERNAL", "Internal error"),
    "DEFAULT_4_XX": GatewayProblem(403, "FORBIDDEN", "The request was rejected"),
    "DEFAULT_5_XX": GatewayProblem(500, "INTERNAL", "Internal error"),
}


def add_problem_responses(api: RestApi, settings: Settings) -> None:
    """Replace every gateway response of the API by a problem document."""
    for name, problem in {**PROBLEMS, "WAF_FILTERED": _rate_exceeded(settings.api_client_rate_limit)}.items():
        GatewayResponse(
            api,
            name.title().replace("_", ""),
            rest_api=api,
            type=getattr(ResponseType, name),
            status_code=str(problem.status),
            response_headers={**{key: f"'{value}'" for key, value in _headers(problem, settings).items()}, **REQUEST_ID},
            templates={"application/json": render_document(problem)},
        )


def render_document(problem: GatewayProblem) -> str:
    """Return the template of the body: JSON once API Gateway has inserted its `$context` values (message strings are quoted)."""
    fields: dict[str, object] = {
        "type": f"/problems/{problem.code.lower().replace('_', '-')}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "instance": "urn:request:$context.requestId",
        "request_id": "$context.requestId",
    }
    if "Retry-After" in problem.headers:
        fields["retry_after_s"] = int(problem.headers["Retry-After"])
    detail = "$context.error.messageString" if problem.detail is None else json.dumps(problem.detail)
    return f'{json.dumps(fields)[:-1]}, "detail": {detail}}}'


def _rate_exceeded(limit: int) -> GatewayProblem:
    """Return the response to requests that the rate rules block; the other rules of the firewall have responses of their own."""
    detail = f"More than {limit} requests in a minute with this token or from this IP address."
    return GatewayProblem(429, "RATE_LIMITED", "Too many requests", RETRY_IN_A_MINUTE, detail)


def _headers(problem: GatewayProblem, settings: Settings) -> dict[str, str]:
    headers = {**COMMON_HEADERS, **problem.headers}
    if len(settings.cors_origins) == 1:  # API Gateway can name one; with several, web pages cannot read the body of such responses
        headers["Access-Control-Allow-Origin"] = settings.cors_origins[0]
        headers["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate, X-Request-Id"
    return headers
