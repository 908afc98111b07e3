from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast_engine.exclusions import Exclusion, ExclusionCode, ExclusionRules, split_panel
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
