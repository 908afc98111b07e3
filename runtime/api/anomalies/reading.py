"""Anomalies: what was other than expected."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from contracts.scopes import Scope
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import AnomalyVerdict, Severity
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.anomalies.bodies import anomaly_body, tag_of
from runtime.api.documentation import openapi_picture, openapi_responses
from runtime.api.responses import json_response, meta_body, page_response, raw_json_response, whole_list_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.errors import InvalidInput
from runtime.models.api.anomaly_responses import AnomalyListResponse, AnomalyResponse, UnsentListResponse
from runtime.models.domain.anomaly_events import EventStatus
from runtime.services.anomaly_ports import AnomalyFilters

router = ApiRouter()
READ = require_scope(Scope.READ_INSIGHTS)
SVG = "image/svg+xml"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing of a picture runs or loads anything, whatever the names in it hold."""
GROUP_ID = "4a09f294547e588a8e3645ae5b5948fe"
GroupId = Annotated[str, Path(description="Id of an anomaly, as the list has it.", examples=[GROUP_ID])]
Severities = Annotated[
    list[Severity] | None,
    Query(alias="severity", max_length=10, description="Return only these severities. Repeat the parameter for several."),
]
Kinds = Annotated[
    list[AnomalyKind] | None,
    Query(alias="type", max_length=20, description="Return only these types. Repeat the parameter for several."),
]
Directions = Annotated[
    list[parameters.Text] | None,
    Query(alias="direction", max_length=3, description="Return only these directions: up, down, gap. Repeat the parameter for several."),
]
Statuses = Annotated[
    list[EventStatus] | None,
    Query(alias="status", max_length=10, description="Return only these statuses. Repeat it for several. Default: OPEN and OVER."),
]
Verdicts = Annotated[
    list[AnomalyVerdict] | None,
    Query(alias="verdict", max_length=10, description="Return only anomalies whose newest feedback is one of these."),
]
SkuId = Annotated[parameters.Identifier | None, Query(description="Return only anomalies with this SKU.", examples=["SKU-0042"])]
IsMaterial = Annotated[
    parameters.Boolean | None, Query(alias="material", description="Return only anomalies that move enough for an alert, or only others.")
]
DaysBack = Annotated[
    parameters.WholeNumber,
    Query(ge=1, le=400, description="Return anomalies of the last so many days with data."),
]
Week = Annotated[parameters.Text | None, Query(description="ISO week of the runs. Default: this week.", examples=["2026-W48"])]
Limit = Annotated[parameters.WholeNumber, Query(ge=1, le=100, description="Anomalies per page.")]
DIRECTIONS = ("up", "down", "gap")


@router.get(
    "/anomalies",
    summary="List anomalies",
    tags=["Anomalies"],
    operation_id="listAnomalies",
    responses=openapi_responses(AnomalyListResponse, "One page of anomalies, the most severe first.", 400),
    middlewares=[READ],
)
def list_anomalies(
    severity: Severities = None,
    type_: Kinds = None,
    direction: Directions = None,
    status: Statuses = None,
    verdict: Verdicts = None,
    site_id: parameters.SiteId = None,
    sku_id: SkuId = None,
    material: IsMaterial = None,
    days_back: DaysBack = 7,
    limit: Limit = 50,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return what was other than expected on the last days: where, how much, how often seen, and whether people were told."""
    anomalies = bootstrap.services().anomalies
    run, since, warnings = anomalies.find_window(days_back)
    filters = AnomalyFilters(
        since=since,
        severities=tuple(each.value for each in severity or ()),
        kinds=tuple(each.value for each in type_ or ()),
        directions=_check_directions(direction or ()),
        statuses=tuple(each.value for each in status or ()),
        verdicts=tuple(each.value for each in verdict or ()),
        site_id=site_id,
        sku_id=sku_id,
        is_material=material,
    )
    page = anomalies.read_page(filters, days_back, limit, cursor)
    meta = meta_body(run_id=run.run_id, as_of_date=run.as_of_date) if run else meta_body()
    return page_response("anomalies", page, meta={**meta, "warnings": warnings})


@router.get(
    "/anomalies/unsent",
    summary="List anomalies that were not sent",
    tags=["Anomalies"],
    operation_id="listUnsentAnomalies",
    responses=openapi_responses(UnsentListResponse, "What no run of the week sent, and why.", 400),
    middlewares=[READ],
)
def list_unsent(week: Week = None) -> Response[str]:
    """Return the anomalies that runs of a week found and people were not alerted of, each with the reason."""
    name, rows = bootstrap.services().unsent_alerts.list_week(week)
    return json_response({"unsent": rows, "week": name, "page": whole_list_body(len(rows)), "meta": meta_body()})


@router.get(
    "/anomalies/<group_id>",
    summary="Get an anomaly",
    tags=["Anomalies"],
    operation_id="getAnomaly",
    responses=openapi_responses(AnomalyResponse, "The anomaly: contributions, days, money, causes, feedback and links.", 404),
    middlewares=[READ],
)
def get_anomaly(group_id: GroupId) -> Response[str]:
    """Return one anomaly as its newest run saw it, with what people said of it."""
    body = anomaly_body(bootstrap.services().anomalies.get(group_id))
    return raw_json_response(body, headers={"ETag": tag_of(body)})


@router.get(
    "/anomalies/<group_id>/picture",
    summary="Get the picture of an anomaly",
    tags=["Anomalies"],
    operation_id="getAnomalyPicture",
    responses=openapi_picture("Expected band, actual demand and reported days, as SVG.", 404),
    middlewares=[READ],
)
def get_picture(group_id: GroupId) -> Response[str]:
    """Return the picture of an anomaly: the whole that it is about, and what moved most."""
    picture = bootstrap.services().anomalies.draw(group_id)
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": tag_of(picture),
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(status_code=200, content_type=f"{SVG}; charset=utf-8", body=picture, headers=headers)


def _check_directions(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        if text not in DIRECTIONS:
            raise InvalidInput(f"direction = {text!r}: use one of {', '.join(DIRECTIONS)}.", parameter="direction")
    return tuple(texts)
