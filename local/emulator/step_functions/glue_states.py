"""Step Functions and Glue: the emulator lacks `glue:startJobRun`, with and without `.sync`.

`.sync` waits for the end of the run. A run that does not succeed fails the state with States.TaskFailed and the run as its cause, as on
AWS; when the state's own timeout passes first, the run is stopped and the state fails with States.Timeout.
"""

from __future__ import annotations

import contextvars
import json
import time
from collections.abc import Callable

from ministack.services import glue, stepfunctions

from local.emulator.glue_jobs import FINAL_STATES, Run
from local.emulator.json_types import JsonObject
from local.emulator.settings import EmulatorSettings

RESOURCE = "arn:aws:states:::glue:startJobRun"
POLL_SECONDS = 0.1
_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("state_deadline", default=float("inf"))

InvokeResource = Callable[[str, JsonObject, float], object]


def install(settings: EmulatorSettings) -> None:
    """Register `glue:startJobRun`, with and without `.sync`."""
    stepfunctions._SERVICE_DISPATCH[RESOURCE] = start_job_run
    stepfunctions._invoke_resource_with_timeout = _apply_timeout(stepfunctions._invoke_resource_with_timeout)


def start_job_run(resource: str, arguments: JsonObject) -> JsonObject:
    """Start a run and return its id; for `.sync` wait for its end and return the run."""
    job_arguments = {name: str(value) for name, value in (arguments.get("Arguments") or {}).items()}
    status, _, body = glue._start_job_run({**arguments, "Arguments": job_arguments})
    response: JsonObject = json.loads(body)
    if status >= 400:
        raise stepfunctions._ExecutionError(f"Glue.{response.get('__type', 'InternalServiceException')}", response.get("message", ""))
    return _wait_for_run(arguments["JobName"], response["JobRunId"]) if ".sync" in resource else response


def _wait_for_run(job: str, run_id: str) -> Run:
    run: Run = next(run for run in glue._job_runs[job] if run["Id"] == run_id)
    while run["JobRunState"] not in FINAL_STATES or run["CompletedOn"] is None:
        if time.monotonic() > _deadline.get():
            run["JobRunState"] = "STOPPING"
            raise stepfunctions._ExecutionError("States.Timeout", f"job {job} ran longer than its state allows")
        time.sleep(POLL_SECONDS)
    if run["JobRunState"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(run, default=str))
    return dict(run)


def _apply_timeout(invoke: InvokeResource) -> InvokeResource:
    """Pass the state's timeout to start_job_run; the emulator's function would leave a late run running."""

    def invoke_with_deadline(resource: str, arguments: JsonObject, timeout: float) -> object:
        if not resource.startswith(RESOURCE):
            return invoke(resource, arguments, timeout)
        _deadline.set(time.monotonic() + float(timeout))
        return start_job_run(resource, arguments)

    return invoke_with_deadline
