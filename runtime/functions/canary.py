"""A consumer of our own that asks the API all day, so that we hear of its trouble before others do."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.observability import emit, observed


@observed
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Walk through the API once and measure how it went."""
    walk = bootstrap.consumer_walk().walk()
    emit({Metric.CANARY_PASSED: int(walk.passed), Metric.CANARY_DURATION: walk.milliseconds})
    return walk.answer()
