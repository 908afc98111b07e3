"""Jobs: how long work is going."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from contracts.scopes import Scope
from runtime import bootstrap
from runtime.api import parameters
from runtime.api.documentation import answers
from runtime.api.responses import answer
from runtime.api.routing import ApiRouter
from runtime.api.scopes import needs
from runtime.errors import JobNotFound
from runtime.models.api.responses import ForecastJobResponse
from runtime.models.domain.jobs import Job

router = ApiRouter()


@router.get(
    "/jobs/<job_id>",
    summary="How a job is going",
    tags=["Jobs"],
    operation_id="getJob",
    responses=answers(ForecastJobResponse, "Status, progress, and in the end result or error.", 404),
    middlewares=[needs(Scope.READ_FORECASTS, Scope.RUN_FORECASTS)],
)
def get_job(job_id: parameters.JobId) -> Response[str]:
    """Cheap to ask: it reads one row."""
    try:
        wanted = UUID(job_id)
    except ValueError:
        raise JobNotFound(f"{job_id!r} is no job id; use the job_id that the start of the job answered.") from None
    return answer(job_answer(bootstrap.api_services().jobs.get(wanted)))


def job_answer(job: Job) -> dict[str, Any]:
    """A job as the API shows it."""
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
        "links": {"self": f"/api/v1/jobs/{job.id}", "forecast": f"/api/v1/forecasts/{job.id}"},
    }
