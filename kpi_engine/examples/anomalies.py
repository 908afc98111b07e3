"""The golden input of the anomaly engine: two SKUs at one site, one 6.5 scales above what was expected and one 6.5 below.

The residuals of the eight weeks before are -2, -1, -1, 0, 0, 1, 1 and 2 times a MAD that makes the scale, 1.4826 * MAD, 8 units for the
first SKU and 40 / 6.5 for the second: it falls by 40 units.
"""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.detection.detector import Panel, detect, groups
from kpi_engine.anomalies.detection.kinds import Days
from kpi_engine.anomaly_detection import AnomalyDetectionEngine

DETECTOR = "arn:aws:lookoutmetrics:eu-west-1:000000000000:AnomalyDetector:demand"
FIRST_DAY = date(2026, 11, 15)
LAST_DAY = date(2026, 11, 21)
SPIKE_UNITS, DROP_UNITS, Z = 52.0, 40.0, 6.5
PAST_WEEKS_IN_MADS = (-2.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 2.0)
COSTS = Costs(
    currency="EUR",
    unit_margin={"SKU-1": 3.0, "SKU-2": 3.5},
    expedite_cost_per_unit=1.5,
    overtime_cost_per_unit=0.5,
    marginal_cost_per_unit=0.8,
)


def panel() -> Panel:
    """Expected 100 a day, 90 to 110, capacity 120; SKU-1 52 units up on the 20th, SKU-2 40 units down on the 21st."""
    expected = np.full((2, 7), 100.0)
    actual = expected.copy()
    actual[0, 5] += SPIKE_UNITS
    actual[1, 6] -= DROP_UNITS
    mad = np.array([[SPIKE_UNITS], [DROP_UNITS]]) / Z / 1.4826
    past = np.repeat(mad * PAST_WEEKS_IN_MADS, 7, axis=1)
    dimensions = [{"site_id": "LDS1", "sku_id": "SKU-1"}, {"site_id": "LDS1", "sku_id": "SKU-2"}]
    days = Days.of(actual, expected, expected - 10, expected + 10)
    return Panel("demand", dimensions, FIRST_DAY, days, past, np.zeros(2, dtype=np.bool_), capacity=np.full((2, 7), 120.0))


def inputs() -> dict[str, pd.DataFrame]:
    """The days of the panel; of the days before only the scale of their residuals counts: 8 units for SKU-1, 6.15 for SKU-2."""
    found = panel()
    actual, expected = found.days.actual.ravel(), found.days.expected.ravel()
    skus = [dimension["sku_id"] for dimension in found.dimensions for _ in range(found.days.actual.shape[1])]
    dates = list(pd.date_range(FIRST_DAY, LAST_DAY)) * len(found.dimensions)
    frame = pd.DataFrame({"sku_id": skus, "date": dates, "expected": expected, "actual": actual})
    return {"panel": frame[frame["expected"] != frame["actual"]]}


def example() -> dict[str, Any]:
    """The engine's answer for the week of the golden panel."""
    found = panel()
    source = groups(found, detect(found), DETECTOR, UTC)
    return AnomalyDetectionEngine(source, COSTS).process_anomaly_results(DETECTOR, until=LAST_DAY)
