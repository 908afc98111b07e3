"""Numbers at the edge of what can be computed with: a report on them is JSON, and what lies beyond is refused by its column."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from kpi_engine.accuracy.inputs.leads import LONGEST_LEAD
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.columns import LARGEST_SIZE
from kpi_engine.shared.errors import InvalidValue
from tests.unit.kpi_engine.examples import MONDAY, actuals, forecasts

NUMBERS = [0.0, 1.0, -1.0, 3.5, LARGEST_SIZE, -LARGEST_SIZE, 1 / LARGEST_SIZE, 1e-300, -5e-324, np.nan, np.inf, -np.inf]
DAYS = 28
ENGINE = ForecastAccuracyEngine()


def draw(rng: np.random.Generator, size: int) -> list[float]:
    return [float(value) for value in rng.choice(NUMBERS, size)]


def draw_frames(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four weeks of forecasts with bounds and quantiles, and of actuals with four weeks before them, for two SKUs."""
    rng = np.random.default_rng(seed)
    forecast = pd.concat(
        [
            forecasts(
                draw(rng, DAYS),
                sku=sku,
                confidence_lower=draw(rng, DAYS),
                confidence_upper=draw(rng, DAYS),
                quantiles=[{"0.1": low, "0.9": high} for low, high in zip(draw(rng, DAYS), draw(rng, DAYS), strict=True)],
            )
            for sku in ("A", "B")
        ]
    )
    actual = pd.concat([actuals(draw(rng, 2 * DAYS), MONDAY - timedelta(days=DAYS), sku) for sku in ("A", "B")])
    return forecast, actual


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("seed", range(30))
def test_a_report_on_extreme_numbers_is_json_and_explains_its_nulls(seed: int, grain: str) -> None:
    kpis = ENGINE.calculate_forecast_kpis(*draw_frames(seed), error_grain=grain)
    json.dumps(kpis, allow_nan=False)
    for name in ("mape", "wape"):
        assert (kpis[name] is None) == (name in kpis["undefined"])
        assert kpis[name] is None or kpis[name] >= 0
    coverage = kpis["ci_coverage"]["coverage"]
    assert coverage is None or 0 <= coverage <= 100


@pytest.mark.parametrize("value", [1e51, -1e300, 1.7e308])
@pytest.mark.parametrize("name", ["predicted_value", "confidence_lower", "confidence_upper", "horizon_days"])
def test_a_forecast_beyond_the_largest_number_is_refused_by_its_column(name: str, value: float) -> None:
    frame = forecasts([1.0, 2.0, 3.0], confidence_lower=0.0, confidence_upper=9.0)
    with pytest.raises(InvalidValue, match=rf"^{name} is .*: write a number between -1e\+50 and 1e\+50$"):
        ENGINE.calculate_forecast_kpis(frame.assign(**{name: [1.0, value, 2.0]}), actuals([1.0, 2.0, 3.0]))


def test_a_quantile_beyond_the_largest_number_is_refused() -> None:
    frame = forecasts([1.0, 2.0], quantiles=[{"0.9": 3.0}, {"0.9": 1e60}])
    with pytest.raises(InvalidValue, match=r"^a quantile of forecast_data is 1e.60: write a number"):
        ENGINE.calculate_forecast_kpis(frame, actuals([1.0, 2.0]))


def test_an_infinite_quantile_is_missing() -> None:
    frame = forecasts([1.0, 2.0], quantiles=[{"0.9": 3.0}, {"0.9": np.inf}])
    kpis = ENGINE.calculate_forecast_kpis(frame, actuals([1.0, 2.0]))
    assert kpis["additional"]["wql"]["p90"] == pytest.approx(2 * 0.1 * 2.0 / 1.0)


@pytest.mark.parametrize("frame", ["actual", "history"])
def test_a_demand_beyond_the_largest_number_is_refused(frame: str) -> None:
    demand = {"actual": actuals([1.0, 2.0]), "history": actuals([1.0, 2.0], MONDAY - timedelta(days=9))}
    demand[frame] = demand[frame].assign(actual_value=[1e60, 2.0])
    with pytest.raises(InvalidValue, match=r"^actual_value is 1e.60: write a number"):
        ENGINE.calculate_forecast_kpis(forecasts([1.0, 2.0]), demand["actual"], demand["history"])


def test_mape_of_a_number_beyond_the_largest_is_refused_as_everywhere() -> None:
    with pytest.raises(InvalidValue, match=r"^predicted_value is 1e.60"):
        ENGINE.calculate_mape(pd.DataFrame({"predicted_value": [1e60], "actual_value": [1.0]}))


def test_the_longest_lead_is_accepted_and_a_date_written_as_a_number_is_refused() -> None:
    frame = forecasts([1.0, 2.0])
    kpis = ENGINE.calculate_forecast_kpis(frame.assign(horizon_days=[1, LONGEST_LEAD]), actuals([1.0, 2.0]))
    assert [row["horizon_days"] for row in kpis["additional"]["horizon_profile"]] == [1, LONGEST_LEAD]
    for lead in (LONGEST_LEAD + 1, 20_260_720, 1e18):
        with pytest.raises(InvalidValue, match=r"^forecast_data holds leads of more than 36,525 days: write the days"):
            ENGINE.calculate_forecast_kpis(frame.assign(horizon_days=[1, lead]), actuals([1.0, 2.0]))


def test_an_as_of_date_of_another_century_is_refused() -> None:
    frame = forecasts([1.0, 2.0]).drop(columns="horizon_days").assign(as_of_date="1026-10-30")
    with pytest.raises(InvalidValue, match="leads of more than 36,525 days"):
        ENGINE.calculate_forecast_kpis(frame, actuals([1.0, 2.0]))


def test_a_frame_with_two_columns_of_one_name_is_refused() -> None:
    twice = pd.concat([forecasts([1.0]), pd.Series([2.0], name="predicted_value")], axis=1)
    with pytest.raises(InvalidValue, match=r"^forecast_data has two columns named predicted_value: rename or drop one of them"):
        ENGINE.calculate_forecast_kpis(twice, actuals([1.0]))
