"""Every metric of the logistics engine, in the order in which docs/kpis.md shows them; each is defined beside its arithmetic."""

from __future__ import annotations

from kpi_engine.logistics import report
from kpi_engine.logistics.capacity import overall, row_metrics
from kpi_engine.logistics.score import cost, dwell_metrics, grade
from kpi_engine.logistics.service import fill, otif
from kpi_engine.logistics.transport import plan_metrics, utilisation_metrics
from kpi_engine.shared.metric import Metric

METRICS: tuple[Metric, ...] = (
    *fill.METRICS,
    *otif.METRICS,
    *utilisation_metrics.METRICS,
    *plan_metrics.METRICS,
    *dwell_metrics.METRICS,
    *cost.METRICS,
    *overall.METRICS,
    *grade.SCORE_METRICS,
    *report.METRICS,
    *row_metrics.METRICS,
    *grade.COMPONENT_METRICS,
)
