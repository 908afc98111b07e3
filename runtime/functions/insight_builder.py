"""The BuildInsights state: derive insights from what the run has measured."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import InsightEvent, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Store the insights of a run. With `reproduce`, derive them once more and return their hashes; then nothing is changed."""
    step = parse(InsightEvent, event)
    if step.reproduce:
        return {"run_id": str(step.run_id), "hashes": bootstrap.services().insight_building.reproduce(step.run_id)}
    result = bootstrap.services().insight_building.build(step.run_id)
    emit({PlatformMetric.INSIGHTS_SEEN: result.sightings, PlatformMetric.INSIGHTS_LEFT_OUT: len(result.faults)})
    bootstrap.services().row_backup.save_insights(result.touched_ids)
    return result.to_state_output()
