from __future__ import annotations

import numpy as np
import pytest

from forecast_engine.demand_class import DemandClass, demand_classes

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ([5, 6, 5, 4], DemandClass.SMOOTH),
        ([1, 1, 1, 20], DemandClass.ERRATIC),
        ([3, 0, 0, 3], DemandClass.INTERMITTENT),
        ([0, 1, 0, 20, 0, 0, 1, 0], DemandClass.LUMPY),
        ([0, 0, 0, 0], DemandClass.INTERMITTENT),
    ],
)
def test_series_fall_into_the_class_of_their_interval_and_variation(pattern: list[float], expected: DemandClass) -> None:
    values = np.tile(np.array(pattern, dtype=np.float64), 30)[None, :]
    assert demand_classes(values).tolist() == [expected]


def test_days_not_known_lengthen_no_interval() -> None:
    values = np.where(np.arange(100) % 2 == 0, 5.0, np.nan)[None, :]
    assert demand_classes(values).tolist() == [DemandClass.SMOOTH]


def test_only_the_last_year_speaks() -> None:
    values = np.concatenate([np.zeros(400), np.full(365, 5.0)])[None, :]
    assert demand_classes(values).tolist() == [DemandClass.SMOOTH]
