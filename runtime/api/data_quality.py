"""Data quality: the outcome of every object and every row."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import urlencode
from uuid import UUID

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from contracts.datasets.loader import list_names
from contracts.quality_codes import QuarantineCode
from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import BODY_STATUSES, openapi_page, openapi_responses
from runtime.api.http.links import link
from runtime.api.responses import NO_STORE, MetaBody, json_response, meta_body, page_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, require_scope
from runtime.models.api.object_responses import ObjectsResponse
from runtime.models.api.quarantine_responses import DiscardResponse, QuarantineRecordsResponse, QuarantineResponse, ReplayResponse
from runtime.models.api.requests import DiscardRequest, ReplayRequest
from runtime.models.api.responses import QualityReportResponse, QualityReportsResponse
from runtime.models.domain.audit import Actor
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.nearest import suggest
from runtime.models.domain.objects import ObjectStatus
from runtime.models.domain.quality import Verdict
from runtime.models.domain.quarantine import DiscardOutcome, RecordStatus
from runtime.services.data_quality.data_quality_reading import LATEST
from runtime.services.data_quality.page import CONTENT_POLICY, render_page

router = ApiRouter()
Status = Annotated[ObjectStatus | None, Query(description="Return only objects with this status.")]
Dataset = Annotated[parameters.Text | None, Query(max_length=50, description="Return only objects of this data set.", examples=["orders"])]
Key = Annotated[parameters.Text | None, Query(max_length=1024, description="Return only versions of the object with this key.")]
ObjectId = Annotated[str, Path(description="UUID of an uploaded object.", examples=[parameters.RUN_ID])]
RecordFilter = Annotated[RecordStatus | None, Query(description="Return only records with this status.")]
CodeFilter = Annotated[QuarantineCode | None, Query(description="Return only records with this code.")]
VerdictFilter = Annotated[Verdict | None, Query(description="Return only reports with this verdict.")]
QUARANTINE_PATH = "/data-quality/quarantine"
REPLAY_EXAMPLE = {"rows": [{"line": 17, "values": {"quantity": "12"}}], "reason": "asked the site"}
DISCARD_EXAMPLE = {"lines": [18, 19], "reason": "totals of the sheet, no sales"}
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
    page = bootstrap.services().data_quality.list_objects(filters, limit, cursor)
    return page_response("objects", page, meta=_meta(dataset))


@router.get(
    "/data-quality/reports",
    summary="List data-quality reports",
    tags=["Data quality"],
    operation_id="listQualityReports",
    responses=openapi_responses(QualityReportsResponse, "One page of reports, newest first.", 400),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def list_reports(verdict: VerdictFilter = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None) -> Response[str]:
    """Return verdict and number of findings of the report of each run."""
    return page_response("reports", bootstrap.services().data_quality.list_reports(verdict.value if verdict else None, limit, cursor))


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


@router.get(
    QUARANTINE_PATH,
    summary="List objects with quarantined rows",
    tags=["Data quality"],
    operation_id="listQuarantine",
    responses=openapi_responses(QuarantineResponse, "Objects in use with quarantined rows, newest first, with counts.", 400),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def list_quarantine(dataset: Dataset = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None) -> Response[str]:
    """Return the objects of which rows broke a rule, and what became of the rows, by code and status."""
    filters = {} if dataset is None else {"dataset": str(dataset)}
    return page_response("objects", bootstrap.services().quarantine.list_objects(filters, limit, cursor), meta=_meta(dataset))


@router.get(
    f"{QUARANTINE_PATH}/<object_id>",
    summary="List the quarantined rows of an object",
    tags=["Data quality"],
    operation_id="listQuarantineRecords",
    responses=openapi_responses(QuarantineRecordsResponse, "Records by line, each with its values and its status.", 400, 404),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def list_quarantine_records(
    object_id: ObjectId,
    status: RecordFilter = None,
    code: CodeFilter = None,
    limit: parameters.Limit = 100,
    cursor: parameters.Cursor = None,
) -> Response[str]:
    """Return the rows of one object that broke a rule when it arrived."""
    filters = {name: str(value) for name, value in (("status", status), ("code", code)) if value is not None}
    return page_response("records", bootstrap.services().quarantine.list_records(object_id, filters, limit, cursor))


@router.post(
    f"{QUARANTINE_PATH}/<object_id>/replay",
    summary="Replay mended rows of an object",
    tags=["Data quality"],
    operation_id="replayQuarantine",
    status_code=202,
    responses=openapi_responses(ReplayResponse, "The rows were uploaded, and are being received.", *BODY_STATUSES, 404, 409, success=202),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def replay_quarantine(
    gateway_request: Request,
    object_id: ObjectId,
    request: Annotated[ReplayRequest, Body(examples=[REPLAY_EXAMPLE])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Upload mended rows, which take the places of the quarantined ones in the next run, and record who did it.

    A row that is bad again is not taken; the record of the replay names it, and the quarantined row stays open.
    """
    services, actor = bootstrap.services(), _actor(gateway_request, request.actor_detail)
    submission = services.quarantine.replay(object_id, request, actor=actor, idempotency_key=idempotency_key)
    services.row_backup.save(BackupTable.AUDIT_EVENTS, UUID(object_id))
    location = link(f"/data-quality/objects?{urlencode({'key': submission.key})}")
    links = {"object": location, "records": link(f"{QUARANTINE_PATH}/{object_id}")}
    headers = {"Location": location, "Retry-After": "5"} | ({"Idempotency-Replayed": "true"} if submission.is_repeated else {})
    return json_response({"key": submission.key, "rows": submission.rows, "links": links}, status=202, headers=headers)


@router.post(
    f"{QUARANTINE_PATH}/<object_id>/discard",
    summary="Discard quarantined rows of an object",
    tags=["Data quality"],
    operation_id="discardQuarantine",
    responses=openapi_responses(DiscardResponse, "The rows are discarded.", *BODY_STATUSES, 404, 409),
    middlewares=[require_scope(Scope.ADMINISTER_DATA)],
)
def discard_quarantine(
    gateway_request: Request,
    object_id: ObjectId,
    request: Annotated[DiscardRequest, Body(examples=[DISCARD_EXAMPLE])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Mark open rows of an object as not needed, and record who did it and why. Later runs count them as discarded."""
    services, actor = bootstrap.services(), _actor(gateway_request, request.actor_detail)
    identifier, discards = services.quarantine.discard(
        object_id, request.lines, request.reason, actor=actor, idempotency_key=idempotency_key
    )
    for table in (BackupTable.QUARANTINE_RECORDS, BackupTable.AUDIT_EVENTS):
        services.row_backup.save(table, identifier)
    headers = {"Idempotency-Replayed": "true"} if discards.outcome is DiscardOutcome.REPEATED else {}
    body = {"object_id": identifier, "outcome": discards.outcome.value, "lines": list(discards.lines)}
    return json_response(body, headers=headers)


def _meta(dataset: str | None) -> MetaBody:
    """Return the meta of a list of objects, with a warning for a data set that does not exist."""
    meta = meta_body()
    if dataset is not None and dataset not in list_names():
        meta["warnings"].append(
            f"dataset = {dataset!r} is not known.{suggest(dataset, list_names())} The data sets: {', '.join(list_names())}."
        )
    return meta


def _actor(gateway_request: Request, statement: str | None) -> Actor:
    client_id = claims(cast(GatewayEvent, gateway_request.resolved_event.raw_event)).get("client_id", "unknown")
    return Actor(client_id, statement)
