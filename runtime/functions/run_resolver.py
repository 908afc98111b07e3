"""First state of a run: which day, which objects."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import Metric
from runtime import bootstrap
from runtime.functions.events import ResolveInput, parse
from runtime.functions.observability import emit
from runtime.functions.run_step import run_step


@run_step
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Turn the input of an execution into a run with a manifest."""
    asked = parse(ResolveInput, event)
    resolved = bootstrap.services().run_resolution.resolve(asked.input, asked.execution.execution())
    emit({Metric.INPUT_AGE_DAYS: resolved.input_age_days})
    return resolved.answer()
