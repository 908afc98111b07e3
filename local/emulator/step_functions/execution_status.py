"""Step Functions: the emulator ignores the timeout of an execution, lets a late failure overwrite that it was stopped, and omits redrives
from its events.

This extension ends an execution as TIMED_OUT after the definition's TimeoutSeconds, counted anew after every redrive, and sends each
change of status to EventBridge with the fields of the developer guide ("Step Functions Execution Status Change").
"""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from ministack.services import eventbridge, stepfunctions

from local.emulator.json_types import JsonObject, JsonView
from local.emulator.settings import EmulatorSettings

Execution: TypeAlias = JsonObject
REDRIVABLE_STATUSES = ("FAILED", "ABORTED", "TIMED_OUT")
EVENT_FIELDS = ("executionArn", "stateMachineArn", "name", "status", "input", "error", "cause")
EVENT_DATES = ("startDate", "stopDate", "redriveDate")


def install(settings: EmulatorSettings) -> None:
    """End executions as AWS does, and send events with their redrives."""
    original_fail = stepfunctions._fail_execution

    def fail(execution: Execution, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            original_fail(execution, error, cause)

    stepfunctions._fail_execution = fail
    stepfunctions._emit_execution_status_event = emit_status_event


@contextmanager
def time_limit(execution: Execution, definition: JsonView) -> Iterator[None]:
    """Time the execution out when the block takes longer than the definition allows."""
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


def emit_status_event(execution: Execution) -> None:
    """Send the execution's status to EventBridge; express executions send none."""
    if execution.get("sync"):
        return
    entry = {"Source": "aws.states", "DetailType": "Step Functions Execution Status Change", "Resources": [execution["executionArn"]]}
    eventbridge._put_events({"Entries": [{**entry, "Detail": json.dumps(describe_status(execution))}]}, allow_aws_source=True)


def describe_status(execution: JsonView) -> JsonObject:
    """Return the `detail` of a status event; dates are milliseconds since 1970."""
    return {
        **{name: execution.get(name) for name in EVENT_FIELDS},
        **{name: stepfunctions._iso_to_epoch_ms(execution.get(name)) for name in EVENT_DATES},
        "output": execution.get("output") if execution["status"] == "SUCCEEDED" else None,
        **describe_redrives(execution),
    }


def describe_redrives(execution: JsonView) -> JsonObject:
    """Return how often an execution was redriven, and whether it can be redriven now."""
    is_redrivable = execution["status"] in REDRIVABLE_STATUSES
    return {
        "redriveCount": execution.get("redriveCount", 0),
        "redriveStatus": "REDRIVABLE" if is_redrivable else "NOT_REDRIVABLE",
    }


def _time_out(execution: Execution) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", stopDate=stepfunctions.now_iso())
    stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    stepfunctions._emit_execution_status_event(execution)  # by the emulator's name: service_metrics wraps that
