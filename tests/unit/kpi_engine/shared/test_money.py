"""Exchange rates of a day."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.shared.money import ExchangeRate, ExchangeRates

MONDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 6)
RATES = ExchangeRates.of([ExchangeRate("GBP", "EUR", FRIDAY, 1.2), ExchangeRate("GBP", "EUR", MONDAY, 1.1)])


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2026, 11, 1), None), (MONDAY, 1.1), (date(2026, 11, 5), 1.1), (FRIDAY, 1.2), (date(2027, 5, 1), 1.2)],
)
def test_the_latest_rate_that_is_not_after_the_day_counts(day: date, rate: float | None) -> None:
    assert RATES.find_rate("GBP", "EUR", day) == rate


def test_of_a_pair_stated_in_both_directions_the_newer_rate_counts() -> None:
    rates = ExchangeRates.of([ExchangeRate("GBP", "EUR", MONDAY, 1.25), ExchangeRate("EUR", "GBP", FRIDAY, 0.5)])
    assert rates.find_rate("GBP", "EUR", MONDAY) == 1.25
    assert rates.find_rate("GBP", "EUR", FRIDAY) == 2.0


@pytest.mark.parametrize("rate", [0.0, -1.2, float("nan")])
def test_a_rate_that_is_not_positive_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="GBP/EUR from 2026-11-02"):
        ExchangeRates.of([ExchangeRate("GBP", "EUR", MONDAY, rate)])
