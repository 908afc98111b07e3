"""Losses of quantile forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric, CollectedInputs
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.accuracy.metrics.point import AMAZON_FORECAST, SMALLER_IS_BETTER
from kpi_engine.shared.arrays import Floats, ratio, to_number
from kpi_engine.shared.metric import Unit

MEDIAN = 0.5
MEAN_OVER = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class LossSums(Additive):
    """Points with a forecast of one quantile: how many, sum|A|, and pinball losses max(tau(A - q), (1 - tau)(q - A))."""

    n: Floats
    abs_actual: Floats
    loss: Floats

    @classmethod
    def of_forecast(cls, tau: float, actual: Floats, quantile: Floats) -> Self:
        """Return the sums of one group over the points where the quantile was forecast. Source: Koenker and Bassett 1978."""
        short = actual - quantile
        loss = np.maximum(tau * short, (tau - 1) * short)
        is_absent = np.isnan(loss)
        if is_absent.any():
            actual, loss = actual[~is_absent], loss[~is_absent]
        return cls(np.array([float(len(loss))]), np.abs(actual).sum(keepdims=True), loss.sum(keepdims=True))

    def wql(self) -> Floats:
        """Return wQL, a ratio: 2 * sum of pinball losses / sum|A|; wQL(0.5) = WAPE / 100. Source: Amazon Forecast developer guide."""
        return 2 * ratio(self.loss, self.abs_actual)


@dataclass(frozen=True)
class QuantileLosses(CollectedInputs):
    """The losses of every quantile that was forecast, by its level; the forecast itself is the median unless one is given."""

    by_level: Mapping[float, LossSums]

    @classmethod
    def of_points(cls, points: MatchedPoints) -> Self:
        """Return the losses of one block, in the measure that its series share."""
        points = points.in_common_measure()
        forecasts = {MEDIAN: points.forecast, **points.quantiles}
        losses = {tau: LossSums.of_forecast(tau, points.actual, values) for tau, values in forecasts.items()}
        for tau, sums in _bounds(points):
            losses[tau] = losses[tau] + sums if tau in losses else sums
        return cls(losses)

    def __add__(self, other: Self) -> Self:
        """Add the losses of each quantile."""
        by_level = dict(self.by_level)
        for tau, sums in other.by_level.items():
            by_level[tau] = by_level[tau] + sums if tau in by_level else sums
        return type(self)(by_level)

    def wql(self, tau: float) -> Floats:
        """Return wQL of one quantile, NaN where the actuals sum to zero or it was not forecast."""
        return self.by_level[tau].wql() if tau in self.by_level else np.array([np.nan])

    def by_name(self) -> dict[str, float | None]:
        """Return wQL by quantile (p10, p50, p90) in rising order, None where the actuals sum to zero."""
        return {f"p{100 * tau:.4g}": to_number(self.wql(tau)) for tau in sorted(self.by_level)}


def _bounds(points: MatchedPoints) -> Iterator[tuple[float, LossSums]]:
    """Yield the losses of an interval's bounds, which are quantiles: they leave half of what it does not claim on each side."""
    if points.interval is None:
        return
    levels = points.interval.level
    is_uniform = (levels == levels[:1]).all()  # one pass, where finding the distinct levels takes many
    for level in (levels[:1] if is_uniform else np.unique(levels)).tolist():
        rows = slice(None) if is_uniform else levels == level
        for tau, quantile in (((1 - level) / 2, points.interval.lower), ((1 + level) / 2, points.interval.upper)):
            if round(tau, 6) not in points.quantiles:
                yield round(tau, 6), LossSums.of_forecast(tau, points.actual[rows], quantile[rows])


def _weighted_loss(tau: float, formula: str) -> AccuracyMetric[QuantileLosses]:
    percent = f"{100 * tau:.0f}"
    return AccuracyMetric[QuantileLosses](
        name=f"wql_p{percent}",
        title=f"Weighted quantile loss of P{percent}",
        path=f"additional.wql.p{percent}",
        formula=formula,
        unit=Unit.RATIO,
        sign=SMALLER_IS_BETTER,
        zero_policy="null when the actuals sum to zero or the quantile was not forecast",
        source=AMAZON_FORECAST,
        inputs=QuantileLosses,
        compute=lambda losses: losses.wql(tau),
        reason_key=None,
    )


def _explain(losses: QuantileLosses) -> str:
    has_median = losses.by_level[MEDIAN].n[0] > 0
    return SUM_ACTUALS_ZERO if has_median and np.isnan(losses.wql(MEDIAN)[0]) else "quantile_missing"


WQL_P10 = _weighted_loss(0.1, "2 * sum max(0.1 (A - q), 0.9 (q - A)) / sum|A|")
WQL_P50 = _weighted_loss(0.5, "2 * sum max(0.5 (A - q), 0.5 (q - A)) / sum|A|; equals WAPE / 100")
WQL_P90 = _weighted_loss(0.9, "2 * sum max(0.9 (A - q), 0.1 (q - A)) / sum|A|")
MEAN_WQL = AccuracyMetric[QuantileLosses](
    name="mean_wql",
    title="Mean weighted quantile loss",
    path="additional.mean_wql",
    formula="mean of wQL at 0.1, 0.5 and 0.9",
    unit=Unit.RATIO,
    sign=SMALLER_IS_BETTER,
    zero_policy="null `quantile_missing` unless all three were forecast",
    source=AMAZON_FORECAST,
    inputs=QuantileLosses,
    compute=lambda losses: np.mean([losses.wql(tau) for tau in MEAN_OVER], axis=0),
    explain=_explain,
)

METRICS = (WQL_P10, WQL_P50, WQL_P90, MEAN_WQL)
