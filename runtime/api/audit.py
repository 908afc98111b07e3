"""The audit log: what people changed by hand."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_responses
from runtime.api.responses import page_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.models.api.responses import AuditResponse
from runtime.models.domain.audit import AuditAction

router = ApiRouter()
Action = Annotated[AuditAction | None, Query(description="Return only events of this action.")]
Actor = Annotated[parameters.Text | None, Query(max_length=2048, description="Return only what this client or user did.")]
Subject = Annotated[
    parameters.Text | None,
    Query(max_length=1024, description="Return only what was done to this run or object.", examples=[parameters.RUN_ID]),
]


@router.get(
    "/audit-events",
    summary="List audit events",
    tags=["Audit"],
    operation_id="listAuditEvents",
    responses=openapi_responses(AuditResponse, "One page of events, newest first.", 400),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def list_events(
    action: Action = None,
    actor: Actor = None,
    subject: Subject = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return what people changed by hand: who, what, when and why."""
    query = {"action": action, "actor": actor, "subject": subject}
    filters = {name: str(value) for name, value in query.items() if value is not None}
    return page_response("audit_events", bootstrap.services().audit.read_page(filters, limit, cursor))
