"""Measure service, transport and capacity of a run once it is published."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.metrics import PlatformMetric
from runtime import bootstrap
from runtime.functions.common.events import RunEvent, parse
from runtime.functions.common.observability import emit
from runtime.functions.common.run_step import run_step


@run_step
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Measure the window before the run and the capacity of the days that it forecasts."""
    run_id = parse(RunEvent, event).run_id
    result = bootstrap.services().logistics_calculation.calculate(run_id)
    bootstrap.services().row_backup.save_measures(run_id)
    emit({PlatformMetric.LOGISTICS_KPIS_COMPUTED: result.n_values, PlatformMetric.EFFICIENCY_SCORE: result.score})
    return result.to_state_output()
