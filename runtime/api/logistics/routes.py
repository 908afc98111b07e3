"""Logistics: service, transport and capacity as they were measured by a run."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_responses
from runtime.api.responses import CACHE_BRIEFLY, fragment, json_response, meta_body, page_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.models.api.logistics_responses import CapacityResponse, ConsolidationResponse, EfficiencyResponse
from runtime.models.domain.fields import Day
from runtime.services.documents.document_reading import DocumentPage, RowFilters

router = ApiRouter()


class ScopeLevel(StrEnum):
    """The parts of the operation that are measured."""

    TOTAL = "total"
    SITE = "site"
    LANE = "lane"
    WEEK = "week"


RunId = Annotated[UUID | None, Query(description="Answer from this run instead of the published one.", examples=[parameters.RUN_ID])]
GroupBy = Annotated[
    ScopeLevel | None,
    Query(description="Return the whole operation (total), or its sites, lanes or ISO weeks; without it all of these."),
]
LaneId = Annotated[parameters.Identifier | None, Query(description="Return only this lane.", examples=["LDS1-GB-007"])]
IsoWeek = Annotated[
    parameters.Text | None, Query(description="Return only this ISO week.", pattern=r"^[0-9]{4}-W[0-9]{2}$", examples=["2026-W48"])
]
Resource = Annotated[parameters.Text | None, Query(max_length=50, description="Return only this resource.", examples=["DOORS_OUT"])]
ShipDate = Annotated[Day | None, Query(description="Return only groups that leave on this day.", examples=["2026-11-27"])]


@router.get(
    "/kpis/logistics-efficiency",
    summary="Get the logistics efficiency of the operation, its sites, lanes and weeks",
    tags=["KPIs"],
    operation_id="listLogisticsEfficiency",
    responses=openapi_responses(EfficiencyResponse, "Fill rates, OTIF, trucks, dwell, cost and grade of each scope.", 400, 404),
    middlewares=[require_scope(Scope.READ_KPIS)],
)
def list_efficiency(
    group_by: GroupBy = None,
    site_id: parameters.SiteId = None,
    lane_id: LaneId = None,
    iso_week: IsoWeek = None,
    run_id: RunId = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return fill rates, OTIF with its parameters, truck utilisation, dwell, cost per unit and the grade with its next lever.

    A figure that is not defined is null, and `undefined` says why by its path.
    """
    level = group_by.value if group_by else None
    filters = _filters(run_id, level=level, site_id=site_id, lane_id=lane_id, iso_week=iso_week)
    return _respond("scopes", bootstrap.services().logistics.read_scopes(filters, limit, cursor))


@router.get(
    "/capacity",
    summary="List the capacity of resources on the coming days",
    tags=["KPIs"],
    operation_id="listCapacity",
    responses=openapi_responses(CapacityResponse, "Utilisation, headroom, breach probability and needs of each resource.", 400, 404),
    middlewares=[require_scope(Scope.READ_KPIS)],
)
def list_capacity(
    site_id: parameters.SiteId = None,
    resource: Resource = None,
    run_id: RunId = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return each resource of each site beside the demand that the forecast expects of it, day by day.

    A resource whose load is unknown has nulls, and `undefined` says why.
    """
    filters = _filters(run_id, site_id=site_id, resource=resource)
    return _respond("capacity", bootstrap.services().logistics.read_capacity(filters, limit, cursor))


@router.get(
    "/transport/consolidation",
    summary="List the consolidation plan of the shipments",
    tags=["KPIs"],
    operation_id="listConsolidation",
    responses=openapi_responses(ConsolidationResponse, "Trucks used, lower bound and planned, and the loads of each group.", 400, 404),
    middlewares=[require_scope(Scope.READ_KPIS)],
)
def list_consolidation(
    site_id: parameters.SiteId = None,
    lane_id: LaneId = None,
    ship_date: ShipDate = None,
    run_id: RunId = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return for each lane, day, vehicle type and class of goods how few trucks would have done, and which shipments share them."""
    filters = _filters(run_id, site_id=site_id, lane_id=lane_id, ship_date=ship_date)
    return _respond("groups", bootstrap.services().logistics.read_plan(filters, limit, cursor))


def _filters(run_id: UUID | None, **values: str | date | None) -> RowFilters:
    return RowFilters({name: str(value) for name, value in values.items() if value is not None}, run_id)


def _respond(name: str, document: DocumentPage) -> Response[str]:
    head = dict(document.head)
    meta = meta_body(run_id=UUID(head.pop("run_id")), as_of_date=date.fromisoformat(head.pop("as_of_date")))
    meta["warnings"] = [*document.warnings]
    body = {name: fragment(document.page.json), **head, "page": page_body(document.page), "meta": meta}
    return json_response(body, cache=CACHE_BRIEFLY)
