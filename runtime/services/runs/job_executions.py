"""The executions of jobs."""

from __future__ import annotations

from runtime.errors import NotFound
from runtime.models.domain.jobs import Job
from runtime.models.domain.runs import ExecutionState
from runtime.services.ports import Workflow


def find_arn(workflow: Workflow, job: Job) -> str | None:
    """Return the ARN of the execution that a job has, or has if it was started; None for a job without a name for it."""
    return job.execution_arn or (workflow.arn_of(job.idempotency_key) if job.idempotency_key else None)


def find_running(workflow: Workflow, arn: str | None) -> ExecutionState | None:
    """Return the execution while it is running, else None."""
    try:
        state = workflow.describe(arn) if arn is not None else None
    except NotFound:
        return None
    return state if state is not None and state.is_running else None


def is_running(workflow: Workflow, arn: str | None) -> bool:
    """Return whether there is such an execution, and it is running."""
    try:
        return arn is not None and workflow.is_running(arn)
    except NotFound:
        return False
