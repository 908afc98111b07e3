"""The engine against utilsforecast and scikit-learn, with the differences that are meant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.examples import random_panel


@pytest.fixture(scope="module")
def losses() -> Any:
    """The peer's losses; imported here, since importing takes longer than the tests."""
    return pytest.importorskip("utilsforecast.losses")


@pytest.fixture(scope="module")
def metrics() -> Any:
    """scikit-learn's metrics."""
    return pytest.importorskip("sklearn.metrics")


@pytest.fixture(scope="module")
def panel() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Forecasts, actuals, both points under the peer's names, and the engine's report; one SKU at one site each."""
    forecast, actual = random_panel(11, skus=15, sites=1)
    points = forecast.merge(actual, left_on=["site_id", "sku_id", "forecast_date"], right_on=["site_id", "sku_id", "demand_date"])
    names = {"sku_id": "unique_id", "forecast_date": "ds", "actual_value": "y", "predicted_value": "m"}
    names |= {"confidence_lower": "m-lo-80", "confidence_upper": "m-hi-80"}
    return forecast, actual, points.rename(columns=names), ForecastAccuracyEngine().calculate_forecast_kpis(forecast, actual)


def by_sku(answer: dict[str, Any], column: str) -> pd.Series[Any]:
    return pd.Series({row["sku_id"]: row[column] for row in answer["sku_breakdown"]}).sort_index()


def peer(loss: Any, frame: pd.DataFrame, **options: Any) -> np.ndarray[Any, Any]:
    kpis: pd.DataFrame = loss(frame, models=["m"], **options)
    return kpis.set_index("unique_id")["m"].sort_index().to_numpy()


def test_wape_is_the_peers_normalised_deviation(panel: Any, losses: Any) -> None:
    assert by_sku(panel[3], "wape").to_numpy() == pytest.approx(100 * peer(losses.nd, panel[2]), rel=1e-12)


def test_bias_is_the_peers_mean_error_over_the_mean_actual(panel: Any, losses: Any) -> None:
    mean_actual = panel[2].groupby("unique_id")["y"].mean().sort_index().to_numpy()
    assert by_sku(panel[3], "bias_pct").to_numpy() == pytest.approx(100 * peer(losses.bias, panel[2]) / mean_actual, rel=1e-9)


def test_coverage_is_the_peers(panel: Any, losses: Any) -> None:
    theirs = losses.coverage(panel[2], models=["m"], level=80).set_index("unique_id")["m"].sort_index().to_numpy()
    assert by_sku(panel[3], "coverage").to_numpy() == pytest.approx(100 * theirs, rel=1e-12)


def test_mape_is_the_peers_where_no_actual_is_zero(panel: Any, losses: Any) -> None:
    """The peer divides by zero, or counts the point as it likes; the engine leaves points with A = 0 out and says how many."""
    nonzero = panel[2][panel[2]["y"] > 0]
    assert by_sku(panel[3], "mape").to_numpy() == pytest.approx(100 * peer(losses.mape, nonzero), rel=1e-12)
    assert panel[3]["joins"]["n_excluded"]["zero_actual"] == len(panel[2]) - len(nonzero) > 0


def test_smape_is_twice_the_peers(panel: Any, losses: Any) -> None:
    """The peer's runs from 0 to 1, the engine's from 0 to 200."""
    points = panel[2]
    counts = points.groupby("unique_id").size().sort_index().to_numpy()
    assert panel[3]["additional"]["smape"] == pytest.approx(200 * np.average(peer(losses.smape, points), weights=counts), rel=1e-12)


def test_the_pooled_measures_are_those_of_scikit_learn(panel: Any, metrics: Any) -> None:
    points, more = panel[2], panel[3]["additional"]
    assert more["mae"] == pytest.approx(metrics.mean_absolute_error(points["y"], points["m"]), rel=1e-12)
    assert more["rmse"] == pytest.approx(metrics.root_mean_squared_error(points["y"], points["m"]), rel=1e-12)
    nonzero = points[points["y"] > 0]  # the peer puts a tiny number below the fraction
    assert panel[3]["mape"] == pytest.approx(100 * metrics.mean_absolute_percentage_error(nonzero["y"], nonzero["m"]), rel=1e-12)


@pytest.mark.parametrize(("tau", "column"), [(0.1, "m-lo-80"), (0.5, "m"), (0.9, "m-hi-80")])
def test_quantile_losses_are_scikit_learns_pinball_over_the_mean_actual(panel: Any, tau: float, column: str, metrics: Any) -> None:
    points = panel[2]
    pinball = metrics.mean_pinball_loss(points["y"], points[column], alpha=tau)
    assert panel[3]["additional"]["wql"][f"p{100 * tau:.0f}"] == pytest.approx(2 * pinball / points["y"].mean(), rel=1e-12)


def test_bounds_that_lack_or_cross_are_no_interval_here_but_a_miss_for_the_peer(panel: Any, losses: Any) -> None:
    forecast, actual, points, answer = panel
    spoilt = forecast.copy()
    spoilt.iloc[:5, spoilt.columns.get_loc("confidence_lower")] = np.nan
    spoilt.iloc[5:9, spoilt.columns.get_loc("confidence_upper")] = -1.0
    kpis = ForecastAccuracyEngine().calculate_forecast_kpis(spoilt, actual)["ci_coverage"]
    n_excluded = kpis["n_excluded"]
    assert n_excluded["no_interval"] > 0
    assert n_excluded["crossed_interval"] > 0
    assert kpis["n"] == answer["ci_coverage"]["n"] - n_excluded["no_interval"] - n_excluded["crossed_interval"]
    crossed_points = points.assign(**{"m-hi-80": -1.0})
    assert losses.coverage(crossed_points, models=["m"], level=80)["m"].max() == 0
