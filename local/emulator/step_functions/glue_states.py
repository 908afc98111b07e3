"""Step Functions and Glue: the shipped emulator does not know `glue:startJobRun`, nor `.sync`.

`.sync` waits for the run's end. A run that does not succeed fails the state with States.TaskFailed and the run as its cause, as AWS
does; when the state's own timeout passes first, the run is stopped and the state fails with States.Timeout.
"""

from __future__ import annotations

import contextvars
import json
import time
from collections.abc import Callable
from typing import Any

from ministack.services import glue, stepfunctions

from local.emulator.glue_jobs import ENDED, Run
from local.emulator.settings import EmulatorSettings

RESOURCE = "arn:aws:states:::glue:startJobRun"
POLL_SECONDS = 0.1
_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("state_deadline", default=float("inf"))

Invoke = Callable[[str, dict[str, Any], float], Any]


def install(settings: EmulatorSettings) -> None:
    """Teach the state machines `glue:startJobRun`, with and without `.sync`."""
    stepfunctions._SERVICE_DISPATCH[RESOURCE] = start_job_run
    stepfunctions._invoke_resource_with_timeout = _with_deadline(stepfunctions._invoke_resource_with_timeout)


def start_job_run(resource: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Start a run; for `.sync` wait until it ended and answer with the run."""
    passed = {name: str(value) for name, value in (arguments.get("Arguments") or {}).items()}
    status, _, body = glue._start_job_run({**arguments, "Arguments": passed})
    answer: dict[str, Any] = json.loads(body)
    if status >= 400:
        raise stepfunctions._ExecutionError(f"Glue.{answer.get('__type', 'InternalServiceException')}", answer.get("message", ""))
    return _until_ended(arguments["JobName"], answer["JobRunId"]) if ".sync" in resource else answer


def _until_ended(job: str, run_id: str) -> Run:
    run: Run = next(run for run in glue._job_runs[job] if run["Id"] == run_id)
    while run["JobRunState"] not in ENDED or run["CompletedOn"] is None:
        if time.monotonic() > _deadline.get():
            run["JobRunState"] = "STOPPING"
            raise stepfunctions._ExecutionError("States.Timeout", f"job {job} ran longer than its state allows")
        time.sleep(POLL_SECONDS)
    if run["JobRunState"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(run, default=str))
    return dict(run)


def _with_deadline(invoke: Invoke) -> Invoke:
    """Let our handler see the state's timeout; the shipped function only stops listening to a late task."""

    def invoke_until(resource: str, arguments: dict[str, Any], timeout: float) -> Any:  # noqa: ANN401 - whatever the state returns
        if not resource.startswith(RESOURCE):
            return invoke(resource, arguments, timeout)
        _deadline.set(time.monotonic() + float(timeout))
        return start_job_run(resource, arguments)

    return invoke_until
