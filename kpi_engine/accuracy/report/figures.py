"""The figures of all points together, each computed by its metric from its inputs, and why what is undefined is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.accuracy.inputs.sku_units import SkuUnits
from kpi_engine.accuracy.metrics.accumulate import AccuracySums
from kpi_engine.accuracy.metrics.breakdown import DailyTotals
from kpi_engine.accuracy.metrics.catalogue import HEADLINE_METRICS, HeadlineMetric
from kpi_engine.accuracy.metrics.control import SeriesControl
from kpi_engine.accuracy.metrics.demand_class import DemandSums
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from kpi_engine.accuracy.metrics.lags import LagErrors
from kpi_engine.accuracy.metrics.point import PointErrors
from kpi_engine.accuracy.metrics.scaled import ScaledErrors
from kpi_engine.accuracy.metrics.spread import SeriesErrors
from kpi_engine.accuracy.metrics.value_added import BenchmarkTotals
from kpi_engine.accuracy.metrics.weeks import WeekErrors
from kpi_engine.shared.arrays import to_number
from kpi_engine.shared.demand_class import is_rare
from kpi_engine.shared.metric import NO_OBSERVATIONS, SEVERAL_UNITS, Unit
from kpi_engine.shared.seasonal_naive import NAME as SEASONAL_NAIVE

S = TypeVar("S")


@dataclass(frozen=True)
class Figures:
    """The value of each headline metric, by its name, and the inputs that they were computed from, by type.

    has_several_units: series have several units of measure, so that no quantity of all of them exists.
    """

    values: Mapping[str, float | None]
    inputs: Mapping[type, object]
    has_points: bool
    has_several_units: bool

    @classmethod
    def of(
        cls, sums: AccuracySums, index: SeriesIndex, units: SkuUnits, scaled_errors: ScaledErrors, weeks: WeekErrors, demand: DemandSums
    ) -> Figures:
        """Compute every headline metric; `scaled_errors` has one entry per series of the sums, `demand` one of all series."""
        sku_of, weights, errors = index.sku_of[sums.series], sums.weights, sums.errors.weigh(sums.weights)
        inputs: dict[type, object] = {
            PointErrors: errors.total(),
            SeriesErrors: SeriesErrors(
                errors=sums.errors,
                common_errors=errors,
                value_added=sums.value_added[SEASONAL_NAIVE],
                unit_of=units.unit_of[sku_of],
                value=units.value[sku_of],
                currencies=units.currencies,
            ),
            SeriesControl: SeriesControl(sums.recent, errors.abs_actual, is_rare(demand.classes()[sums.series])),
            IntervalSums: sums.intervals.weigh(weights).total(),
            ScaledErrors: scaled_errors.weigh(weights).total(),
            BenchmarkTotals: BenchmarkTotals.of_series(
                {name: parts.weigh(weights) for name, parts in sums.value_added.items()}, sku_of, len(index.skus)
            ),
            DailyTotals: sums.newest,
            LagErrors: sums.lags,
            WeekErrors: weeks,
            **sums.collected_inputs,
        }
        values = {metric.name: to_number(metric(inputs[metric.inputs])) for metric in HEADLINE_METRICS}
        if weights is not None:
            values |= {metric.name: None for metric in HEADLINE_METRICS if metric.unit is Unit.UNITS}
        return cls(values, inputs, has_points=len(sums.series) > 0, has_several_units=weights is not None)

    def __getitem__(self, metric: HeadlineMetric) -> float | None:
        """Return the value of a metric."""
        return self.values[metric.name]

    def inputs_of(self, inputs: type[S]) -> S:
        """Return the inputs of that type."""
        return cast(S, self.inputs[inputs])  # each value is keyed by its type

    def below(self, path: str) -> dict[str, float | None]:
        """Return the values whose path is `path` and one key more, by that key."""
        keys = {metric.name: metric.path.rpartition(".") for metric in HEADLINE_METRICS}
        return {key: self.values[name] for name, (parent, _, key) in keys.items() if parent == path}

    def reasons(self) -> dict[str, str]:
        """Return why each value that is None is; without points there were no observations."""
        reasons = {
            metric.key_of_reason: self._reason(metric)
            for metric in HEADLINE_METRICS
            if metric.key_of_reason is not None and self[metric] is None
        }
        quantities = [metric.key_of_reason or metric.name for metric in HEADLINE_METRICS if metric.unit is Unit.UNITS]
        return reasons | (dict.fromkeys(quantities, SEVERAL_UNITS) if self.has_several_units else {})

    def _reason(self, metric: HeadlineMetric) -> str:
        if not self.has_points:
            return NO_OBSERVATIONS
        return metric.explain(self.inputs[metric.inputs]) if metric.explain else metric.reason
