"""Feedback on anomalies by people."""

from __future__ import annotations

from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.anomalies.bodies import feedback_body
from runtime.api.anomalies.reading import GroupId
from runtime.api.documentation import BODY_STATUSES, openapi_responses
from runtime.api.responses import json_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, require_scope
from runtime.models.api.anomaly_responses import AnomalyFeedbackRequest, AnomalyFeedbackResponse
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.audit import Actor

router = ApiRouter()
WRITE = require_scope(Scope.WRITE_INSIGHTS)
FeedbackId = Annotated[str, Path(description="UUID of the feedback.", examples=[parameters.RUN_ID])]


@router.post(
    "/anomalies/<group_id>/feedback",
    summary="Give feedback on an anomaly",
    tags=["Anomalies"],
    operation_id="addAnomalyFeedback",
    status_code=201,
    responses=openapi_responses(AnomalyFeedbackResponse, "The feedback is stored.", *BODY_STATUSES, 404, success=201),
    middlewares=[WRITE],
)
def add_feedback(
    gateway_request: Request,
    group_id: GroupId,
    request: Annotated[AnomalyFeedbackRequest, Body(examples=[{"verdict": "NOT_REAL", "reason": "a stock count was booked as demand"}])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Store whether an anomaly is real, not real or was expected.

    A dismissal (NOT_REAL) raises the threshold of its scope and direction by 0.2 in runs that start from now on, several confirmations
    (REAL) lower it by 0.1 each; EXPECTED moves none. Of one that is dismissed or was expected people are told again only when its
    severity rises.
    """
    services = bootstrap.services()
    actor = _actor(gateway_request, request.actor_detail)
    feedback = services.anomalies.add_feedback(group_id, request.verdict, request.reason, actor=actor, idempotency_key=idempotency_key)
    return _respond(feedback, status=201)


@router.delete(
    "/anomalies/<group_id>/feedback/<feedback_id>",
    summary="Withdraw feedback on an anomaly",
    tags=["Anomalies"],
    operation_id="withdrawAnomalyFeedback",
    responses=openapi_responses(AnomalyFeedbackResponse, "The feedback, which counts for no run that starts from now on.", 404),
    middlewares=[WRITE],
)
def withdraw_feedback(gateway_request: Request, group_id: GroupId, feedback_id: FeedbackId) -> Response[str]:
    """Take feedback back. It stays on record; doing it again changes nothing."""
    feedback = bootstrap.services().anomalies.withdraw_feedback(group_id, feedback_id, actor=_actor(gateway_request, None))
    return _respond(feedback)


def _respond(feedback: AnomalyFeedback, status: int = 200) -> Response[str]:
    services = bootstrap.services()
    services.row_backup.save_anomaly_feedback(feedback.event_id)
    threshold = services.anomalies.get(feedback.event_id.hex).next_threshold
    return json_response({**feedback_body(feedback), "next_threshold": threshold.as_dict()}, status=status)


def _actor(gateway_request: Request, statement: str | None) -> Actor:
    client_id = claims(cast(GatewayEvent, gateway_request.resolved_event.raw_event)).get("client_id", "unknown")
    return Actor(client_id, statement)
