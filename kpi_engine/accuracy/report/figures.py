"""The figures of all points together, each computed by its metric from its inputs, and why what is undefined is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np

from kpi_engine.accuracy.inputs.series_index import SeriesIndex
from kpi_engine.accuracy.metrics.accumulate import AccuracySums
from kpi_engine.accuracy.metrics.bias import RecentErrors
from kpi_engine.accuracy.metrics.breakdown import DailyTotals
from kpi_engine.accuracy.metrics.catalogue import HEADLINE_METRICS, HeadlineMetric
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from kpi_engine.accuracy.metrics.lags import LagErrors
from kpi_engine.accuracy.metrics.point import PointErrors
from kpi_engine.accuracy.metrics.scaled import ScaledErrors
from kpi_engine.accuracy.metrics.value_added import BenchmarkTotals
from kpi_engine.accuracy.metrics.weeks import WeekErrors
from kpi_engine.shared.arrays import to_number
from kpi_engine.shared.metric import NO_OBSERVATIONS

S = TypeVar("S")


@dataclass(frozen=True)
class Figures:
    """The value of each headline metric, by its name, and the inputs that they were computed from, by type."""

    values: Mapping[str, float | None]
    inputs: Mapping[type, object]
    has_points: bool

    @classmethod
    def of(cls, sums: AccuracySums, index: SeriesIndex, scaled_errors: ScaledErrors, weeks: WeekErrors) -> Figures:
        """Compute every headline metric; `scaled_errors` has one entry per series of the sums."""
        together = np.zeros(len(sums.series), dtype=np.int64)
        inputs: dict[type, object] = {
            PointErrors: sums.errors.total(),
            RecentErrors: RecentErrors.of_days(sums.by_day, sums.first_day),
            IntervalSums: sums.intervals.total(),
            ScaledErrors: scaled_errors.sum_by_group(together, 1),
            BenchmarkTotals: BenchmarkTotals.of_series(sums.value_added, index.sku_of[sums.series], len(index.skus)),
            DailyTotals: sums.newest,
            LagErrors: sums.lags,
            WeekErrors: weeks,
            **sums.collected_inputs,
        }
        values = {metric.name: to_number(metric(inputs[metric.inputs])) for metric in HEADLINE_METRICS}
        return cls(values, inputs, has_points=len(sums.series) > 0)

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
        return {
            metric.key_of_reason: self._reason(metric)
            for metric in HEADLINE_METRICS
            if metric.key_of_reason is not None and self[metric] is None
        }

    def _reason(self, metric: HeadlineMetric) -> str:
        if not self.has_points:
            return NO_OBSERVATIONS
        return metric.explain(self.inputs[metric.inputs]) if metric.explain else metric.reason
