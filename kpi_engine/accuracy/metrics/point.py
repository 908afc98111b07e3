"""Errors of point forecasts, and the metrics that are ratios of their sums.

Every roll-up is a ratio of sums over the errors of single points, never a mean of ratios, except MAPE and sMAPE, which are means of
ratios by definition. A = actual, F = forecast. A figure is NaN where it is undefined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.metrics.accuracy_metric import ALL_ACTUALS_ZERO, SUM_ACTUALS_ZERO, AccuracyMetric, Population
from kpi_engine.accuracy.metrics.additive import Additive
from kpi_engine.shared.arrays import Floats, ratio
from kpi_engine.shared.metric import GET_KPIS, Unit
from kpi_engine.shared.wape import wape

HYNDMAN_KOEHLER = "Hyndman and Koehler 2006, Another look at measures of forecast accuracy"
AMAZON_FORECAST = "Amazon Forecast developer guide, metrics"
COMMON_PRACTICE = "Common practice"
SMALLER_IS_BETTER = "smaller is better"
NULL_WITHOUT_A_POINT = "null `no_observations` without a point"
NULL_WHEN_SUM_IS_ZERO = "null `sum_actuals_zero` when the actuals sum to zero"


@dataclass(frozen=True)
class PointErrors(Additive):
    """Counts, actuals, errors F - A, and their absolute, relative, squared and symmetric sizes."""

    QUANTITIES: ClassVar[frozenset[str]] = frozenset({"actual", "abs_actual", "error", "abs_error"})
    SQUARES: ClassVar[frozenset[str]] = frozenset({"squared_error"})

    n: Floats
    n_nonzero: Floats
    actual: Floats
    abs_actual: Floats
    error: Floats
    abs_error: Floats
    relative_error: Floats
    squared_error: Floats
    symmetric_error: Floats

    @classmethod
    def of_points(cls, points: MatchedPoints) -> Self:
        """Return each point by itself."""
        actual, error = points.actual, points.forecast - points.actual
        abs_actual, abs_error = np.abs(actual), np.abs(error)
        both = abs_actual + np.abs(points.forecast)
        is_nonzero = abs_actual > 0
        with np.errstate(over="ignore"):  # ratio() makes what is too large undefined
            relative_error = np.divide(abs_error, abs_actual, out=np.zeros(len(actual)), where=is_nonzero)
        symmetric_error = np.divide(2 * abs_error, both, out=np.zeros(len(actual)), where=both > 0)
        return cls(
            n=np.ones(len(actual)),
            n_nonzero=is_nonzero.astype(np.float64),
            actual=actual,
            abs_actual=abs_actual,
            error=error,
            abs_error=abs_error,
            relative_error=relative_error,
            squared_error=error * error,
            symmetric_error=symmetric_error,
        )


MAPE = AccuracyMetric[PointErrors](
    name="mape",
    title="Mean absolute percentage error",
    path="mape",
    formula="100 * mean(|A - F| / |A|) over the points with A != 0",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy="points with A = 0 are left out and counted in joins.n_excluded.zero_actual; null `all_actuals_zero` when none is left",
    source=HYNDMAN_KOEHLER,
    served=GET_KPIS,
    site_column="mape",
    inputs=PointErrors,
    compute=lambda errors: 100 * ratio(errors.relative_error, errors.n_nonzero),
    population=Population.NONZERO_ACTUAL,
    reason=ALL_ACTUALS_ZERO,
)
WAPE = AccuracyMetric[PointErrors](
    name="wape",
    title="Weighted absolute percentage error",
    path="wape",
    formula="100 * sum|A - F| / sum|A|",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=f"{NULL_WHEN_SUM_IS_ZERO}; additional.sum_abs_error then gives the error in units",
    source=AMAZON_FORECAST,
    served=GET_KPIS,
    site_column="wape",
    inputs=PointErrors,
    compute=lambda errors: wape(errors.abs_error, errors.abs_actual),
    reason=SUM_ACTUALS_ZERO,
)
ACCURACY = AccuracyMetric[PointErrors](
    name="accuracy",
    title="Forecast accuracy",
    path="additional.accuracy",
    formula="max(0, 100 - WAPE)",
    unit=Unit.PERCENT,
    sign="larger is better",
    zero_policy=NULL_WHEN_SUM_IS_ZERO,
    source=COMMON_PRACTICE,
    served=GET_KPIS,
    inputs=PointErrors,
    compute=lambda errors: np.maximum(0.0, 100 - WAPE(errors)),
    reason=SUM_ACTUALS_ZERO,
)
ACCURACY_RAW = AccuracyMetric[PointErrors](
    name="accuracy_raw",
    title="Forecast accuracy, not floored",
    path="additional.accuracy_raw",
    formula="100 - WAPE",
    unit=Unit.PERCENT,
    sign="larger is better; negative when WAPE is above 100",
    zero_policy=NULL_WHEN_SUM_IS_ZERO,
    source=COMMON_PRACTICE,
    inputs=PointErrors,
    compute=lambda errors: 100 - WAPE(errors),
    reason_key=None,
)
SMAPE = AccuracyMetric[PointErrors](
    name="smape",
    title="Symmetric MAPE",
    path="additional.smape",
    formula="100 * mean(2|A - F| / (|A| + |F|)), 0 to 200",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=f"a point with A = F = 0 counts 0; {NULL_WITHOUT_A_POINT}",
    source="Makridakis and Hibon 2000, The M3-Competition",
    served=GET_KPIS,
    inputs=PointErrors,
    compute=lambda errors: 100 * ratio(errors.symmetric_error, errors.n),
)
MAE = AccuracyMetric[PointErrors](
    name="mae",
    title="Mean absolute error",
    path="additional.mae",
    formula="mean|A - F|",
    unit=Unit.UNITS,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_A_POINT,
    source=HYNDMAN_KOEHLER,
    inputs=PointErrors,
    compute=lambda errors: ratio(errors.abs_error, errors.n),
)
RMSE = AccuracyMetric[PointErrors](
    name="rmse",
    title="Root mean squared error",
    path="additional.rmse",
    formula="sqrt(mean((A - F)^2))",
    unit=Unit.UNITS,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_A_POINT,
    source=HYNDMAN_KOEHLER,
    inputs=PointErrors,
    compute=lambda errors: np.sqrt(ratio(errors.squared_error, errors.n)),
)
SUM_ABS_ERROR = AccuracyMetric[PointErrors](
    name="sum_abs_error",
    title="Sum of absolute errors",
    path="additional.sum_abs_error",
    formula="sum|A - F|",
    unit=Unit.UNITS,
    sign=SMALLER_IS_BETTER,
    zero_policy="0 without a point",
    source=AMAZON_FORECAST,
    inputs=PointErrors,
    compute=lambda errors: errors.abs_error,
    reason_key=None,
)

METRICS = (MAPE, WAPE, ACCURACY, ACCURACY_RAW, SMAPE, MAE, RMSE, SUM_ABS_ERROR)
