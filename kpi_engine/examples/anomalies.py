"""The golden input of the anomaly engine: two SKUs at one site, one 52 units above what was expected, the other 40 below.

Expected are 100 units a day, 90 to 110, as many as came in the weeks before. log(1 + units / 100) is 0.693 for 100, 0.742 for 110, 0.642
for 90, 0.924 for 152 and 0.470 for 60. The bounds are 1.28 sigma from the middle, so the spike is 0.231 / (0.0488 / 1.28) = 6.1 sigma out
and the drop 0.223 / (0.0513 / 1.28) = 5.6.
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
SPIKE_UNITS, DROP_UNITS = 52.0, 40.0
PAST_DAYS = 49
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
    past = np.full((2, PAST_DAYS), 100.0)
    return DetectionPanel(
        measure="demand",
        dimensions=[{"site_id": "LDS1", "sku_id": "SKU-1"}, {"site_id": "LDS1", "sku_id": "SKU-2"}],
        first_day=FIRST_DAY,
        days=DailyValues.of(actual, level, level - 10, level + 10),
        past=DailyValues.of(past, past, past - 10, past + 10),
        is_intermittent=np.zeros(2, dtype=np.bool_),
        capacity=np.full((2, 7), 120.0),
    )


def inputs() -> dict[str, pd.DataFrame]:
    """Return the days of the panel that are not as expected, as documentation shows them.

    The other days, and those of the weeks before, are as expected.

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
    1
    """
    return assess_week().as_dict()
