from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_engine.errors import NothingToForecast
from forecast_engine.exclusions import (
    EVERY_SERIES,
    Exclusion,
    ExclusionCode,
    ExclusionRules,
    count_by_code,
    explain,
    split_forecastable,
    split_panel,
)
from kpi_engine.shared.arrays import Floats
from tests.unit.forecast_engine.panels import panel

pytestmark = pytest.mark.filterwarnings("error")
DAYS = 400


def sold_on(*days: int) -> Floats:
    values = np.zeros(DAYS)
    values[list(days)] = 2.0
    return values


def only_exclusion(values: Floats, rules: ExclusionRules) -> Exclusion:
    eligible, exclusions = split_panel(panel(values[None, :]), rules)
    assert eligible.series == ()
    return exclusions[0]


def test_a_series_without_enough_history_is_too_short_and_the_reason_states_since_when() -> None:
    exclusion = only_exclusion(sold_on(*range(DAYS - 55, DAYS)), ExclusionRules())
    assert exclusion.code == ExclusionCode.TOO_SHORT
    assert exclusion.reason == "55 days of history, since the first demand on 2024-12-11; at least 56 are needed"


def test_a_series_that_hardly_ever_sold_has_too_few_demand_days() -> None:
    exclusion = only_exclusion(sold_on(100, 200, 300, 390), ExclusionRules())
    assert exclusion.code == ExclusionCode.TOO_FEW_DEMAND_DAYS
    assert exclusion.reason == "4 days with demand from 2024-01-01 to 2025-02-03; at least 8 are needed"


def test_a_series_quiet_for_half_a_year_is_discontinued() -> None:
    exclusion = only_exclusion(sold_on(*range(50, DAYS - 183)), ExclusionRules())
    assert exclusion.code == ExclusionCode.DISCONTINUED
    assert exclusion.reason == "no demand for 183 days, since 2024-08-04; a series quiet for more than 182 days is not forecast"


def test_a_series_that_never_sold_is_excluded_with_a_reason() -> None:
    exclusion = only_exclusion(np.zeros(DAYS), ExclusionRules())
    assert (exclusion.code, exclusion.reason[:18]) == (ExclusionCode.TOO_FEW_DEMAND_DAYS, "0 days with demand")


@pytest.mark.parametrize("days", [range(DAYS - 56, DAYS), range(240, 400, 20), range(DAYS - 1 - 182 - 30, DAYS - 182)])
def test_a_series_exactly_at_a_threshold_is_forecast(days: range) -> None:
    eligible, exclusions = split_panel(panel(sold_on(*days)[None, :]), ExclusionRules())
    assert (len(eligible.series), exclusions) == (1, ())


def test_thresholds_are_settings() -> None:
    values = sold_on(*range(DAYS - 30, DAYS))
    assert only_exclusion(values, ExclusionRules()).code == ExclusionCode.TOO_SHORT
    eligible, _ = split_panel(panel(values[None, :]), ExclusionRules(min_history_days=30))
    assert len(eligible.series) == 1


def test_every_series_is_eligible_or_excluded() -> None:
    values = np.stack([sold_on(*range(0, DAYS, 3)), sold_on(399), sold_on(*range(20))])
    eligible, exclusions = split_panel(panel(values), ExclusionRules())
    whole = panel(values)
    assert eligible.series == (whole.series[0],)
    assert [(exclusion.series, exclusion.code.value) for exclusion in exclusions] == [
        (whole.series[1], "TOO_SHORT"),
        (whole.series[2], "DISCONTINUED"),
    ]
    assert eligible.last_day == date(2025, 2, 3)


@given(st.lists(st.lists(st.integers(0, DAYS - 1), max_size=30), min_size=1, max_size=5), st.integers(1, 300))
def test_the_rules_agree_with_plain_comparisons(days_of_series: list[list[int]], max_quiet_days: int) -> None:
    whole = panel(np.stack([sold_on(*days) for days in days_of_series]))
    rules = ExclusionRules(max_quiet_days=max_quiet_days)
    expected = {}
    for key, days in zip(whole.series, days_of_series, strict=True):
        if days and DAYS - 1 - max(days) > max_quiet_days:
            expected[key] = "DISCONTINUED"
        elif days and DAYS - min(days) < 56:
            expected[key] = "TOO_SHORT"
        elif len(set(days)) < 8:
            expected[key] = "TOO_FEW_DEMAND_DAYS"
    eligible, exclusions = split_panel(whole, rules)
    assert {exclusion.series: exclusion.code.value for exclusion in exclusions} == expected
    assert set(eligible.series) == set(whole.series) - set(expected)


def test_every_series_that_ever_sold_can_be_asked_for() -> None:
    eligible, exclusions = split_panel(panel(np.stack([sold_on(0), sold_on(DAYS - 1), sold_on()])), EVERY_SERIES)
    assert (len(eligible.series), len(exclusions)) == (2, 1)


def test_exclusions_are_counted_and_explained_by_code_with_an_example() -> None:
    whole = panel(np.stack([sold_on(*range(20)), sold_on(*range(30)), sold_on()]))
    _, exclusions = split_panel(whole, ExclusionRules())
    assert count_by_code(exclusions) == {"DISCONTINUED": 2, "TOO_FEW_DEMAND_DAYS": 1}
    first, second = explain(exclusions).split(" (for example ")[0], explain(exclusions).split("; 1 ")[1]
    assert first == "2 DISCONTINUED"
    assert second.startswith("TOO_FEW_DEMAND_DAYS (for example LDS1/SKU-0002: 0 days with demand")


def test_a_panel_without_an_eligible_series_is_an_error_with_the_reasons() -> None:
    with pytest.raises(NothingToForecast, match=r"none of the 1 series can be forecast: 1 TOO_FEW_DEMAND_DAYS \(for example"):
        split_forecastable(panel(sold_on()[None, :]), ExclusionRules())
