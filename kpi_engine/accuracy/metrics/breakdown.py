"""Metrics that compare parts with the whole: the share of the error, the error of the total, the error by lead time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.accuracy.metrics.point import NULL_WHEN_SUM_IS_ZERO, WAPE, PointErrors
from kpi_engine.accuracy.metrics.weeks import CONVENTION
from kpi_engine.shared.arrays import Floats, ratio
from kpi_engine.shared.metric import GET_ACCURACY, ComputedMetric, Unit
from kpi_engine.shared.wape import wape


@dataclass(frozen=True)
class DailyTotals(Additive):
    """Actuals and errors F - A of the newest forecast of each series, summed over series by day; errors of one day cancel."""

    actual: Floats
    error: Floats


class ErrorShares(NamedTuple):
    """Sums of absolute errors by group, and of everything."""

    abs_error: Floats
    total: float


WAPE_AGGREGATE_FIRST = AccuracyMetric[DailyTotals](
    name="wape_aggregate_first",
    title="WAPE of the total",
    path="additional.wape_aggregate_first",
    formula="100 * sum over days |sum over series (F - A)| / |sum over series A|, of the newest forecast of each day; "
    "errors of different series cancel",
    unit=Unit.PERCENT,
    sign="smaller is better; far below WAPE: the mix is wrong, not the volume",
    zero_policy=NULL_WHEN_SUM_IS_ZERO,
    source="Roll-up: a convention of this project",
    inputs=DailyTotals,
    compute=lambda days: wape(np.abs(days.error).sum(keepdims=True), np.abs(days.actual).sum(keepdims=True)),
    reason=SUM_ACTUALS_ZERO,
)
SHARE_OF_ERROR = ComputedMetric[ErrorShares, Floats](
    name="share_of_error",
    title="Share of the error",
    path="sku_breakdown[].share_of_error",
    formula="100 * sum|A - F| of the SKU / sum|A - F| of all; the shares sum to 100",
    unit=Unit.PERCENT,
    sign="larger: the SKU matters more for WAPE",
    zero_policy="null when every forecast was exact",
    source=CONVENTION,
    served=GET_ACCURACY,
    compute=lambda shares: 100 * ratio(shares.abs_error, np.full(len(shares.abs_error), shares.total)),
)
WAPE_BY_HORIZON = ComputedMetric[PointErrors, Floats](
    name="wape_by_horizon",
    title="WAPE by lead time",
    path="additional.horizon_profile[].wape",
    formula="WAPE of the points forecast so many days ahead",
    unit=Unit.PERCENT,
    sign="smaller is better; grows with the lead time",
    zero_policy="null when the actuals sum to zero; lead times without points are left out",
    source=CONVENTION,
    served=GET_ACCURACY,
    compute=WAPE.compute,
)
