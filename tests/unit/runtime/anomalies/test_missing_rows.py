"""Days whose row is missing, against a loop over series and days."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.services.anomalies.missing_rows import mark_missing_rows

PAST_DAYS, DAYS = 28, 35


def is_missing(row: list[str | None], day: int) -> bool:
    past = [row[earlier] for earlier in range(PAST_DAYS) if earlier % 7 == day % 7]
    return day >= PAST_DAYS and row[day] == "gap" and "gap" not in past and past.count("demand_history") >= 4


def test_missing_rows_are_those_of_a_loop() -> None:
    generator = np.random.default_rng(1)
    choices = np.array(["demand_history", "gap", "orders", None], dtype=object)
    shares = [[0.97, 0.01, 0.01, 0.01], [0.2, 0.8, 0, 0], [0, 0.1, 0.9, 0]]
    sources = np.stack([generator.choice(choices, DAYS, p=shares[row % 3]) for row in range(60)])
    sources[:, PAST_DAYS:][generator.random((60, 7)) < 0.3] = "gap"
    missing_rows = mark_missing_rows(sources, PAST_DAYS)
    assert missing_rows.any()
    assert missing_rows.tolist() == [[is_missing(row, day) for day in range(DAYS)] for row in sources.tolist()]


@pytest.mark.parametrize("source", ["gap", "orders"])
def test_a_series_that_does_not_report_every_day_misses_no_row(source: str) -> None:
    sources = np.full((1, DAYS), "demand_history", dtype=object)
    sources[0, 7:14], sources[0, 30] = source, "gap"
    assert not mark_missing_rows(sources, PAST_DAYS).any()


def test_a_weekday_that_never_has_a_row_is_a_closed_day() -> None:
    sources = np.full((1, DAYS), "demand_history", dtype=object)
    sources[0, 6::7] = "gap"
    sources[0, 30] = "gap"
    assert np.flatnonzero(mark_missing_rows(sources, PAST_DAYS)[0]).tolist() == [30]
