"""The panel of the detector, against loops over every forecast and day of demand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.expectations import Expectations
from tests.fakes import InMemoryFrames
from tests.fakes.examples import AS_OF, a_published_run, a_run

PAST_DAYS, WINDOW_DAYS = 14, 7
DAYS = PAST_DAYS + WINDOW_DAYS
FIRST = AS_OF - timedelta(days=DAYS - 1)
SERIES = [("LDS1", "SKU-1"), ("LDS1", "SKU-2"), ("RTM1", "SKU-1")]
NAN = float("nan")


def forecasts(generator: np.random.Generator, made_on: date, days: int, missing: float = 0.2) -> pd.DataFrame:
    """Forecasts of each series for the days after made_on, some of them missing."""
    rows = [
        {"site_id": site, "sku_id": sku, "forecast_date": made_on + timedelta(days=ahead), "horizon_days": ahead}
        for site, sku in SERIES
        for ahead in range(1, days + 1)
        if generator.random() >= missing
    ]
    level = generator.integers(50, 150, len(rows)).astype(float)
    return pd.DataFrame(rows).assign(predicted_value=level, confidence_lower=level - 10, confidence_upper=level + 10)


def demands(generator: np.random.Generator, missing: float = 0.2) -> pd.DataFrame:
    rows = [
        {"site_id": site, "sku_id": sku, "demand_date": FIRST + timedelta(days=day), "demand": float(generator.integers(0, 200))}
        for site, sku in SERIES
        for day in range(DAYS)
        if generator.random() >= missing
    ]
    return pd.DataFrame(rows).assign(stockout=generator.random(len(rows)) < 0.1, source="demand_history")


def expected_cell(frames: list[pd.DataFrame], demand: pd.DataFrame, key: tuple[str, str], day: date) -> tuple[float, float]:
    """The demand of a series on a day and the newest forecast of it, NaN without either or without stock."""
    sales = [row for row in demand.to_dict("records") if (row["site_id"], row["sku_id"]) == key and row["demand_date"] == day]
    candidates = [
        (row["horizon_days"], row["predicted_value"])
        for frame in frames
        for row in frame.to_dict("records")
        if (row["site_id"], row["sku_id"]) == key and row["forecast_date"] == day
    ]
    if not candidates or not sales or sales[0]["stockout"]:
        return NAN, NAN
    return sales[0]["demand"], min(candidates)[1]


@pytest.mark.parametrize("seed", range(8))
def test_each_day_has_its_demand_and_the_newest_forecast_made_before_it(seed: int) -> None:
    generator = np.random.default_rng(seed)
    frames, run = InMemoryFrames(), a_run()
    earlier = [a_published_run(f"run-{days}", as_of_date=AS_OF - timedelta(days=days)) for days in (8, 15, 22)]
    frames.demands[run.id] = demands(generator)
    frames.backtests[run.id] = forecasts(generator, FIRST - timedelta(days=1), DAYS)
    for old in earlier:
        frames.forecasts[old.run_id] = forecasts(generator, old.as_of_date, 10)
    panel = Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, earlier)
    assert panel is not None
    assert panel.first_day == AS_OF - timedelta(days=WINDOW_DAYS - 1)
    sources = [frames.backtests[run.id], *(frames.forecasts[old.run_id] for old in earlier)]
    for row, member in enumerate(panel.dimensions):
        cells = [
            expected_cell(sources, frames.demands[run.id], (member["site_id"], member["sku_id"]), FIRST + timedelta(days=day))
            for day in range(DAYS)
        ]
        actual, expected = (np.array(values) for values in zip(*cells, strict=True))
        np.testing.assert_equal(panel.past.actual[row], actual[:PAST_DAYS])
        np.testing.assert_equal(panel.past.expected[row], expected[:PAST_DAYS])
        np.testing.assert_equal(panel.past.lower[row], expected[:PAST_DAYS] - 10)
        np.testing.assert_equal(panel.past.upper[row], expected[:PAST_DAYS] + 10)
        np.testing.assert_equal(panel.days.actual[row], actual[PAST_DAYS:])
        np.testing.assert_equal(panel.days.expected[row], expected[PAST_DAYS:])
        np.testing.assert_equal(panel.days.lower[row], expected[PAST_DAYS:] - 10)
        np.testing.assert_equal(panel.days.upper[row], expected[PAST_DAYS:] + 10)


def a_panel(demand: list[float]) -> tuple[InMemoryFrames, ForecastRun]:
    """Frames of one series that expect 10 a day."""
    frames, run = InMemoryFrames(), a_run()
    days = [FIRST + timedelta(days=day) for day in range(DAYS)]
    key = {"site_id": "LDS1", "sku_id": "SKU-1"}
    bounds = {"predicted_value": 10.0, "confidence_lower": 5.0, "confidence_upper": 15.0}
    frames.backtests[run.id] = pd.DataFrame({**key, "forecast_date": days, "horizon_days": range(1, DAYS + 1), **bounds})
    frames.demands[run.id] = pd.DataFrame({**key, "demand_date": days, "demand": demand, "stockout": False, "source": "demand_history"})
    return frames, run


@pytest.mark.parametrize(("past", "is_intermittent"), [([5, 6] * 7, False), ([0, 0, 6, 0, 0, 0, 9] * 2, True), ([0] * 14, True)])
def test_a_series_is_intermittent_by_its_demand_before_the_window(past: list[float], is_intermittent: bool) -> None:
    frames, run = a_panel([*past, *[7.0] * WINDOW_DAYS])
    panel = Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, [])
    assert panel is not None
    assert panel.is_intermittent.tolist() == [is_intermittent]


def test_the_level_of_an_interval_is_its_coverage_and_without_one_it_is_p10_to_p90() -> None:
    frames, run = a_panel([10.0] * DAYS)
    earlier = a_published_run("earlier", as_of_date=AS_OF - timedelta(days=1))
    newest = frames.backtests[run.id].tail(1).assign(horizon_days=0, interval_level=0.95)
    frames.forecasts[earlier.run_id] = newest
    panel = Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, [earlier])
    assert panel is not None
    assert panel.days.coverage[0].tolist() == [0.8] * (WINDOW_DAYS - 1) + [0.95]


def test_a_day_whose_interval_misses_a_bound_has_no_coverage() -> None:
    frames, run = a_panel([10.0] * DAYS)
    frames.backtests[run.id].loc[DAYS - 1, "confidence_upper"] = NAN
    panel = Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, [])
    assert panel is not None
    assert np.isnan(panel.days.coverage[0]).tolist() == [False] * (WINDOW_DAYS - 1) + [True]


def test_a_series_without_any_expectation_is_left_out() -> None:
    frames, run = a_panel([10.0] * DAYS)
    other_series = frames.demands[run.id].assign(sku_id="SKU-2")
    frames.demands[run.id] = pd.concat([frames.demands[run.id], other_series])
    panel = Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, [])
    assert panel is not None
    assert [member["sku_id"] for member in panel.dimensions] == ["SKU-1"]


def test_without_a_day_that_has_both_demand_and_expectation_there_is_no_panel() -> None:
    frames, run = a_panel([10.0] * DAYS)
    frames.demands[run.id] = frames.demands[run.id].assign(stockout=True)
    assert Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, []) is None


def test_an_expectation_has_the_mean_of_its_forecast_and_a_back_test_an_estimate_of_it() -> None:
    """Medians do not add up: of a SKU that sells now and then the median is 0 and the mean is not."""
    generator = np.random.default_rng(1)
    frames, run = InMemoryFrames(), a_run()
    frames.demands[run.id] = demands(generator, missing=0.0).assign(stockout=False)
    frames.backtests[run.id] = forecasts(generator, FIRST - timedelta(days=1), DAYS, missing=0.0)
    earlier = a_published_run("run-8", as_of_date=AS_OF - timedelta(days=WINDOW_DAYS))
    frames.forecasts[earlier.run_id] = forecasts(generator, earlier.as_of_date, 5, missing=0.0).assign(mean_value=123.5)
    panel = Expectations(frames, PAST_DAYS, WINDOW_DAYS).panel(run, [earlier])
    assert panel is not None
    assert panel.days.mean_values[:, :5].tolist() == [[123.5] * 5] * len(SERIES)
    interval = 0.3 * (panel.days.lower + panel.days.upper) + 0.4 * panel.days.expected
    np.testing.assert_allclose(panel.days.mean_values[:, 5:], interval[:, 5:])
