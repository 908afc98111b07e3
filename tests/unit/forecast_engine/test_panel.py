from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from forecast_engine.errors import InvalidDemand
from forecast_engine.panel import Panel, SeriesKey, from_first_demand

FIRST = date(2024, 1, 1)
KEYS = (SeriesKey("LDS1", "A"), SeriesKey("LDS1", "B"))


def test_a_panel_cut_at_a_day_has_forgotten_the_later_ones() -> None:
    panel = Panel(np.arange(1.0, 6.0)[None, :], FIRST, KEYS[:1])
    cut = panel.until(date(2024, 1, 3))
    assert (cut.days, cut.last_day, cut.values.tolist()) == (3, date(2024, 1, 3), [[1.0, 2.0, 3.0]])
    for outside in (panel.first_day - timedelta(days=1), panel.last_day + timedelta(days=1)):
        with pytest.raises(InvalidDemand, match=f"covers 2024-01-01 to 2024-01-05; it cannot be cut at {outside}"):
            panel.until(outside)


def test_a_selection_keeps_series_and_values_together() -> None:
    panel = Panel(np.array([[1.0, 2.0], [3.0, 4.0]]), FIRST, KEYS).select(np.array([False, True]))
    assert (panel.series, panel.values.tolist()) == (KEYS[1:], [[3.0, 4.0]])


def test_values_and_series_must_agree() -> None:
    with pytest.raises(InvalidDemand, match="2 series"):
        Panel(np.zeros((1, 3)), FIRST, KEYS)


def test_days_before_the_first_demand_are_not_known() -> None:
    values = from_first_demand(np.array([[0.0, 0.0, 4.0, 0.0], [np.nan, 0.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(values, [[np.nan, np.nan, 4.0, 0.0], [np.nan] * 4])


def test_a_series_is_named_by_site_and_sku_or_by_its_unique_id() -> None:
    assert [SeriesKey("LDS1", "A").label, SeriesKey("", "A").label] == ["LDS1/A", "A"]
