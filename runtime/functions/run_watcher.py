"""Hears from Step Functions how executions end, whatever became of their states."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.events import ExecutionChange, parse
from runtime.functions.observability import observed
from runtime.services.runs.run_recorder import Failure


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Close the run of an execution that ended unrecorded; open the run of one that was redriven."""
    change = parse(ExecutionChange, event).detail
    endings, execution = bootstrap.run_endings(), change.execution()
    if change.status == "RUNNING":
        return endings.redriven(execution)
    return endings.ended(execution, change.status, Failure.caught(change.told()))
