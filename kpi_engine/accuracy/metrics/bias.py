"""Metrics of bias: errors F - A that do not cancel. Positive: over-forecast."""

from __future__ import annotations

from typing import Self

import numpy as np

from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric
from kpi_engine.accuracy.metrics.point import MAE, NULL_WHEN_SUM_IS_ZERO, NULL_WITHOUT_A_POINT, PointErrors
from kpi_engine.shared.arrays import ratio
from kpi_engine.shared.calendar import DAYS_OF_WEEK, mondays
from kpi_engine.shared.metric import GET_KPIS, Unit

SIGN_CONVENTION = "forecast_minus_actual"
OVER_FORECAST = "positive: over-forecast"
SOURCE = "Sign: a convention of this project, forecast minus actual"
SUM_ACTUALS_NEGATIVE = "sum_actuals_negative"
CONTROL_WEEKS = 13
CONTROL_LIMIT = 4
ENOUGH_POINTS = 6


class RecentErrors(PointErrors):
    """The errors of the last 13 ISO weeks up to the last day with points, as one group."""

    @classmethod
    def of_days(cls, by_day: PointErrors, first_day: int) -> Self:
        """Return the sums, from those of each day from `first_day` on."""
        offsets = np.flatnonzero(by_day.n)
        if len(offsets):
            monday = mondays(offsets + first_day)
            by_day = by_day.select(offsets[monday > monday[-1] - DAYS_OF_WEEK * CONTROL_WEEKS])
        return cls(**vars(by_day.total()))


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
TRACKING_SIGNAL = AccuracyMetric[RecentErrors](
    name="tracking_signal",
    title="Tracking signal",
    path="bias.tracking_signal",
    formula="sum(F - A) / mean|A - F| over the last 13 ISO weeks with points; beyond 4 either way bias.verdict is out_of_control, "
    "below 6 points insufficient_data",
    unit=Unit.RATIO,
    sign=OVER_FORECAST,
    zero_policy="null `mad_zero` when every forecast was exact",
    source="Brown 1959; limit 4 and window: conventions of this project",
    served=GET_KPIS,
    inputs=RecentErrors,
    compute=lambda errors: ratio(errors.error, MAE(errors)),
    reason="mad_zero",
)

METRICS = (BIAS_UNITS, BIAS_PERCENT, MEAN_BIAS, TRACKING_SIGNAL)


def judge_bias(recent: RecentErrors) -> str:
    """Return out_of_control where the tracking signal is beyond +-4, else in_control; insufficient_data below 6 points.

    >>> import numpy as np
    >>> one_point = RecentErrors(*np.ones((9, 1)))
    >>> judge_bias(one_point)
    'insufficient_data'
    """
    signal = TRACKING_SIGNAL(recent)[0]
    if recent.n[0] < ENOUGH_POINTS or np.isnan(signal):
        return "insufficient_data"
    return "out_of_control" if abs(signal) > CONTROL_LIMIT else "in_control"
