"""Last state of a run, good or bad: close the books and say it in words."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.events import OutcomeEvent, parse
from runtime.functions.observability import emit
from runtime.functions.run_step import run_step
from runtime.services.runs.run_recorder import Failure


@run_step
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Record how an execution ended and sum it up for people; end a failed one, or let it go on when it was redriven."""
    ended = parse(OutcomeEvent, event)
    recording, execution = bootstrap.services().run_recorder, ended.execution.execution()
    if ended.failure:
        redriven = ended.execution.redrive_count > ended.failure.redrives
        return recording.end(execution, ended.failure.state, ended.failure.summary, redriven=redriven)
    succeeded = ended.outcome == "SUCCEEDED"
    emit({Metric.RUNS_SUCCEEDED: int(succeeded), Metric.RUNS_FAILED: int(not succeeded)})
    if not succeeded:
        return recording.failed(execution, Failure.caught(ended.error))
    answer = recording.succeeded(execution.run_id)
    emit({Metric.GLUE_DPU_HOURS: ended.dpu_seconds / 3600})
    if not ended.execution.redrive_count:  # else it also waited for somebody
        emit({Metric.RUN_TIMES_USUAL: recording.times_usual(execution.run_id)})
    return answer
