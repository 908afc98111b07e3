"""An accuracy report as single KPI values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpi_engine.accuracy.metrics.accuracy_metric import Population
from kpi_engine.accuracy.metrics.bias import BIAS_PERCENT, BIAS_UNITS
from kpi_engine.accuracy.metrics.catalogue import HEADLINE_METRICS
from kpi_engine.accuracy.metrics.point import WAPE
from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from kpi_engine.accuracy.report.parts import Window
from kpi_engine.shared.metric import GET_KPIS, Metric
from runtime.models.domain.kpis import KpiMetric, RunAccuracy

UNKNOWN_UNIT = "unknown"
STORED_METRICS = tuple(metric for metric in HEADLINE_METRICS if metric.served == GET_KPIS)


def extract_metrics(accuracy: RunAccuracy) -> Iterator[KpiMetric]:
    """Yield the values that GET /kpis serves: those of all points, of each site, and of each unit of measure where there are several.

    None when no point was compared.
    """
    report, basis = accuracy.report, {"basis": accuracy.basis.value}
    if report.window is None:
        return
    counts, document = _count_points(report), report.as_dict()
    for metric in STORED_METRICS:
        value, reason = metric.value_in(document), report.undefined_reasons.get(metric.key_of_reason or metric.name)
        yield _kpi(accuracy, metric, report.window, value, basis | {"level": "total"}, counts[metric.population], reason)
    for site in report.site_breakdown:
        dimensions = basis | {"level": "site", "site_id": site.site_id}
        for metric in STORED_METRICS:
            if metric.site_column is not None:
                # A site in the breakdown has points, so that its figures are undefined for the metric's own reason alone.
                value = getattr(site, metric.site_column)
                yield _kpi(accuracy, metric, report.window, value, dimensions, site.n, metric.reason)
    for unit in report.unit_breakdown if len(report.unit_breakdown) > 1 else ():
        dimensions = basis | {"level": "unit", "uom": unit.uom or UNKNOWN_UNIT}
        for metric, value in ((WAPE, unit.wape), (BIAS_PERCENT, unit.bias_pct), (BIAS_UNITS, unit.bias_units)):
            yield _kpi(accuracy, metric, report.window, value, dimensions, unit.n, metric.reason)


def _count_points(report: AccuracyReport) -> dict[Population, int]:
    """Return how many points a figure of each population is computed from."""
    return {
        Population.MATCHED: report.joins.matched,
        Population.NONZERO_ACTUAL: report.joins.matched - report.joins.n_excluded["zero_actual"],
        Population.WITH_INTERVAL: report.ci_coverage.n,
        Population.WITH_BENCHMARK: report.additional.fva.n_obs,
    }


def _kpi(
    accuracy: RunAccuracy,
    metric: Metric,
    window: Window,
    value: float | None,
    dimensions: Mapping[str, str],
    n_obs: int,
    reason: str | None,
) -> KpiMetric:
    metadata = {"definitions_version": accuracy.report.definitions_version, "as_of_date": accuracy.as_of_date.isoformat()}
    return KpiMetric(
        name=metric.name,
        value=value,
        unit=metric.unit.value,
        period_start=window.start,
        period_end=window.end,
        dimensions=dimensions,
        run_id=accuracy.run_id,
        n_obs=n_obs,
        metadata=metadata if value is not None else metadata | {"undefined_reason": reason},
    )
