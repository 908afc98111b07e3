"""Every kind of anomaly on a day, and every hostile day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.kinds import classify_capacity, classify_service, classify_volume
from kpi_engine.anomalies.kind import AnomalyKind

NAN, INF = float("nan"), float("inf")


def row(*values: float) -> Any:
    return np.array([values], dtype=float)


def days(*actual: float, expected: float = 100, lower: float = 90, upper: float = 110) -> DailyValues:
    shape = (1, len(actual))
    return DailyValues.of(row(*actual), np.full(shape, float(expected)), np.full(shape, float(lower)), np.full(shape, float(upper)))


def volume(values: DailyValues, shift: int = 0, trend: int = 0, intermittent: bool = False) -> list[str | None]:
    shape = values.actual.shape
    codes = classify_volume(values, np.full(shape, shift), np.full(shape, trend), np.array([intermittent]))
    return [kind and str(kind) for kind in map(AnomalyKind.from_code, codes[0].tolist())]


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        (111, "VOLUME_SPIKE"),
        (110, None),
        (100, None),
        (90, None),
        (89, "VOLUME_DROP"),
        (0, "ZERO_DEMAND"),
        (NAN, "DATA_GAP"),
        (INF, "DATA_GAP"),
    ],
)
def test_one_day_has_the_kind_of_its_side(actual: float, kind: str | None) -> None:
    assert volume(days(actual)) == [kind]


def test_a_missing_day_is_a_gap_and_no_drop() -> None:
    assert volume(days(80, 80, NAN, 80)) == ["VOLUME_DROP", "VOLUME_DROP", "DATA_GAP", "VOLUME_DROP"]


def test_a_day_that_is_part_of_a_shift_is_a_level_shift_also_inside_the_interval() -> None:
    assert volume(days(95), shift=-1) == ["LEVEL_SHIFT"]


def test_a_trend_takes_precedence_over_a_shift_on_its_own_side_only() -> None:
    assert volume(days(120, 130, 140), trend=1) == ["TREND_BREAK"] * 3
    assert volume(days(120, 100), trend=-1) == ["VOLUME_SPIKE", None]


def test_a_spike_of_an_intermittent_series_is_a_burst() -> None:
    assert volume(days(5, 0, expected=0.2, lower=0, upper=1), intermittent=True) == ["INTERMITTENT_BURST", None]


def test_zero_where_zero_was_possible_is_no_zero_demand() -> None:
    assert volume(days(0, lower=0)) == [None]


def test_without_an_interval_the_expectation_is_the_bound_and_crossed_bounds_move_to_it() -> None:
    assert volume(days(99, 101, lower=NAN, upper=INF)) == ["VOLUME_DROP", "VOLUME_SPIKE"]
    assert volume(days(99, 101, lower=120, upper=80)) == ["VOLUME_DROP", "VOLUME_SPIKE"]


def test_without_an_expectation_there_is_no_kind() -> None:
    assert volume(days(50, NAN, expected=NAN, lower=NAN, upper=NAN)) == [None, None]


def test_a_service_drops_and_never_spikes() -> None:
    assert classify_service(days(80, 99, 120, NAN)).tolist() == [[AnomalyKind.SERVICE_DROP.code, -1, -1, AnomalyKind.DATA_GAP.code]]


def test_a_load_breaches_its_capacity_or_else_its_interval() -> None:
    kinds = classify_capacity(days(105, 105, 115, 115, NAN), row(100, 106, NAN, 120, 100))
    assert kinds.tolist() == [[AnomalyKind.CAPACITY_BREACH.code, -1, AnomalyKind.CAPACITY_BREACH.code, -1, AnomalyKind.DATA_GAP.code]]


def test_classifying_does_not_change_its_input() -> None:
    actual = row(NAN, INF, 3)
    before = actual.copy()
    volume(DailyValues.of(actual, row(1, 1, 1), row(INF, NAN, 0), row(2, 2, 2)))
    np.testing.assert_equal(actual, before)
