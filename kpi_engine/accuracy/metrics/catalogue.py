"""All metrics of forecast accuracy, in the order in which docs/kpis.md shows them."""

from __future__ import annotations

from typing import Any, TypeAlias

from kpi_engine.accuracy.metrics import bias, control, interval, lags, point, quantile, scaled, spread, value_added, weeks
from kpi_engine.accuracy.metrics.accuracy_metric import AccuracyMetric, CollectedInputs
from kpi_engine.accuracy.metrics.breakdown import SHARE_OF_ERROR, WAPE_AGGREGATE_FIRST, WAPE_BY_HORIZON
from kpi_engine.accuracy.metrics.demand_class import DEMAND_CLASS
from kpi_engine.shared.metric import Metric

HeadlineMetric: TypeAlias = AccuracyMetric[Any]
"""A metric with one figure for all points together, whatever its inputs are."""
HEADLINE_METRICS: tuple[HeadlineMetric, ...] = (
    *point.METRICS,
    *spread.METRICS,
    WAPE_AGGREGATE_FIRST,
    *bias.METRICS,
    *control.METRICS,
    *interval.METRICS,
    *scaled.METRICS,
    *quantile.METRICS,
    *value_added.METRICS,
    *lags.METRICS,
    *weeks.HEADLINE_METRICS,
)
"""Those with one figure for all points together."""

METRICS: tuple[Metric, ...] = (*HEADLINE_METRICS, SHARE_OF_ERROR, DEMAND_CLASS, *weeks.ROW_METRICS, WAPE_BY_HORIZON)

COLLECTED_INPUTS: tuple[type[CollectedInputs], ...] = tuple(
    dict.fromkeys(metric.inputs for metric in HEADLINE_METRICS if issubclass(metric.inputs, CollectedInputs))
)
"""The inputs that are gathered from all points, each once."""
