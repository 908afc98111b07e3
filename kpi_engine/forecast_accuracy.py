"""Forecast accuracy: the engine that compares forecasts with actuals.

Pure: frames in, a report out. The order of rows does not matter, inputs are not changed, and what is undefined is None with a reason in
`undefined`, never 0 and never infinite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.matching import match
from kpi_engine.accuracy.inputs.weights import SeriesWeights
from kpi_engine.accuracy.metrics.accumulate import accumulate
from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from kpi_engine.accuracy.report.build import build_report
from kpi_engine.shared.arrays import to_number
from kpi_engine.shared.columns import read_numbers, require_columns


class ForecastAccuracyEngine:
    """The measures of forecast accuracy under the names of the field."""

    def calculate_mape(self, df: pd.DataFrame) -> float | None:
        """Return the mean absolute percentage error, percent, over the rows with an actual that is not zero.

        None without such a row, or when the mean is too large for a float.

        Columns: predicted_value, actual_value. Raises MissingColumns, and InvalidValue for a number beyond 1e50.

        >>> df = pd.DataFrame({"predicted_value": [100, 200, 5], "actual_value": [110, 190, 0]})
        >>> round(ForecastAccuracyEngine().calculate_mape(df), 4)
        7.177
        """
        require_columns({"df": (df, ("predicted_value", "actual_value"))})
        forecast, actual = read_numbers(df, "predicted_value"), read_numbers(df, "actual_value")
        is_usable = ~np.isnan(forecast) & ~np.isnan(actual) & (actual != 0)
        if not is_usable.any():
            return None
        with np.errstate(over="ignore"):  # a share too large for a float makes the mean undefined
            shares = np.abs(actual[is_usable] - forecast[is_usable]) / np.abs(actual[is_usable])
            return to_number(100 * np.mean(shares, keepdims=True))

    def calculate_forecast_kpis(
        self,
        forecast_data: pd.DataFrame,
        actual_data: pd.DataFrame,
        history_data: pd.DataFrame | None = None,
        *,
        error_grain: str = "day",
        sku_data: pd.DataFrame | None = None,
    ) -> dict[str, Any]:
        """Return `report` as a dict, ready for JSON.

        >>> forecast = pd.DataFrame({"sku_id": "A", "forecast_date": ["2026-07-20", "2026-07-21"], "predicted_value": [100, 200]})
        >>> actual = pd.DataFrame({"sku_id": "A", "demand_date": ["2026-07-20", "2026-07-21"], "actual_value": [110, 190]})
        >>> kpis = ForecastAccuracyEngine().calculate_forecast_kpis(forecast, actual)
        >>> kpis["bias"]["units"], kpis["undefined"]["mase"]
        (0.0, 'no_observations')
        """
        return self.report(forecast_data, actual_data, history_data, error_grain=error_grain, sku_data=sku_data).as_dict()

    def report(
        self,
        forecast_data: pd.DataFrame,
        actual_data: pd.DataFrame,
        history_data: pd.DataFrame | None = None,
        *,
        error_grain: str = "day",
        sku_data: pd.DataFrame | None = None,
    ) -> AccuracyReport:
        """Compute every measure of the points that occur in both frames.

        forecast_data: sku_id (or sku), forecast_date, predicted_value; optional site_id, as_of_date (the forecast's last known day) or
        horizon_days, confidence_lower, confidence_upper, interval_level (0..1, 0.8 where missing), quantiles (a mapping of levels to
        values in each row). With as_of_date or horizon_days a day may be forecast several times.
        actual_data: sku_id, demand_date (or forecast_date), actual_value; optional site_id.
        history_data: more demand, in the columns of actual_data, which is never compared with a forecast. It and the actuals before the
        first forecast_date are the training days that scale MASE and RMSSE; the simple methods use only the demand known at each
        forecast's origin.
        sku_data: sku_id, uom, the unit of measure of its demand; optional unit_value, money per unit, and currency. Series of several
        units are pooled by volume share within a unit, and no quantity of all of them is given.

        Errors are formed by day, week or month: `error_grain`. Percentages are 0..100, quantities in the unit of the demand. None, NaN
        and infinities are missing and counted. Raises MissingColumns, DuplicateKeys or InvalidValue, also for a number beyond 1e50.

        >>> forecast = pd.DataFrame({"sku_id": "A", "forecast_date": ["2026-07-20", "2026-07-21"], "predicted_value": [100, 200]})
        >>> actual = pd.DataFrame({"sku_id": "A", "demand_date": ["2026-07-20", "2026-07-21"], "actual_value": [110, 190]})
        >>> report = ForecastAccuracyEngine().report(forecast, actual)
        >>> round(report.wape, 4), report.joins.matched, report.window.length.days
        (6.6667, 2, 2)
        """
        grain = Grain.of(error_grain)
        inputs = read_inputs(forecast_data, actual_data, history_data, sku_data)
        weights = SeriesWeights.of(inputs.units.unit_of[inputs.index.sku_of], match(inputs)).weight
        sums = accumulate(match(inputs), inputs.forecasts.grid, grain, inputs.forecasts.longest_lead, weights)
        return build_report(inputs, sums, grain)
