"""Insights: what there is to do, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from contracts.scopes import Scope
from kpi_engine.insights.terms import InsightCategory, Priority
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_responses
from runtime.api.responses import MetaBody, json_response, meta_body, page_response, raw_json_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.models.api.insight_responses import (
    ExplainabilityResponse,
    InsightListResponse,
    InsightResponse,
)
from runtime.models.domain.insights import InsightStatus
from runtime.services.insights.ports import InsightFilters


class InsightListMetaBody(MetaBody):
    """What a list was made of, and what the rules are worth."""

    rules: Sequence[Mapping[str, object]]


router = ApiRouter()
READ = require_scope(Scope.READ_INSIGHTS)
InsightId = Annotated[str, Path(description="UUID of an insight.", examples=[parameters.RUN_ID])]
Categories = Annotated[
    list[InsightCategory] | None,
    Query(alias="category", max_length=20, description="Return only these categories. Repeat the parameter for several."),
]
Priorities = Annotated[
    list[Priority] | None,
    Query(alias="priority", max_length=10, description="Return only these priorities. Repeat the parameter for several."),
]
Statuses = Annotated[
    list[InsightStatus] | None,
    Query(
        alias="status", max_length=10, description="Return only these statuses. Repeat the parameter for several. Default: the open ones."
    ),
]
Owner = Annotated[
    parameters.Text | None,
    Query(alias="owner", max_length=100, description="Return only insights of this role.", examples=["demand planner"]),
]
Limit = Annotated[parameters.WholeNumber, Query(ge=1, le=100, description="Insights per page.")]


@router.get(
    "/insights",
    summary="List insights",
    tags=["Insights"],
    operation_id="listInsights",
    responses=openapi_responses(InsightListResponse, "One page of insights, the highest rank first.", 400),
    middlewares=[READ],
)
def list_insights(
    category: Categories = None,
    priority: Priorities = None,
    status: Statuses = None,
    owner: Owner = None,
    site_id: parameters.SiteId = None,
    limit: Limit = 50,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return what there is to do: each with cause, impact, owner, deadline and the next command."""
    filters = InsightFilters(
        categories=tuple(each.value for each in category or ()),
        priorities=tuple(each.value for each in priority or ()),
        statuses=tuple(each.value for each in status or ()),
        owner_role=owner,
        site_id=site_id,
    )
    insights = bootstrap.services().insights
    page = insights.read_page(filters, limit, cursor)
    run, warnings = insights.explain_silence()
    base = meta_body(run_id=run.run_id, as_of_date=run.as_of_date) if run else meta_body()
    meta: InsightListMetaBody = {**base, "warnings": warnings, "rules": insights.read_rules(run)}
    return page_response("insights", page, meta=meta)


@router.get(
    "/insights/<insight_id>",
    summary="Get an insight",
    tags=["Insights"],
    operation_id="getInsight",
    responses=openapi_responses(InsightResponse, "The insight and what happened to it. `ETag` is its version.", 404),
    middlewares=[READ],
)
def get_insight(insight_id: InsightId) -> Response[str]:
    """Return one insight with its events."""
    return respond(insight_id)


@router.get(
    "/insights/<insight_id>/explainability",
    summary="Explain an insight",
    tags=["Insights"],
    operation_id="explainInsight",
    responses=openapi_responses(ExplainabilityResponse, "Drivers, method, sources, alternatives, counterfactuals and limits.", 404),
    middlewares=[READ],
)
def explain_insight(insight_id: InsightId) -> Response[str]:
    """Return why an insight says what it says, down to the objects and lines that its figures come from."""
    return json_response(bootstrap.services().insights.get_explanation(insight_id))


def respond(insight_id: str) -> Response[str]:
    """Return an insight with its version as ETag."""
    version, insight = bootstrap.services().insights.get(insight_id)
    return raw_json_response(insight, headers={"ETag": f'"{version}"'})
