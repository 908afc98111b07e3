"""The forecaster on real demand; bounds a little above what benchmarks/forecast.py measures, so that a loss of quality shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.forecast import evaluate
from benchmarks.forecast_panels import REAL_DATA, m5_subset, online_retail
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.model import PanelModel
from forecast_engine.panel import Panel
from kpi_engine.shared.demand_class import DemandClass, demand_classes, is_rare

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.filterwarnings("error"),
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"real data is not there: {REAL_DATA}"),
]


@pytest.mark.parametrize(
    ("panel", "wape", "pinball"),
    [pytest.param(m5_subset, 76.0, 0.572, id="M5 subset"), pytest.param(online_retail, 84.0, 0.692, id="online retail")],
)
def test_accuracy_on_real_demand_is_kept(panel: Callable[[], Panel], wape: float, pinball: float) -> None:
    whole = panel()
    ours, naive = evaluate(whole, PanelModel()), evaluate(whole, SeasonalNaive())
    assert ours.wape < wape
    assert ours.wape < 0.8 * naive.wape
    assert ours.pinball < pinball
    assert ours.pinball < 0.78 * naive.pinball
    assert ours.above == pytest.approx(10.0, abs=2.0)


def test_one_day_in_ten_lies_above_the_upper_bound_of_real_rare_demand() -> None:
    whole = m5_subset()
    shares = []
    for step in (1, 2, 3):
        end = whole.days - 28 * step
        history = Panel(whole.values[:, :end], whole.first_day, whole.series)
        rare = is_rare(demand_classes(history.values, window_days=365, without_demand=DemandClass.INTERMITTENT))
        upper = PanelModel().forecast(history, 28).quantiles[2]
        shares.append(100 * np.mean((whole.values[:, end : end + 28] > upper)[rare]))
    assert np.mean(shares) == pytest.approx(10.0, abs=2.0)
