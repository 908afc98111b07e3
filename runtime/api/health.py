"""Health check; needs no token."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from runtime import bootstrap
from runtime.api.documentation import PUBLIC_STATUSES, openapi_responses
from runtime.api.responses import json_response
from runtime.api.routing import ApiRouter
from runtime.models.api.responses import HealthResponse

router = ApiRouter()


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
