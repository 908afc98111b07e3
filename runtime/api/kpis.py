"""KPI values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_responses
from runtime.api.responses import CACHE_BRIEFLY, NO_ROWS, json_response, meta_body, page_response, whole_list_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.errors import InvalidInput
from runtime.models.api.responses import KpiDefinitionsResponse, KpiResponse
from runtime.services.kpis import kpi_definitions
from runtime.services.read_ports import KpiFilters

router = ApiRouter()
Metrics = Annotated[
    list[parameters.Text] | None,
    Query(max_length=100, description="Return only these metrics. Repeat the parameter for several.", examples=[["wape"]]),
]
Dimensions = Annotated[
    list[parameters.Text] | None,
    Query(
        max_length=20,
        description="Return only values with this dimension, as name:value. Repeat the parameter for several.",
        examples=[["basis:BACKTEST"]],
    ),
]
KpiRun = Annotated[UUID | None, Query(description="Return the values of the forecasts of this run.", examples=[parameters.RUN_ID])]
Family = Annotated[parameters.Text | None, Query(description="Return only the metrics of one engine.", examples=["forecast_accuracy"])]


@router.get(
    "/kpis",
    summary="List KPI values",
    tags=["KPIs"],
    operation_id="listKpis",
    responses=openapi_responses(KpiResponse, "The newest value per metric and dimensions.", 400, 404),
    middlewares=[require_scope(Scope.READ_KPIS)],
)
def list_kpis(
    metric: Metrics = None,
    dimension: Dimensions = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
    run_id: KpiRun = None,
) -> Response[str]:
    """Return the newest value of each metric per combination of dimensions.

    An undefined value is null; `metadata.undefined_reason` states why.
    """
    filters = KpiFilters(tuple(metric or ()), parse_dimensions(dimension or []), run_id)
    page, run = bootstrap.services().kpis.read_page(filters, limit, cursor)
    meta = meta_body(run_id=run.id, as_of_date=run.as_of_date) if run else meta_body()
    meta["warnings"] += kpi_definitions.warn_of_metrics(filters.names)
    if cursor is None and filters.dimensions and page.json == NO_ROWS:
        meta["warnings"].append(f"No stored value has {', '.join(map(repr, dimension or []))}; without `dimension` all are listed.")
    return page_response("kpis", page, meta=meta, cache=CACHE_BRIEFLY)


@router.get(
    "/kpis/definitions",
    summary="List KPI definitions",
    tags=["KPIs"],
    operation_id="listKpiDefinitions",
    responses=openapi_responses(KpiDefinitionsResponse, "Formula, unit, sign, zero policy and source of every metric.", 400),
    middlewares=[require_scope(Scope.READ_KPIS)],
)
def list_definitions(family: Family = None) -> Response[str]:
    """Return the definition of every metric, the source of docs/kpis.md."""
    rows = kpi_definitions.definitions(family)
    return json_response({"definitions": rows, "page": whole_list_body(len(rows)), "meta": meta_body()}, cache=CACHE_BRIEFLY)


def parse_dimensions(texts: Sequence[str]) -> dict[str, str]:
    """Return dimensions written as name:value by name. Raises InvalidInput."""
    pairs = [_parse_dimension(text) for text in texts]
    if len(dict(pairs)) < len(pairs):
        raise InvalidInput(f"dimension = {', '.join(texts)}: a dimension is repeated; name each dimension once.", parameter="dimension")
    return dict(pairs)


def _parse_dimension(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator or not name or not value:
        raise InvalidInput(f"dimension = {text!r}: use the form name:value, for example basis:BACKTEST.", parameter="dimension")
    return name, value
