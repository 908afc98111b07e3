"""Data quality: what became of every object and every row."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import answers
from runtime.api.pages import page_answer
from runtime.api.responses import answer
from runtime.api.routing import ApiRouter
from runtime.api.scopes import needs
from runtime.errors import ReportNotFound
from runtime.models.api.responses import ObjectsResponse, QualityReportResponse
from runtime.models.domain.objects import ObjectStatus

router = ApiRouter()
LATEST = "latest"
Status = Annotated[ObjectStatus | None, Query(description="Only objects with this status.")]
Dataset = Annotated[parameters.Text | None, Query(max_length=50, description="Only objects of this dataset.", examples=["orders"])]
Key = Annotated[parameters.Text | None, Query(max_length=1024, description="Only versions of the object with exactly this key.")]
RunId = Annotated[str, Path(description="A run's UUID, or `latest`.", examples=[LATEST])]


@router.get(
    "/data-quality/objects",
    summary="Objects that landed in the lake",
    tags=["Data quality"],
    operation_id="listObjects",
    responses=answers(ObjectsResponse, "Objects, newest first, each with its status and the reason of a rejection.", 400),
    middlewares=[needs(Scope.ADMINISTER_DATA)],
)
def list_objects(
    status: Status = None, dataset: Dataset = None, key: Key = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None
) -> Response[str]:
    """Every object ends here: accepted, duplicate of another, or rejected as a whole."""
    services = bootstrap.api_services()
    asked = {"status": status, "dataset": dataset, "key": key}
    filters = {name: str(value) for name, value in asked.items() if value is not None}
    after = services.cursors.decode(filters, cursor) if cursor else None
    return page_answer("objects", services.objects.rows(filters, after, limit), filters, limit, services.cursors)


@router.get(
    "/data-quality/reports/<run_id>",
    summary="Where every row of a run went",
    tags=["Data quality"],
    operation_id="getQualityReport",
    responses=answers(QualityReportResponse, "Curated, quarantined (with codes and samples) and duplicate rows per object.", 404),
    middlewares=[needs(Scope.ADMINISTER_DATA)],
)
def get_report(run_id: RunId) -> Response[str]:
    """rows_in = curated + quarantined + duplicates, for every object."""
    services = bootstrap.api_services()
    try:
        wanted = services.latest_report.latest_run_id() if run_id == LATEST else UUID(run_id)
    except ValueError:
        raise ReportNotFound(f"{run_id!r} is no run id; use a run's UUID or {LATEST!r}.") from None
    report = services.quality.get(wanted)
    return answer({"run_id": report.run_id, "verdict": report.verdict.value, "created_at": report.created_at, "report": report.payload})
