"""Step Functions: the shipped emulator knows no timeout of a whole execution, lets a late failure overwrite that somebody stopped it, and
tells EventBridge nothing of redrives.

Ours ends an execution as TIMED_OUT after the definition's TimeoutSeconds, anew with every redrive, and sends each change of status with
the fields that the developer guide names ("Step Functions Execution Status Change").
"""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ministack.services import eventbridge, stepfunctions

from local.emulator.settings import EmulatorSettings

Execution = dict[str, Any]
REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")
COPIED = ("executionArn", "stateMachineArn", "name", "status", "input", "error", "cause")


def install(settings: EmulatorSettings) -> None:
    """End executions as AWS does, and say so."""
    shipped = stepfunctions._fail_execution

    def fail(execution: Execution, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            shipped(execution, error, cause)

    stepfunctions._fail_execution = fail
    stepfunctions._emit_execution_status_event = emit


@contextmanager
def time_limit(execution: Execution, definition: Mapping[str, Any]) -> Iterator[None]:
    """Let the execution run for as long as its definition allows."""
    if "TimeoutSeconds" not in definition:
        yield
        return
    timer = threading.Timer(definition["TimeoutSeconds"], contextvars.copy_context().run, [_time_out, execution])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def emit(execution: Execution) -> None:
    """Tell EventBridge how the execution stands; nothing for express ones."""
    if execution.get("sync"):
        return
    can = execution["status"] in REDRIVABLE
    detail = {name: execution.get(name) for name in COPIED} | {
        **{name: _milliseconds(execution.get(name)) for name in ("startDate", "stopDate", "redriveDate")},
        "output": execution.get("output") if execution["status"] == "SUCCEEDED" else None,
        "redriveCount": execution.get("redriveCount", 0),
        "redriveStatus": "REDRIVABLE" if can else "NOT_REDRIVABLE",
    }
    entry = {"Source": "aws.states", "DetailType": "Step Functions Execution Status Change", "Resources": [execution["executionArn"]]}
    eventbridge._put_events({"Entries": [{**entry, "Detail": json.dumps(detail)}]}, allow_aws_source=True)


def _time_out(execution: Execution) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", stopDate=stepfunctions.now_iso())
    stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    stepfunctions._emit_execution_status_event(execution)  # what measures executions listens there


def _milliseconds(instant: str | None) -> int | None:
    milliseconds: int | None = stepfunctions._iso_to_epoch_ms(instant)
    return milliseconds
