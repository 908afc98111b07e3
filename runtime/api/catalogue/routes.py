"""The catalogue: SKUs, sites and lanes as a run saw them."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_responses
from runtime.api.responses import CACHE_BRIEFLY, fragment, json_response, meta_body, page_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.models.api.catalogue_responses import LanesResponse, SitesResponse, SkuResponse, SkusResponse
from runtime.services.catalogue.catalogue_building import CatalogueList
from runtime.services.documents.document_reading import RowFilters

router = ApiRouter()
READ = require_scope(Scope.READ_FORECASTS)
SkuId = Annotated[str, Path(description="SKU.", examples=["SKU-0042"])]
DemandClass = Annotated[
    parameters.Text | None,
    Query(max_length=20, description="Return only SKUs of this demand class, for instance intermittent.", examples=["intermittent"]),
]
Place = Annotated[parameters.Identifier | None, Query(description="Return only lanes from here.", examples=["LDS1"])]


@router.get(
    "/skus",
    summary="List SKUs",
    tags=["Catalogue"],
    operation_id="listSkus",
    responses=openapi_responses(SkusResponse, "One page of SKUs, by id.", 400, 404),
    middlewares=[READ],
)
def list_skus(
    site_id: parameters.SiteId = None,
    category: parameters.Category = None,
    demand_class: DemandClass = None,
    run_id: parameters.NamedRun = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return the SKUs of the published run with demand class, last day of demand, coverage, forecast and accuracy."""
    filters = _filters(run_id, site_ids=site_id, categories=category, demand_class=demand_class)
    return _respond(CatalogueList.SKUS, filters, limit, cursor)


@router.get(
    "/skus/<sku_id>",
    summary="Get a SKU",
    tags=["Catalogue"],
    operation_id="getSku",
    responses=openapi_responses(SkuResponse, "The SKU as the run saw it.", 404),
    middlewares=[READ],
)
def get_sku(sku_id: SkuId, run_id: parameters.NamedRun = None) -> Response[str]:
    """Return one SKU of the published run."""
    run, as_of_date, row = bootstrap.services().catalogue.get_sku(sku_id, run_id)
    return json_response({**row, "run_id": run, "as_of_date": as_of_date}, cache=CACHE_BRIEFLY)


@router.get(
    "/sites",
    summary="List sites",
    tags=["Catalogue"],
    operation_id="listSites",
    responses=openapi_responses(SitesResponse, "One page of sites, by id.", 400, 404),
    middlewares=[READ],
)
def list_sites(run_id: parameters.NamedRun = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None) -> Response[str]:
    """Return the sites of the published run, with their last day of demand and the number of their SKUs."""
    return _respond(CatalogueList.SITES, _filters(run_id), limit, cursor)


@router.get(
    "/lanes",
    summary="List lanes",
    tags=["Catalogue"],
    operation_id="listLanes",
    responses=openapi_responses(LanesResponse, "One page of transport lanes, by id.", 400, 404),
    middlewares=[READ],
)
def list_lanes(
    origin_id: Place = None,
    run_id: parameters.NamedRun = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return the transport lanes of the published run with distance, transit time and shipments."""
    return _respond(CatalogueList.LANES, _filters(run_id, origin_id=origin_id), limit, cursor)


def _filters(run_id: UUID | None, **values: str | None) -> RowFilters:
    return RowFilters({name: value for name, value in values.items() if value is not None}, run_id)


def _respond(name: CatalogueList, filters: RowFilters, limit: int, cursor: str | None) -> Response[str]:
    document = bootstrap.services().catalogue.read_page(name, filters, limit, cursor)
    meta = meta_body(run_id=UUID(document.head["run_id"]), as_of_date=date.fromisoformat(document.head["as_of_date"]))
    meta["warnings"] = [*document.warnings]
    body = {name.value: fragment(document.page.json), "page": page_body(document.page), "meta": meta}
    return json_response(body, cache=CACHE_BRIEFLY)
