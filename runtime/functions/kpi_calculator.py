"""Calculate the KPIs of a run once it is published."""

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
    """Measure this run's back-test, and the earlier runs against what has happened since; then write the catalogue of the run."""
    run_id = parse(RunEvent, event).run_id
    result = bootstrap.services().kpi_calculation.calculate(run_id)
    bootstrap.services().row_backup.save_measures(run_id)
    bootstrap.services().catalogue_building.build(run_id)
    headline = result.headline
    emit(
        {
            PlatformMetric.KPIS_COMPUTED: result.n_kpis,
            PlatformMetric.ACCURACY_WAPE: headline.report.wape if headline else None,
            PlatformMetric.ACCURACY_MEDIAN_WAPE: result.median_wape,
            **result.health(),
        }
    )
    return result.to_state_output()
