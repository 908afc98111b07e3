"""Changes of insights by people."""

from __future__ import annotations

from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import BODY_STATUSES, openapi_responses
from runtime.api.insights.reading import InsightId, respond
from runtime.api.responses import json_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, require_scope
from runtime.errors import InvalidInput, VersionRequired
from runtime.models.api.insight_responses import InsightChangeRequest, InsightFeedbackRequest, InsightFeedbackResponse, InsightResponse
from runtime.models.domain.audit import Actor
from runtime.models.domain.insights import InsightEdit

router = ApiRouter()
WRITE = require_scope(Scope.WRITE_INSIGHTS)
IfMatch = Annotated[
    parameters.Text | None,
    Header(alias="If-Match", description='The version that is changed, as `ETag` states it: `"3"`. Required.', examples=['"3"']),
]


@router.patch(
    "/insights/<insight_id>",
    summary="Change an insight",
    tags=["Insights"],
    operation_id="changeInsight",
    responses=openapi_responses(InsightResponse, "The insight after the change.", *BODY_STATUSES, 404, 409, 412, 428),
    middlewares=[WRITE],
)
def change_insight(
    gateway_request: Request,
    insight_id: InsightId,
    request: Annotated[InsightChangeRequest, Body(examples=[{"status": "ACKNOWLEDGED", "assignee": "Kim"}])],
    if_match: IfMatch = None,
) -> Response[str]:
    """Set status or assignee of an open insight, and record who did it. The content of a claimed insight no longer changes.

    An open status with a reason opens one that is RESOLVED, DISMISSED or EXPIRED again.
    """
    services, actor = bootstrap.services(), _actor(gateway_request, request.actor_detail)
    edit = InsightEdit(request.status, request.assignee, request.reason)
    identifier = services.insights.change(insight_id, parse_version(if_match), edit, actor)
    services.row_backup.save_insight_edit(identifier)
    return respond(insight_id)


@router.post(
    "/insights/<insight_id>/feedback",
    summary="Give feedback on an insight",
    tags=["Insights"],
    operation_id="addInsightFeedback",
    status_code=201,
    responses=openapi_responses(InsightFeedbackResponse, "The feedback is stored.", *BODY_STATUSES, 404, success=201),
    middlewares=[WRITE],
)
def add_feedback(
    gateway_request: Request,
    insight_id: InsightId,
    request: Annotated[InsightFeedbackRequest, Body(examples=[{"verdict": "USEFUL", "reason": "a promotion that nobody announced"}])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Store whether an insight was useful, not useful or wrong, and why."""
    services, actor = bootstrap.services(), _actor(gateway_request, request.actor_detail)
    event = services.insights.add_feedback(insight_id, request.verdict, request.reason, actor=actor, idempotency_key=idempotency_key)
    services.row_backup.save_insights([event.insight_id])
    body = {"insight_id": event.insight_id, "verdict": request.verdict.value, "reason": request.reason, "at": event.at}
    return json_response(body, status=201)


def parse_version(if_match: str | None) -> int:
    """Return the version that If-Match states. Raises VersionRequired without one, InvalidInput for anything but a version."""
    if if_match is None:
        raise VersionRequired('Send If-Match with the version that you read, as ETag states it, for instance If-Match: "3".')
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > len("999999999"):
        raise InvalidInput(f'If-Match = {if_match!r}: send the version of the insight, for instance "3".', parameter="If-Match")
    return int(text)


def _actor(gateway_request: Request, statement: str | None) -> Actor:
    client_id = claims(cast(GatewayEvent, gateway_request.resolved_event.raw_event)).get("client_id", "unknown")
    return Actor(client_id, statement)
