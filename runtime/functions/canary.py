"""A consumer of our own that asks the API all day, so that we hear of its trouble before others do."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.observability import measure, observed


@observed
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Walk through the API once and measure how it went."""
    walk = bootstrap.consumer_walk().walk()
    measure({"CanaryPassed": int(walk.passed)})
    measure({"CanaryDuration": walk.milliseconds}, unit=MetricUnit.Milliseconds)
    return walk.answer()
