"""Metrics of bias: errors F - A that do not cancel. Positive: over-forecast."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric
from kpi_engine.accuracy.metrics.point import NULL_WHEN_SUM_IS_ZERO, NULL_WITHOUT_A_POINT, PointErrors
from kpi_engine.shared.arrays import ratio
from kpi_engine.shared.metric import GET_KPIS, Unit

SIGN_CONVENTION = "forecast_minus_actual"
OVER_FORECAST = "positive: over-forecast"
SOURCE = "Sign: a convention of this project, forecast minus actual"
SUM_ACTUALS_NEGATIVE = "sum_actuals_negative"


BIAS_UNITS = AccuracyMetric[PointErrors](
    name="bias_units",
    title="Bias",
    path="bias.units",
    formula="sum(F - A)",
    unit=Unit.UNITS,
    sign=OVER_FORECAST,
    zero_policy=NULL_WITHOUT_A_POINT,
    source=SOURCE,
    served=GET_KPIS,
    inputs=PointErrors,
    compute=lambda errors: np.where(errors.n > 0, errors.error, np.nan),
)
BIAS_PERCENT = AccuracyMetric[PointErrors](
    name="bias_percent",
    title="Bias, percent",
    path="bias.percent",
    formula="100 * sum(F - A) / sum A",
    unit=Unit.PERCENT,
    sign=OVER_FORECAST,
    zero_policy=f"{NULL_WHEN_SUM_IS_ZERO}; null `{SUM_ACTUALS_NEGATIVE}` when returns exceed sales, for the sign would be the opposite one",
    source=SOURCE,
    served=GET_KPIS,
    site_column="bias_pct",
    inputs=PointErrors,
    compute=lambda errors: 100 * ratio(errors.error, np.maximum(errors.actual, 0.0)),
    explain=lambda errors: SUM_ACTUALS_NEGATIVE if errors.actual[0] < 0 else SUM_ACTUALS_ZERO,
    reason=SUM_ACTUALS_ZERO,
)
MEAN_BIAS = AccuracyMetric[PointErrors](
    name="mean_bias",
    title="Mean bias",
    path="bias.mean",
    formula="mean(F - A)",
    unit=Unit.UNITS,
    sign=OVER_FORECAST,
    zero_policy=NULL_WITHOUT_A_POINT,
    source=SOURCE,
    inputs=PointErrors,
    compute=lambda errors: ratio(errors.error, errors.n),
    reason_key="bias_mean",
)
METRICS = (BIAS_UNITS, BIAS_PERCENT, MEAN_BIAS)
