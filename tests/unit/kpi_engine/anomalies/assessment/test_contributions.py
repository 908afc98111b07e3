"""Contributions of dimension values: they sum to 100, the largest first."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.anomalies.assessment.contributions import compute_shares, contribution_shares, rank_contributors
from kpi_engine.anomalies.detection.detector import detect_groups
from tests.unit.kpi_engine.anomalies.detection.panels import NAN, a_panel, a_week


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=3), st.floats(allow_nan=True, allow_infinity=True), max_size=12))
def test_shares_sum_to_100_or_there_are_none(weights: dict[str, float]) -> None:
    shares = compute_shares(weights)
    if any(0 < weight < float("inf") for weight in weights.values()):
        assert sum(shares.values()) == pytest.approx(100, abs=1e-9)
        assert all(share >= 0 for share in shares.values())
        assert list(shares.values()) == sorted(shares.values(), reverse=True)
    else:
        assert shares == {}


def test_shares_are_those_of_exact_fractions() -> None:
    weights = {"a": 1, "b": 2, "c": 4}
    assert compute_shares({name: float(weight) for name, weight in weights.items()}) == pytest.approx(
        {name: float(Fraction(100 * weight, 7)) for name, weight in weights.items()}, abs=1e-12
    )


def test_a_value_contributes_the_units_that_its_series_moved() -> None:
    (group,) = detect_groups(a_panel(a_week(d3=70), a_week(d3=40, d4=70)))
    assert contribution_shares(group, "sku_id") == pytest.approx({"SKU-1": 75, "SKU-0": 25})
    assert contribution_shares(group, "site_id") == {"LDS1": 100.0}


def test_where_no_actual_is_known_a_value_contributes_what_was_expected_of_it() -> None:
    (group,) = detect_groups(a_panel(a_week(d3=NAN), a_week(d3=NAN, d4=NAN, d5=NAN)))
    assert contribution_shares(group, "sku_id") == pytest.approx({"SKU-1": 75, "SKU-0": 25})


def test_the_sixth_value_and_those_after_it_are_one_row() -> None:
    (group,) = detect_groups(a_panel(*(a_week(d3=60 - 10 * row) for row in range(7))))
    rows = rank_contributors(group)["sku_id"]
    assert [row.value for row in rows] == ["SKU-6", "SKU-5", "SKU-4", "SKU-3", "SKU-2", None]
    assert rows[-1].n_others == 2
    assert rows[-1].share == pytest.approx(100 * (40 + 50) / 490)
    assert sum(row.share for row in rows) == pytest.approx(100, abs=1e-9)
