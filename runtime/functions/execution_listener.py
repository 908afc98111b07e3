"""Receive the execution status events of Step Functions."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.events import ExecutionChange, parse
from runtime.functions.observability import observed
from runtime.services.runs.run_recorder import Failure


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, str]:
    """Close the run of an execution that ended without recording it; reopen the run of an execution that was redriven."""
    change = parse(ExecutionChange, event).detail
    events, execution = bootstrap.services().execution_events, change.execution()
    if change.status == "RUNNING":
        return events.record_redrive(execution)
    return events.record_end(execution, change.status, Failure.caught(change.told()))
