"""Start the daily run, on schedule."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import ScheduledEvent, parse
from runtime.functions.common.observability import emit, observe


@observe
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Start the run of the scheduled day; a second delivery for the same day returns the same execution."""
    execution = bootstrap.services().daily_start.start(parse(ScheduledEvent, event).scheduled_time)
    emit({PlatformMetric.DAILY_START_ACCEPTED: int(execution.arn is not None)})
    return execution.to_state_output()
