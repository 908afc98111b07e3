"""KPI values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import answers
from runtime.api.pages import page_answer
from runtime.api.responses import BRIEFLY, answer
from runtime.api.routing import ApiRouter
from runtime.api.scopes import needs
from runtime.errors import InvalidInput
from runtime.models.api.responses import KpiDefinitionsResponse, KpiResponse
from runtime.services.kpis import kpi_definitions

router = ApiRouter()
Metrics = Annotated[
    list[parameters.Text] | None, Query(max_length=100, description="Only these metrics; repeat the parameter.", examples=[["wape"]])
]
Dimensions = Annotated[
    list[parameters.Text] | None,
    Query(max_length=20, description="Only values about this; name:value, repeat the parameter.", examples=[["basis:BACKTEST"]]),
]
Family = Annotated[parameters.Text | None, Query(description="Only one engine's metrics.", examples=["forecast_accuracy"])]


@router.get(
    "/kpis",
    summary="Newest KPI values",
    tags=["KPIs"],
    operation_id="listKpis",
    responses=answers(KpiResponse, "The newest value per metric and dimensions.", 400),
    middlewares=[needs(Scope.READ_KPIS)],
)
def list_kpis(
    metric: Metrics = None, dimension: Dimensions = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None
) -> Response[str]:
    """An undefined value is null, and its reason stands in `metadata`."""
    services = bootstrap.api_services()
    names, about = metric or [], _dimensions(dimension or [])
    filters = {"m": sorted(names), "d": about}
    after = services.cursors.decode(filters, cursor) if cursor else None
    rows = services.kpis.latest(names, about, after, limit)
    return page_answer("kpis", rows, filters, limit, services.cursors, cache=BRIEFLY)


@router.get(
    "/kpis/definitions",
    summary="What each metric means",
    tags=["KPIs"],
    operation_id="listKpiDefinitions",
    responses=answers(KpiDefinitionsResponse, "Formula, unit, sign, zero policy and source of every metric.", 400),
    middlewares=[needs(Scope.READ_KPIS)],
)
def list_definitions(family: Family = None) -> Response[str]:
    """The same definitions that docs/kpis.md is generated from."""
    return answer({"definitions": kpi_definitions.definitions(family)}, cache=BRIEFLY)


def _dimensions(texts: Sequence[str]) -> dict[str, str]:
    pairs = [_dimension(text) for text in texts]
    if len(dict(pairs)) < len(pairs):
        raise InvalidInput(f"dimension = {', '.join(texts)}: no value is about two values of one dimension; ask for one at a time.")
    return dict(pairs)


def _dimension(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator or not name or not value:
        raise InvalidInput(f"dimension = {text!r}: write name:value, such as basis:BACKTEST.")
    return name, value
