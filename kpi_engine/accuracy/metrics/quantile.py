"""Losses of quantile forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from kpi_engine.accuracy.inputs.points import Points
from kpi_engine.accuracy.metrics.point import Additive
from kpi_engine.accuracy.report.serialise import number
from kpi_engine.shared.arrays import Floats, ratio

MEDIAN = 0.5
MEAN_OVER = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Losses(Additive):
    """Points with a forecast of one quantile: how many, sum|A|, and pinball losses max(tau(A - q), (1 - tau)(q - A))."""

    n: Floats
    abs_actual: Floats
    loss: Floats

    @classmethod
    def of_forecast(cls, tau: float, actual: Floats, quantile: Floats) -> Self:
        """The sums of one group over the points where the quantile was forecast. Source: Koenker and Bassett 1978."""
        short = actual - quantile
        loss = np.maximum(tau * short, (tau - 1) * short)
        absent = np.isnan(loss)
        if absent.any():
            actual, loss = actual[~absent], loss[~absent]
        return cls(np.array([float(len(loss))]), np.abs(actual).sum(keepdims=True), loss.sum(keepdims=True))

    def weighted(self) -> Floats:
        """wQL, a ratio: 2 * sum of pinball losses / sum|A|; wQL(0.5) = WAPE / 100. Source: Amazon Forecast developer guide."""
        return 2 * ratio(self.loss, self.abs_actual)


def losses(points: Points) -> dict[float, Losses]:
    """The losses of every quantile that was forecast; the forecast itself is the median unless one is given."""
    forecasts = {MEDIAN: points.forecast, **points.quantiles}
    found = {tau: Losses.of_forecast(tau, points.actual, values) for tau, values in forecasts.items()}
    for tau, values in _bounds(points):
        found[tau] = found[tau].plus(values) if tau in found else values
    return found


def _bounds(points: Points) -> Iterator[tuple[float, Losses]]:
    """An interval's bounds are quantiles: those that leave half of what the interval does not claim on each side."""
    if points.band is None:
        return
    for level in np.unique(points.band.level).tolist():
        own = points.band.level == level
        for tau, bound in (((1 - level) / 2, points.band.lower), ((1 + level) / 2, points.band.upper)):
            if round(tau, 6) not in points.quantiles:
                every = bool(own.all())
                yield round(tau, 6), Losses.of_forecast(tau, points.actual if every else points.actual[own], bound if every else bound[own])


def weighted_losses(found: Mapping[float, Losses]) -> dict[str, float | None]:
    """wQL by quantile (p10, p50, p90), in rising order; null where sum|A| = 0 or nothing was forecast."""
    return {f"p{100 * tau:.4g}": number(found[tau].weighted()) for tau in sorted(found)}


def mean_loss(found: Mapping[float, Losses]) -> float | None:
    """The mean of wQL at 0.1, 0.5 and 0.9, as Amazon Forecast reports it; null unless all three were forecast."""
    if not all(tau in found for tau in MEAN_OVER):
        return None
    return number(np.mean([found[tau].weighted() for tau in MEAN_OVER], axis=0))
