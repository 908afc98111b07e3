"""What API Gateway itself answers, reshaped to problem+json (RFC 9457), so that consumers meet one format."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aws_cdk.aws_apigateway import GatewayResponse, ResponseType, RestApi

from cdk.settings.model import Settings


@dataclass(frozen=True)
class Problem:
    """One kind of refusal. `detail` None repeats what the gateway says."""

    status: int
    code: str
    title: str
    headers: dict[str, str] = field(default_factory=dict)
    detail: str | None = None


ALWAYS = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
BEARER = {"WWW-Authenticate": "Bearer"}
THROTTLED = {"Retry-After": "1"}  # the gateway's token bucket refills every second
OVER_THE_RATE = {"Retry-After": "60"}  # the firewall looks back one minute
PROBLEMS: dict[str, Problem] = {
    "UNAUTHORIZED": Problem(401, "UNAUTHENTICATED", "A valid access token is needed", BEARER, "No token of ours came, or it has expired."),
    "ACCESS_DENIED": Problem(403, "FORBIDDEN", "The token does not allow this"),
    "EXPIRED_TOKEN": Problem(401, "UNAUTHENTICATED", "The token has expired", BEARER),
    "INVALID_SIGNATURE": Problem(401, "UNAUTHENTICATED", "The signature is wrong", BEARER),
    "INVALID_API_KEY": Problem(403, "FORBIDDEN", "An API key of ours is needed", detail="Send it as X-Api-Key, beside the token."),
    "MISSING_AUTHENTICATION_TOKEN": Problem(404, "NOT_FOUND", "No such resource", detail="No such route; /api/v1/docs lists them."),
    "RESOURCE_NOT_FOUND": Problem(404, "NOT_FOUND", "No such resource"),
    "BAD_REQUEST_BODY": Problem(400, "MALFORMED", "The body cannot be read", detail="Send the body as a JSON object; {} is one."),
    "BAD_REQUEST_PARAMETERS": Problem(400, "MALFORMED", "A parameter is missing"),
    "UNSUPPORTED_MEDIA_TYPE": Problem(415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON"),
    "REQUEST_TOO_LARGE": Problem(413, "TOO_LARGE", "The body is too large"),
    "THROTTLED": Problem(429, "RATE_LIMITED", "Too many requests", THROTTLED),
    "QUOTA_EXCEEDED": Problem(429, "RATE_LIMITED", "The quota is used up", {"Retry-After": "3600"}),
    "INTEGRATION_FAILURE": Problem(503, "UNAVAILABLE", "The API cannot answer now", {"Retry-After": "5"}),
    "INTEGRATION_TIMEOUT": Problem(504, "TIMEOUT", "The API took too long", {"Retry-After": "5"}),
    "AUTHORIZER_FAILURE": Problem(500, "INTERNAL", "Tokens cannot be checked now"),
    "AUTHORIZER_CONFIGURATION_ERROR": Problem(500, "INTERNAL", "Tokens cannot be checked now"),
    "API_CONFIGURATION_ERROR": Problem(500, "INTERNAL", "The API failed"),
    "DEFAULT_4_XX": Problem(403, "FORBIDDEN", "The request was refused"),
    "DEFAULT_5_XX": Problem(500, "INTERNAL", "The API failed"),
}


def answer_problems(api: RestApi, settings: Settings) -> None:
    """Give every gateway response of the API its problem document."""
    for name, problem in {**PROBLEMS, "WAF_FILTERED": _over_the_rate(settings.api_client_rate_limit)}.items():
        GatewayResponse(
            api,
            name.title().replace("_", ""),
            rest_api=api,
            type=getattr(ResponseType, name),
            status_code=str(problem.status),
            response_headers={key: f"'{value}'" for key, value in _headers(problem, settings).items()},
            templates={"application/json": document(problem)},
        )


def document(problem: Problem) -> str:
    """The body: JSON after API Gateway put its `$context` values in (a message string arrives quoted)."""
    facts = {
        "type": f"/problems/{problem.code.lower().replace('_', '-')}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "instance": "urn:request:$context.requestId",
        "request_id": "$context.requestId",
    }
    if "Retry-After" in problem.headers:
        facts["retry_after_s"] = int(problem.headers["Retry-After"])
    detail = "$context.error.messageString" if problem.detail is None else json.dumps(problem.detail)
    return f'{json.dumps(facts)[:-1]}, "detail": {detail}}}'


def _over_the_rate(limit: int) -> Problem:
    """What the rate rules block; the other rules of the firewall answer for themselves."""
    detail = f"More than {limit} requests in a minute, by this token or from this address."
    return Problem(429, "RATE_LIMITED", "Too many requests", OVER_THE_RATE, detail)


def _headers(problem: Problem, settings: Settings) -> dict[str, str]:
    headers = {**ALWAYS, **problem.headers}
    if len(settings.cors_origins) == 1:  # the gateway cannot choose among several; a page of several sees such a refusal without its body
        headers["Access-Control-Allow-Origin"] = settings.cors_origins[0]
    return headers
