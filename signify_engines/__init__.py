"""The engines of Signify as a library: forecast daily demand, test forecasters, and compute accuracy, anomaly and logistics KPIs.

>>> import pandas as pd
>>> from signify_engines import forecast
>>> demand = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2026-01-05", periods=140), "y": [9.0, 9, 9, 9, 9, 4, 0] * 20})
>>> forecast(demand, h=7)[["unique_id", "ds", "p50"]].tail(3)
  unique_id         ds  p50
4         A 2026-05-29  9.0
5         A 2026-05-30  4.0
6         A 2026-05-31  0.0

Frames come in and go out; nothing here reads a file, a clock or the environment.
"""

from forecast_engine.baseline import SeasonalNaive
from forecast_engine.demand_frame import panel_of
from forecast_engine.errors import ForecastError, InvalidDemand, InvalidForecast, InvalidRequest, NothingToForecast
from forecast_engine.exclusions import EVERY_SERIES, Exclusion, ExclusionRules, split_panel
from forecast_engine.forecaster import DEFAULT_LEVELS, Diagnostics, Forecaster, PanelForecast, forecast_around
from forecast_engine.model import PanelModel
from forecast_engine.panel import Panel, SeriesKey
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.logistics_efficiency import LogisticsEfficiencyEngine
from kpi_engine.shared.errors import KpiError
from signify_engines.forecasting import ForecastWarning, evaluate, forecast

__all__ = [
    "DEFAULT_LEVELS",
    "EVERY_SERIES",
    "AnomalyDetectionEngine",
    "Diagnostics",
    "Exclusion",
    "ExclusionRules",
    "ForecastAccuracyEngine",
    "ForecastError",
    "ForecastWarning",
    "Forecaster",
    "InvalidDemand",
    "InvalidForecast",
    "InvalidRequest",
    "KpiError",
    "LogisticsEfficiencyEngine",
    "NothingToForecast",
    "Panel",
    "PanelForecast",
    "PanelModel",
    "SeasonalNaive",
    "SeriesKey",
    "evaluate",
    "forecast",
    "forecast_around",
    "panel_of",
    "split_panel",
]
