"""Jobs: the status of asynchronous work."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from contracts.routes import API_PATH
from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import openapi_responses
from runtime.api.responses import json_response
from runtime.api.routing import ApiRouter
from runtime.api.scopes import require_scope
from runtime.models.api.responses import ForecastJobResponse
from runtime.models.domain.jobs import Job

router = ApiRouter()


@router.get(
    "/jobs/<job_id>",
    summary="Get a job",
    tags=["Jobs"],
    operation_id="getJob",
    responses=openapi_responses(ForecastJobResponse, "Status and progress; `result` or `error` once the job has ended.", 404),
    middlewares=[require_scope(Scope.READ_FORECASTS, Scope.RUN_FORECASTS)],
)
def get_job(job_id: parameters.JobId) -> Response[str]:
    """Return the status of a job. Polling is cheap: the request reads one row."""
    return json_response(job_body(bootstrap.services().forecast_jobs.get(job_id)))


def job_body(job: Job) -> dict[str, object]:
    """Return a job as JSON values."""
    return {
        "job_id": job.id,
        "type": job.type.value,
        "status": job.status.value,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "finished_at": job.finished_at,
        "progress": dict(job.progress),
        "error": job.error,
        "result": job.result,
        "links": {"self": f"{API_PATH}/jobs/{job.id}", "forecast": f"{API_PATH}/forecasts/{job.id}"},
    }
