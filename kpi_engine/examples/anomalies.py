"""The golden input of the anomaly engine: two SKUs at one site, one 6.5 scales above what was expected and one 6.5 below.

The residuals of the eight weeks before are -2, -1, -1, 0, 0, 1, 1 and 2 times a MAD that makes the scale, 1.4826 * MAD, 8 units for the
first SKU and 40 / 6.5 for the second: it falls by 40 units.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine

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


def build_panel() -> DetectionPanel:
    """Return a week: expected 100 a day, 90 to 110, capacity 120; SKU-1 52 units up on the 20th, SKU-2 40 units down on the 21st.

    >>> build_panel().days.actual[:, 5:].tolist()
    [[152.0, 100.0], [100.0, 60.0]]
    """
    level = np.full((2, 7), 100.0)
    actual = level.copy()
    actual[0, 5] += SPIKE_UNITS
    actual[1, 6] -= DROP_UNITS
    mad = np.array([[SPIKE_UNITS], [DROP_UNITS]]) / Z / 1.4826
    return DetectionPanel(
        measure="demand",
        dimensions=[{"site_id": "LDS1", "sku_id": "SKU-1"}, {"site_id": "LDS1", "sku_id": "SKU-2"}],
        first_day=FIRST_DAY,
        days=DailyValues.of(actual, level, level - 10, level + 10),
        past_residuals=np.repeat(mad * PAST_WEEKS_IN_MADS, 7, axis=1),
        is_intermittent=np.zeros(2, dtype=np.bool_),
        capacity=np.full((2, 7), 120.0),
    )


def inputs() -> dict[str, pd.DataFrame]:
    """Return the days of the panel that are not as expected, as documentation shows them.

    Of the days before only the scale of their residuals counts: 8 units for SKU-1, 6.15 for SKU-2.

    >>> inputs()["panel"][["sku_id", "actual"]].values.tolist()
    [['SKU-1', 152.0], ['SKU-2', 60.0]]
    """
    panel = build_panel()
    actual, expected = panel.days.actual.ravel(), panel.days.expected.ravel()
    skus = [dimension["sku_id"] for dimension in panel.dimensions for _ in range(panel.days.actual.shape[1])]
    dates = list(pd.date_range(FIRST_DAY, LAST_DAY)) * len(panel.dimensions)
    frame = pd.DataFrame({"sku_id": skus, "date": dates, "expected": expected, "actual": actual})
    return {"panel": frame[frame["expected"] != frame["actual"]]}


def assess_week() -> AnomalyReport:
    """Return the engine's report on the week of the golden panel.

    >>> [str(anomaly.kind) for anomaly in assess_week().anomalies]
    ['VOLUME_SPIKE', 'VOLUME_DROP']
    """
    return AnomalyDetectionEngine(costs=COSTS).assess(detect_groups(build_panel()), Window.ending(LAST_DAY, 7))


def example() -> dict[str, Any]:
    """Return the report as a dict.

    >>> example()["by_severity"]["HIGH"]
    2
    """
    return assess_week().as_dict()
