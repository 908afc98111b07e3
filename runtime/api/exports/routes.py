"""Exports: order a whole list as a file, and download it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import BODY_STATUSES, openapi_responses
from runtime.api.http.links import link
from runtime.api.jobs import job_body
from runtime.api.responses import json_response, meta_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, has_token_scope, require_scope, require_token_scope
from runtime.models.api.export_responses import ExportResponse, ExportsResponse
from runtime.models.api.requests import ExportRequest
from runtime.models.domain.jobs import Job, JobFilters, JobType, client_name
from runtime.models.exports.orders import LINK_LIFETIME, ExportResource
from runtime.services.exports.export_jobs import StoredExport

router = ApiRouter()
CREATE = require_scope(Scope.CREATE_EXPORTS)
ExportId = Annotated[str, Path(description="UUID of the export.", examples=[parameters.RUN_ID])]
SCOPES: Mapping[ExportResource, tuple[Scope, ...]] = {
    **dict.fromkeys(ExportResource, (Scope.READ_FORECASTS,)),
    **dict.fromkeys(
        (ExportResource.KPIS, ExportResource.KPI_TRENDS, ExportResource.EFFICIENCY, ExportResource.CAPACITY, ExportResource.CONSOLIDATION),
        (Scope.READ_KPIS,),
    ),
    ExportResource.INSIGHTS: (Scope.READ_INSIGHTS,),
    ExportResource.WORKBOOK: (Scope.READ_FORECASTS, Scope.READ_KPIS, Scope.READ_INSIGHTS),
    **dict.fromkeys(
        (ExportResource.OBJECTS, ExportResource.QUARANTINE, ExportResource.QUALITY_REPORTS, ExportResource.AUDIT_EVENTS),
        (Scope.ADMINISTER_DATA,),
    ),
}
"""What a token needs beside the scope of exports: an export shows nobody more than the routes do."""


@router.post(
    "/exports",
    summary="Order an export",
    tags=["Exports"],
    operation_id="createExport",
    status_code=202,
    responses=openapi_responses(
        ExportResponse, "The export was ordered. `Location` is the export to poll.", *BODY_STATUSES, 404, 409, success=202
    ),
    middlewares=[CREATE],
)
def create_export(
    gateway_request: Request,
    request: Annotated[ExportRequest, Body(examples=[{"resource": "workbook", "format": "xlsx", "time_horizon": "28d"}])],
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[str]:
    """Order a whole list as CSV, Parquet, Excel or JSONL; `workbook` is one Excel file with a sheet for each question.

    The export is made within minutes. A token also needs the scope of the list. A client may order 60 exports in an hour.
    """
    event = cast(GatewayEvent, gateway_request.resolved_event.raw_event)
    for scope in SCOPES[request.resource]:
        require_token_scope(event, scope, f"An export of {request.resource.value}")
    client_id = claims(event).get("client_id", "unknown")
    job, is_replay = bootstrap.services().export_jobs.order(request, idempotency_key, client_id)
    headers = {"Location": link(f"/exports/{job.id}"), "Retry-After": "5"} | ({"Idempotency-Replayed": "true"} if is_replay else {})
    return json_response(_export_body(StoredExport(job, None, {}, None)), status=202, headers=headers)


@router.get(
    "/exports",
    summary="List exports",
    tags=["Exports"],
    operation_id="listExports",
    responses=openapi_responses(ExportsResponse, "One page of exports, newest first.", 400),
    middlewares=[CREATE],
)
def list_exports(gateway_request: Request, limit: parameters.Limit = 100, cursor: parameters.Cursor = None) -> Response[str]:
    """Return the exports that this client ordered; with the scope `signify/data:admin` those of all clients."""
    client_id = _own_client(gateway_request)
    filters = JobFilters(client_name(client_id) if client_id else None, type=JobType.EXPORT)
    page = bootstrap.services().job_control.list_page(filters, limit, cursor)
    position = {"limit": page.limit, "next_cursor": page.next_cursor, "has_more": page.next_cursor is not None}
    return json_response({"exports": [_row_body(job) for job in page.jobs], "page": position, "meta": meta_body()})


@router.get(
    "/exports/<export_id>",
    summary="Get an export",
    tags=["Exports"],
    operation_id="getExport",
    responses=openapi_responses(ExportResponse, "The status, and once it has succeeded the files, each with a link.", 404, 410),
    middlewares=[CREATE],
)
def get_export(gateway_request: Request, export_id: ExportId) -> Response[str]:
    """Return an export of this client with rows, bytes, SHA-256 and a link of 15 minutes for each file. Files are kept for 7 days."""
    return json_response(_export_body(bootstrap.services().export_jobs.get(export_id, _own_client(gateway_request))))


def _own_client(gateway_request: Request) -> str | None:
    """Return the client whose exports the token may see; None for one that may see all."""
    event = cast(GatewayEvent, gateway_request.resolved_event.raw_event)
    return None if has_token_scope(event, Scope.ADMINISTER_DATA) else claims(event).get("client_id", "unknown")


def _export_body(export: StoredExport) -> dict[str, object]:
    job, manifest = export.job, export.manifest or {}
    job_fields = job_body(job)
    url_expires_at = bootstrap.services().now() + LINK_LIFETIME
    files = cast("list[dict[str, object]]", manifest.get("files") or [])
    return {
        **_head(job),
        "expires_at": export.expires_at,
        "run_id": manifest.get("run_id") or job.request.get("run_id"),
        "as_of_date": manifest.get("as_of_date"),
        "schema_version": manifest.get("schema_version"),
        "progress": job_fields["progress"],
        "files": [{**file, "url": export.links[str(file["name"])], "url_expires_at": url_expires_at} for file in files],
        "error": job_fields["error"],
        "links": _links(job),
    }


def _row_body(job: Job) -> dict[str, object]:
    size = {"rows": job.result.get("rows"), "bytes": job.result.get("bytes")} if job.result else {"rows": None, "bytes": None}
    return {**_head(job), **size, "requested_by": job.requested_by, "links": _links(job)}


def _head(job: Job) -> dict[str, object]:
    return {
        "export_id": job.id,
        "resource": job.request["resource"],
        "format": job.request.get("format", "csv"),
        "status": job.status.value,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }


def _links(job: Job) -> dict[str, str]:
    return {"self": link(f"/exports/{job.id}"), "job": link(f"/jobs/{job.id}")}
