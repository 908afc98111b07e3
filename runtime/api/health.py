"""Health check, which needs no token, readiness and version."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from contracts.routes import API_PATH
from contracts.scopes import Scope
from contracts.version import VERSION
from runtime import bootstrap
from runtime.api.documentation import PUBLIC_STATUSES, openapi_responses
from runtime.api.responses import json_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.errors import Unavailable
from runtime.models.api.responses import HealthResponse, ReadinessResponse, VersionResponse

router = ApiRouter()
ANY = require_scope(*Scope)


@router.get(
    "/health",
    summary="Health check",
    tags=["Operations"],
    operation_id="getHealth",
    responses=openapi_responses(HealthResponse, "The API is up.", common=PUBLIC_STATUSES),
)
def get_health() -> Response[str]:
    """Return `ok` without calling any dependency. No token needed."""
    return json_response({"status": "ok", "code_version": bootstrap.services().code_version})


@router.get(
    "/health/ready",
    summary="Check what the API needs",
    tags=["Operations"],
    operation_id="getReadiness",
    responses=openapi_responses(ReadinessResponse, "Database and lake answer; `status` says whether the published run is old."),
    middlewares=[ANY],
)
def get_readiness() -> Response[str]:
    """Return whether database and lake answer and how old the published run is. A dependency that does not answer makes it 503."""
    checks = bootstrap.services().readiness.check()
    failures = [check for check in checks if check.is_needed and not check.ok]
    if failures:
        names, details = " and ".join(check.name for check in failures), "; ".join(check.detail for check in failures)
        raise Unavailable(f"No answer from {names}: {details}")
    content = {
        "status": "ready" if all(check.ok for check in checks) else "stale",
        "code_version": bootstrap.services().code_version,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
    }
    return json_response(content)


@router.get(
    "/version",
    summary="Get the version",
    tags=["Operations"],
    operation_id="getVersion",
    responses=openapi_responses(VersionResponse, "The version of the API and of its code."),
    middlewares=[ANY],
)
def get_version() -> Response[str]:
    """Return the version of the API and of the code that answers."""
    return json_response({"version": VERSION, "code_version": bootstrap.services().code_version, "api": API_PATH})
