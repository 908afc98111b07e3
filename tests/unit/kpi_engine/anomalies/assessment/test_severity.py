"""Severity bands and the materiality gate."""

from __future__ import annotations

import pytest

from kpi_engine.anomalies.assessment.severity import Materiality, Severity, rate_severity


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
