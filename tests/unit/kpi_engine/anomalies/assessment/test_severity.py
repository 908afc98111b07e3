"""Severity bands and the materiality gate."""

from __future__ import annotations

import pytest

from kpi_engine.anomalies.assessment.severity import Materiality, rate_severity
from kpi_engine.anomalies.terms import Severity
from kpi_engine.shared.errors import InvalidValue


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (100, "CRITICAL"), (90, "CRITICAL"), (89.999, "HIGH"), (70, "HIGH"), (69.999, "MEDIUM"), (50, "MEDIUM"), (49.999, "LOW"),
        (30, "LOW"), (29.999, None), (0, None), (float("nan"), None), (float("inf"), None), (100.1, None), (-1, None),
    ],
)  # fmt: skip
def test_every_score_has_its_band(score: float, band: str | None) -> None:
    assert rate_severity(score) == band


def test_a_known_event_lowers_by_one_band_and_never_hides() -> None:
    bands = [rate_severity(score, has_known_event=True) for score in (95, 75, 55, 35, 10)]
    assert bands == [Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.LOW, None]


@pytest.mark.parametrize(
    ("units", "money", "reason"),
    [
        (-40, 140, None), (-10, 100, None), (9.99, 1e6, "below_min_units"), (-40, 99, "below_min_money"), (None, 1e6, "delta_unknown"),
        (float("nan"), None, "delta_unknown"), (-40, None, None),
    ],
)  # fmt: skip
def test_the_gate_requires_units_and_money(units: float | None, money: float | None, reason: str | None) -> None:
    assert Materiality(min_units=10, min_money=100).check(units, money) == reason


def test_without_settings_ten_units_are_material_and_no_money_is_too_little() -> None:
    assert Materiality().check(10, 0.0) is None
    assert Materiality().check(-10, 0.5) is None
    assert Materiality().check(9.999, 1e6) == "below_min_units"


@pytest.mark.parametrize("limit", [-0.01, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["min_units", "min_money"])
def test_a_limit_that_would_silence_all_or_nothing_is_refused_by_name_and_value(name: str, limit: float) -> None:
    with pytest.raises(InvalidValue) as error:
        Materiality(**{name: limit})
    assert str(error.value) == f"{name} is {limit}: write a number of at least 0"


def test_bands_are_ranked_from_the_worst() -> None:
    assert [severity.rank for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)] == [0, 1, 2, 3]


@pytest.mark.parametrize("score", range(101))
def test_a_higher_score_is_never_a_milder_band_and_an_event_lowers_by_at_most_one(score: int) -> None:
    band, milder = rate_severity(score), rate_severity(score, has_known_event=True)
    before = rate_severity(score - 1) if score else None
    assert before is None or (band is not None and band.rank <= before.rank)
    assert (band is None) == (milder is None)
    assert band is None or milder is None or milder.rank - band.rank == (0 if band is Severity.LOW else 1)
