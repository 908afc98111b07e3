"""First state of a run: choose its as-of date and its objects."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import ResolveInput, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Resolve the input of an execution to a run with a manifest."""
    step = parse(ResolveInput, event)
    resolution = bootstrap.services().run_resolution.resolve(step.input, step.execution.to_execution())
    emit({PlatformMetric.INPUT_AGE_DAYS: resolution.input_age_days})
    return resolution.to_state_output()
