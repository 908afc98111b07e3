"""Accuracy as the engine computes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.domain.kpis import Basis, RunAccuracy
from tests.fakes.examples import AS_OF, a_run


def a_run_accuracy(basis: Basis, days: int = 7, **changes: Any) -> RunAccuracy:
    """The accuracy of a run whose forecasts of 12 a day met a demand of 10 on its last days; `changes` are of the report."""
    dates = [AS_OF - timedelta(days=ago) for ago in reversed(range(days + 14))]
    demand = pd.DataFrame({"sku_id": "SKU-1", "demand_date": dates, "actual_value": 10.0})
    forecast = pd.DataFrame({"sku_id": "SKU-1", "forecast_date": dates[-days:], "predicted_value": 12.0})
    report = ForecastAccuracyEngine().report(forecast, demand)
    return RunAccuracy(a_run().id, basis, AS_OF, a_run().id, replace(report, **changes))
