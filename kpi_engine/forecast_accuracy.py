"""How good forecasts were: the engine that compares them with what happened.

Pure: frames in, a dict out. The order of rows does not matter, inputs are not changed, and what is undefined is null with a reason in
`undefined`, never 0 and never infinite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.accuracy.inputs.calendar import Grain
from kpi_engine.accuracy.inputs.inputs import read
from kpi_engine.accuracy.inputs.matching import joined
from kpi_engine.accuracy.metrics import interval
from kpi_engine.accuracy.metrics.accumulate import tally
from kpi_engine.accuracy.metrics.demand_class import demand_classes
from kpi_engine.accuracy.metrics.scaled import Scales
from kpi_engine.accuracy.report.breakdowns import by_horizon, by_site, by_sku
from kpi_engine.accuracy.report.headline import additional, bias, joins, undefined, window
from kpi_engine.accuracy.report.weeks import by_week
from kpi_engine.shared.columns import read_numbers, require_columns

DEFINITIONS_VERSION = "1"


class ForecastAccuracyEngine:
    """The measures of forecast accuracy under the names of the field."""

    def calculate_mape(self, df: pd.DataFrame) -> float | None:
        """Mean absolute percentage error, percent, over the rows of df with an actual that is not zero; None when there is none.

        Columns: predicted_value, actual_value. Raises MissingColumns.
        """
        require_columns({"df": (df, ("predicted_value", "actual_value"))})
        forecast, actual = read_numbers(df, "predicted_value"), read_numbers(df, "actual_value")
        usable = ~np.isnan(forecast) & ~np.isnan(actual) & (actual != 0)
        if not usable.any():
            return None
        return float(100 * np.mean(np.abs(actual[usable] - forecast[usable]) / np.abs(actual[usable])))

    def calculate_forecast_kpis(
        self,
        forecast_data: pd.DataFrame,
        actual_data: pd.DataFrame,
        history_data: pd.DataFrame | None = None,
        *,
        error_grain: str = "day",
    ) -> dict[str, Any]:
        """Every measure of the points that occur in both frames.

        forecast_data: sku_id (or sku), forecast_date, predicted_value; optional site_id, as_of_date (the last day the forecast knew) or
        horizon_days, confidence_lower, confidence_upper, interval_level (0..1, 0.8 where missing), quantiles (a mapping of levels to
        values in each row). With as_of_date or horizon_days a day may be forecast several times.
        actual_data: sku_id, demand_date (or forecast_date), actual_value; optional site_id.
        history_data: more demand, in the columns of actual_data, which is never held against a forecast. It and the actuals before the
        first forecast_date are the training days that scale MASE and RMSSE; the simple methods know what each forecast could know.

        Errors are formed by day, week or month: `error_grain`. Percentages are 0..100, quantities in the unit of the demand. None, NaN
        and infinities are missing and counted. Raises MissingColumns, DuplicateKeys or InvalidValue.
        """
        grain = Grain.of(error_grain)
        question = read(forecast_data, actual_data, history_data)
        forecasts, series = question.forecasts, question.series
        sums = tally(joined(question), forecasts.grid, grain, forecasts.longest_lead)
        scales = Scales.of(question.known.before(forecasts.first_day).bucketed(grain), grain.season)
        weekly = [] if grain is Grain.MONTH else by_week(sums.by_day, sums.points_on, sums.first_day, forecasts.grid.first)
        coverage, more = interval.coverage(sums.intervals.total()), additional(sums, series, scales, weekly, grain)
        total = sums.errors.total()
        answer = {
            "mape": more.pop("mape"),
            "wape": more.pop("wape"),
            "bias": bias(total, sums),
            "ci_coverage": coverage,
            "sku_breakdown": by_sku(sums, series, scales, demand_classes(question.known, series.sku_of, len(series.skus))),
            "site_breakdown": by_site(sums, series, scales),
            "weekly_trends": weekly,
            "additional": more | {"horizon_profile": by_horizon(sums.by_lead)},
            "joins": joins(question, sums),
            "window": window(sums, forecasts.grid),
            "error_grain": grain.value,
            "rollup": "pooled",
            "definitions_version": DEFINITIONS_VERSION,
        }
        return answer | {"undefined": undefined(answer, sums, scales)}
