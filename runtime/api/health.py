"""Liveness, open to everybody."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from runtime import bootstrap
from runtime.api.documentation import answers
from runtime.api.responses import answer
from runtime.api.routing import ApiRouter
from runtime.models.api.responses import HealthResponse
from runtime.settings import Environment

router = ApiRouter()


@router.get(
    "/health",
    summary="Whether the API answers",
    tags=["Operations"],
    operation_id="getHealth",
    responses=answers(HealthResponse, "It does."),
    security=[],
)
def get_health() -> Response[str]:
    """It touches no dependency."""
    return answer({"status": "ok", "code_version": bootstrap.environment(Environment).code_version})
