"""Data quality: the outcome of every object and every row."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_page, openapi_responses
from runtime.api.responses import NO_STORE, json_response, page_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.models.api.responses import ObjectsResponse, QualityReportResponse
from runtime.models.domain.objects import ObjectStatus
from runtime.services.data_quality.data_quality_reading import LATEST
from runtime.services.data_quality.page import CONTENT_POLICY, render_page

router = ApiRouter()
Status = Annotated[ObjectStatus | None, Query(description="Return only objects with this status.")]
Dataset = Annotated[parameters.Text | None, Query(max_length=50, description="Return only objects of this data set.", examples=["orders"])]
Key = Annotated[parameters.Text | None, Query(max_length=1024, description="Return only versions of the object with this key.")]
RunId = Annotated[str, Path(description="UUID of a run, or `latest`.", examples=[LATEST])]


@router.get(
    "/data-quality/objects",
    summary="List uploaded objects",
    tags=["Data quality"],
    operation_id="listObjects",
    responses=openapi_responses(ObjectsResponse, "Objects, newest first, each with its status and the reason for a rejection.", 400),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def list_objects(
    status: Status = None, dataset: Dataset = None, key: Key = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None
) -> Response[str]:
    """Return the objects uploaded to the lake: accepted, duplicate of an accepted object, rejected with a reason, or withdrawn."""
    query = {"status": status, "dataset": dataset, "key": key}
    filters = {name: str(value) for name, value in query.items() if value is not None}
    return page_response("objects", bootstrap.services().data_quality.list_objects(filters, limit, cursor))


@router.get(
    "/data-quality/reports/<run_id>",
    summary="Get the data-quality report of a run",
    tags=["Data quality"],
    operation_id="getQualityReport",
    responses=openapi_responses(QualityReportResponse, "Curated, quarantined (with codes and samples) and duplicate rows per object.", 404),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def get_report(run_id: RunId) -> Response[str]:
    """Return the row counts of a run: for every object, rows_in = curated + quarantined + duplicates."""
    report = bootstrap.services().data_quality.get_report(run_id)
    return json_response(
        {"run_id": report.run_id, "verdict": report.verdict.value, "created_at": report.created_at, "report": report.payload}
    )


@router.get(
    "/data-quality/reports/<run_id>/page",
    summary="Show the data-quality report of a run",
    tags=["Data quality"],
    operation_id="showQualityReport",
    responses=openapi_page("The report as a self-contained HTML page.", 404),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def show_report(run_id: RunId) -> Response[str]:
    """Return the report as a page for people: findings, sites and sources by day, rows in quarantine. It loads nothing from elsewhere."""
    page = render_page(bootstrap.services().data_quality.get_report(run_id))
    headers = {"Cache-Control": NO_STORE, "Content-Security-Policy": CONTENT_POLICY}
    return Response(status_code=200, content_type="text/html; charset=utf-8", body=page, headers=headers)
