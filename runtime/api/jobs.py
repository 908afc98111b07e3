"""Jobs: the status of asynchronous work, the list of it, and cancelling it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from contracts.run_states import RunState
from contracts.scopes import Scope
from runtime import bootstrap, errors
from runtime.api import parameters
from runtime.api.documentation import BODY_STATUSES, openapi_responses
from runtime.api.http.links import link, localise
from runtime.api.responses import json_response, meta_body
from runtime.api.routing import ApiRouter
from runtime.api.scopes import GatewayEvent, claims, has_token_scope, require_scope, require_token_scope
from runtime.models.api.requests import CancelRequest
from runtime.models.api.responses import ForecastJobResponse, JobsResponse
from runtime.models.domain.audit import Actor
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.jobs import Job, JobFilters, JobStatus, JobType, client_name, complete_progress

TITLES = {
    JobStatus.FAILED: "The run failed",
    JobStatus.TIMED_OUT: "The run timed out",
    JobStatus.CANCELLED: "The run was cancelled",
}
WORDS = {JobType.FORECAST_RUN: "run", JobType.EXPORT: "export"}
router = ApiRouter()
READ = require_scope(Scope.READ_FORECASTS, Scope.RUN_FORECASTS, Scope.CREATE_EXPORTS)
StatusFilter = Annotated[JobStatus | None, Query(description="Return only jobs with this status.")]


@router.get(
    "/jobs",
    summary="List jobs",
    tags=["Jobs"],
    operation_id="listJobs",
    responses=openapi_responses(JobsResponse, "One page of jobs, newest first.", 400),
    middlewares=[READ],
)
def list_jobs(
    gateway_request: Request, status: StatusFilter = None, limit: parameters.Limit = 100, cursor: parameters.Cursor = None
) -> Response[str]:
    """Return the jobs that this client started; with the scope `signify/data:admin` those of all clients and of the schedule."""
    event = cast(GatewayEvent, gateway_request.resolved_event.raw_event)
    client = None if has_token_scope(event, Scope.ADMINISTER_DATA) else client_name(claims(event).get("client_id", "unknown"))
    page = bootstrap.services().job_control.list_page(JobFilters(client, status), limit, cursor)
    position = {"limit": page.limit, "next_cursor": page.next_cursor, "has_more": page.next_cursor is not None}
    return json_response({"jobs": [job_body(job) for job in page.jobs], "page": position, "meta": meta_body()})


@router.get(
    "/jobs/<job_id>",
    summary="Get a job",
    tags=["Jobs"],
    operation_id="getJob",
    responses=openapi_responses(ForecastJobResponse, "Status and progress; `result` or `error` once the job has ended.", 404),
    middlewares=[READ],
)
def get_job(job_id: parameters.JobId) -> Response[str]:
    """Return the status of a job. Polling is cheap: the request reads one row."""
    return json_response(job_body(bootstrap.services().forecast_jobs.get(job_id)))


@router.post(
    "/jobs/<job_id>/cancel",
    summary="Cancel a job",
    tags=["Jobs"],
    operation_id="cancelJob",
    status_code=202,
    responses=openapi_responses(
        ForecastJobResponse, "The run is being stopped; the job becomes CANCELLED.", *BODY_STATUSES, 404, 409, success=202
    ),
    middlewares=[require_scope(Scope.RUN_FORECASTS, Scope.ADMINISTER_DATA, Scope.CREATE_EXPORTS)],
)
def cancel_job(
    gateway_request: Request, job_id: parameters.JobId, request: Annotated[CancelRequest, Body(examples=[{"reason": "wrong day"}])]
) -> Response[str]:
    """Stop the run of a job that this client started, and record it in the audit log. A run that is published already stays published.

    An export ends before its next page of rows. A job of another client, or of the schedule, needs the scope `signify/data:admin`.
    """
    return _cancel(gateway_request, job_id, request)


@router.delete(
    "/jobs/<job_id>",
    summary="Cancel a job without a reason",
    tags=["Jobs"],
    operation_id="deleteJob",
    status_code=202,
    responses=openapi_responses(ForecastJobResponse, "The run is being stopped; the job becomes CANCELLED.", 404, 409, success=202),
    middlewares=[require_scope(Scope.RUN_FORECASTS, Scope.ADMINISTER_DATA, Scope.CREATE_EXPORTS)],
)
def delete_job(gateway_request: Request, job_id: parameters.JobId) -> Response[str]:
    """Stop the run of a job as `POST /jobs/{job_id}/cancel` does. The job stays in the list of jobs."""
    return _cancel(gateway_request, job_id, CancelRequest())


def _cancel(gateway_request: Request, job_id: str, request: CancelRequest) -> Response[str]:
    event = cast(GatewayEvent, gateway_request.resolved_event.raw_event)
    client_id = claims(event).get("client_id", "unknown")
    services = bootstrap.services()
    job = services.forecast_jobs.get(job_id)
    if job.requested_by != client_name(client_id):
        require_token_scope(event, Scope.ADMINISTER_DATA, "Cancelling a job that this client did not start")
    if job.type is JobType.FORECAST_RUN and not has_token_scope(event, Scope.ADMINISTER_DATA):
        require_token_scope(event, Scope.RUN_FORECASTS, "Cancelling a run")
    if job.type is JobType.EXPORT:
        services.export_jobs.cancel(job)
    else:
        services.job_control.cancel(job, Actor(client_id, request.actor_detail), request.reason)
        services.row_backup.save(BackupTable.AUDIT_EVENTS, job.id)
    return json_response(job_body(job), status=202, headers={"Location": link(f"/jobs/{job.id}"), "Retry-After": "5"})


def job_body(job: Job) -> dict[str, object]:
    """Return a job as JSON values; every step of a job that succeeded is done. The first state makes the run that the link leads to."""
    has_run = job.type is JobType.FORECAST_RUN and (
        job.progress.get("message", RunState.RESOLVE_INPUT) != RunState.RESOLVE_INPUT or job.status is JobStatus.SUCCEEDED
    )
    return {
        "job_id": job.id,
        "type": job.type.value,
        "status": job.status.value,
        "requested_by": job.requested_by,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "finished_at": job.finished_at,
        "progress": complete_progress(job.progress) if job.status is JobStatus.SUCCEEDED else dict(job.progress),
        "error": _problem_of(job),
        "result": {name: localise(value) for name, value in job.result.items()} if job.result else job.result,
        "links": {"self": link(f"/jobs/{job.id}"), "forecast": link(f"/forecasts/{job.id}") if has_run else None},
    }


def _describe_error(name: str) -> tuple[int, str]:
    """Return status and code for the name of an error: those of the API where it has them, else 500 and the name in capitals."""
    error = getattr(errors, name, None)
    if isinstance(error, type) and issubclass(error, errors.SignifyError) and error.code != errors.SignifyError.code:
        return error.status or HTTPStatus.INTERNAL_SERVER_ERROR.value, error.code
    return HTTPStatus.INTERNAL_SERVER_ERROR.value, re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).strip("_").upper()


def _problem_of(job: Job) -> dict[str, object] | None:
    """Return why a job ended without a result, as a problem object (RFC 9457) with the state in which the run ended."""
    if job.error is None:
        return None
    status, code = _describe_error(job.error["code"])
    return {
        "type": f"/problems/{code.lower().replace('_', '-')}",
        "title": TITLES.get(job.status, "The run did not succeed").replace("run", WORDS[job.type]),
        "status": status,
        "detail": job.error["detail"],
        "instance": link(f"/jobs/{job.id}"),
        "code": code,
        "state": job.progress.get("message"),
    }
