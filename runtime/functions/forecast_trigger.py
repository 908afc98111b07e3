"""What the schedule calls: start the day's run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.events import ScheduledEvent, parse
from runtime.functions.observability import emit, observed


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Start the run of the scheduled day; a second fire for the same day finds the first one's execution."""
    started = bootstrap.services().daily_start.start(parse(ScheduledEvent, event).scheduled_time)
    emit({Metric.DAILY_START_ACCEPTED: int(started.arn is not None)})
    return started.answer()
