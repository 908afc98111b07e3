"""Every metric of the logistics engine, in the order in which docs/kpis.md shows them; each is defined beside its arithmetic."""

from __future__ import annotations

from kpi_engine.logistics import report
from kpi_engine.logistics.capacity import overall, rows
from kpi_engine.logistics.score import cost, dwell, grade
from kpi_engine.logistics.service import fill, otif
from kpi_engine.logistics.transport import consolidation, utilisation
from kpi_engine.shared.metric import Metric

METRICS: tuple[Metric, ...] = (
    *fill.METRICS,
    *otif.METRICS,
    *utilisation.METRICS,
    *consolidation.METRICS,
    *dwell.METRICS,
    *cost.METRICS,
    *overall.METRICS,
    *grade.SCORE_METRICS,
    *report.METRICS,
    *rows.METRICS,
    *grade.COMPONENT_METRICS,
)
