"""Errors in units of the seasonal naive's error on the training days: MASE and RMSSE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.accuracy.metrics.accuracy_metric import AccuracyMetric
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.accuracy.metrics.point import HYNDMAN_KOEHLER, SMALLER_IS_BETTER, PointErrors
from kpi_engine.shared.arrays import Floats, Ints, find_runs, ratio
from kpi_engine.shared.metric import GET_KPIS, NO_OBSERVATIONS, Unit

NULL_WITHOUT_A_SCALE = "null `scale_zero` when every scale is zero, `no_observations` without training days"


@dataclass(frozen=True)
class Scales:
    """Mean absolute and mean squared seasonal difference of each series over its training days; NaN without any."""

    absolute: Floats
    square: Floats

    @classmethod
    def of(cls, training: KnownDemand, season: int) -> Scales:
        """Return the means of |Y(t) - Y(t - m)| and of its square, over the t where both are known; m is the season.

        >>> from kpi_engine.accuracy.inputs.grid import Grid
        >>> values = np.array([10.0, 12.0, 10.0, 15.0])
        >>> scales = Scales.of(KnownDemand(Grid(n_series=1, first_day=0, span=4), np.arange(4), values, first_day=0), season=2)
        >>> scales.absolute.tolist(), scales.square.tolist()
        ([1.5], [4.5])
        """
        n, absolute, square = np.zeros((3, training.grid.n_series))
        for block in training.iter_blocks():
            change = block.values - training.on(block.series, block.day - season)
            is_known = ~np.isnan(change)
            change[~is_known] = 0
            starts = find_runs(block.series)
            owner = block.series[starts]
            n[owner] = np.add.reduceat(is_known, starts, dtype=np.float64)
            absolute[owner] = np.add.reduceat(np.abs(change), starts)
            square[owner] = np.add.reduceat(change * change, starts)
        return cls(ratio(absolute, n), ratio(square, n))


@dataclass(frozen=True)
class ScaledErrors(Additive):
    """Errors of the series whose scale is not zero and n * scale of each, both absolute and squared; and how many have training days."""

    QUANTITIES: ClassVar[frozenset[str]] = frozenset({"abs_error", "abs_scale"})
    SQUARES: ClassVar[frozenset[str]] = frozenset({"squared_error", "squared_scale"})

    abs_error: Floats
    abs_scale: Floats
    squared_error: Floats
    squared_scale: Floats
    n_trained: Floats

    @classmethod
    def of_series(cls, errors: PointErrors, scales: Scales, series: Ints) -> ScaledErrors:
        """Return each series by itself; `series` says which series the errors are of."""
        absolute, square = scales.absolute[series], scales.square[series]
        has_absolute, has_square = absolute > 0, square > 0  # false for NaN
        return cls(
            abs_error=np.where(has_absolute, errors.abs_error, 0.0),
            abs_scale=np.where(has_absolute, errors.n * absolute, 0.0),
            squared_error=np.where(has_square, errors.squared_error, 0.0),
            squared_scale=np.where(has_square, errors.n * square, 0.0),
            n_trained=np.isfinite(absolute).astype(np.float64),
        )


def _explain(errors: ScaledErrors) -> str:
    return "scale_zero" if errors.n_trained[0] else NO_OBSERVATIONS


MASE = AccuracyMetric[ScaledErrors](
    name="mase",
    title="Mean absolute scaled error",
    path="additional.mase",
    formula="sum|A - F| / sum of scales, scale = mean|Y(t) - Y(t - m)| of the series on its training days, "
    "m = 7 days (52 weeks, 12 months)",
    unit=Unit.RATIO,
    sign="smaller is better; below 1: better than the seasonal naive on the training days",
    zero_policy=NULL_WITHOUT_A_SCALE,
    source=HYNDMAN_KOEHLER,
    served=GET_KPIS,
    inputs=ScaledErrors,
    compute=lambda errors: ratio(errors.abs_error, errors.abs_scale),
    explain=_explain,
)
RMSSE = AccuracyMetric[ScaledErrors](
    name="rmsse",
    title="Root mean squared scaled error",
    path="additional.rmsse",
    formula="sqrt(sum (A - F)^2 / sum of scales), scale = mean (Y(t) - Y(t - m))^2 of the series on its training days, m as for MASE",
    unit=Unit.RATIO,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_A_SCALE,
    source="M5 Competitors' Guide, there with m = 1",
    served=GET_KPIS,
    inputs=ScaledErrors,
    compute=lambda errors: np.sqrt(ratio(errors.squared_error, errors.squared_scale)),
    explain=_explain,
)

METRICS = (MASE, RMSSE)
