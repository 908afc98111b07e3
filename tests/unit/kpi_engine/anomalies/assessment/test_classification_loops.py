"""The direction, the size and the kind of a group, against loops over its members and days."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.classification import Measures, classify_group, sum_members
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from tests.unit.kpi_engine.anomalies.assessment.groups import a_group_of

NAN = float("nan")


def a_random_group(seed: int, measure: str = "demand") -> AnomalyGroup:
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 5)), int(rng.integers(1, 5)))
    expected = rng.integers(40, 160, shape).astype(float)
    actual = np.round(expected * rng.uniform(0.4, 1.6, shape))
    actual[rng.random(shape) < 0.3] = np.nan
    expected[rng.random(shape) < 0.15] = np.nan
    return a_group_of(actual.tolist(), expected.tolist(), measure=measure, lower=(expected - 9).tolist(), upper=(expected + 9).tolist())


def known_pairs(group: AnomalyGroup, day: int | None = None) -> list[tuple[float, float]]:
    days = group.series.days
    return [
        (float(days.actual[row, at]), float(days.expected[row, at]))
        for row, at in np.ndindex(days.actual.shape)
        if (day is None or at == day) and not math.isnan(days.actual[row, at] - days.expected[row, at])
    ]


@pytest.mark.parametrize("seed", range(25))
def test_the_size_of_a_group_is_the_sum_over_the_days_with_both_values(seed: int) -> None:
    group = a_random_group(seed)
    result, pairs = classify_group(group, Measures()), known_pairs(group)
    if not pairs:
        assert (result.delta, result.direction) == (None, 0)
        return
    delta = sum(actual - expected for actual, expected in pairs)
    assert result.delta == pytest.approx(delta)
    assert result.direction == (1 if delta > 0 else -1 if delta < 0 else 0)
    assert result.direction_name == {1: "up", -1: "down", 0: None}[result.direction]


@pytest.mark.parametrize("seed", range(25))
def test_the_total_of_a_day_is_the_sum_over_its_known_members(seed: int) -> None:
    group = a_random_group(seed)
    total = sum_members(group.series)
    for day in range(total.actual.shape[1]):
        pairs = known_pairs(group, day)
        if pairs:
            actual, expected = (sum(values) for values in zip(*pairs, strict=True))
            assert (total.actual[0, day], total.expected[0, day]) == (pytest.approx(actual), pytest.approx(expected))
            assert (total.lower[0, day], total.upper[0, day]) == (
                pytest.approx(expected - 9 * len(pairs)),
                pytest.approx(expected + 9 * len(pairs)),
            )
        else:
            assert math.isnan(total.actual[0, day])


@pytest.mark.parametrize("kind", [kind for kind in AnomalyKind if kind is not AnomalyKind.DATA_GAP])
def test_the_kind_that_the_source_reported_goes_before_any_other(kind: AnomalyKind) -> None:
    assert classify_group(a_group_of([[10] * 3], [[100] * 3], reported_kind=kind), Measures()).kind is kind


@pytest.mark.parametrize(
    ("measure", "actual", "kind"),
    [
        ("demand", 60, AnomalyKind.VOLUME_DROP),
        ("demand", 150, AnomalyKind.VOLUME_SPIKE),
        ("returns", 150, AnomalyKind.VOLUME_SPIKE),
        ("otif", 60, AnomalyKind.SERVICE_DROP),
        ("otif", 150, None),
        ("door_load", 150, AnomalyKind.CAPACITY_BREACH),
        ("door_load", 60, None),
    ],
)
def test_the_kind_follows_measure_and_direction(measure: str, actual: float, kind: AnomalyKind | None) -> None:
    result = classify_group(a_group_of([[actual]], [[100]], measure=measure, lower=[[90]], upper=[[110]], capacity=[[120]]), Measures())
    assert result.kind is kind
    assert (result.reason is None) == (kind is not None)


def test_the_day_that_moved_most_decides() -> None:
    group = a_group_of([[60, 300, 95]], [[100, 100, 100]], lower=[[90] * 3], upper=[[110] * 3])
    assert classify_group(group, Measures()).kind is AnomalyKind.VOLUME_SPIKE
    deeper = a_group_of([[0, 150, 20]], [[100, 100, 100]], lower=[[90] * 3], upper=[[110] * 3])
    assert classify_group(deeper, Measures()).direction == -1


def test_members_that_cancel_out_have_no_kind_and_a_reason() -> None:
    result = classify_group(a_group_of([[60], [140]], [[100], [100]], lower=[[90], [90]], upper=[[110], [110]]), Measures())
    assert (result.kind, result.reason, result.direction, result.delta) == (None, "no_net_change", 0, 0.0)


@pytest.mark.parametrize("expected", [[[100]], [[100, 100]]])
def test_days_without_an_actual_alone_are_a_gap(expected: list[list[float]]) -> None:
    result = classify_group(a_group_of([[NAN] * len(expected[0])], expected), Measures())
    assert (result.kind, result.delta, result.direction) == (AnomalyKind.DATA_GAP, None, 0)


def test_without_expected_values_nothing_is_known_and_the_reason_says_so() -> None:
    result = classify_group(a_group_of([[60]], [[NAN]]), Measures())
    assert (result.kind, result.reason, result.delta) == (None, "no_expected_values", None)


def test_own_measures_replace_the_defaults() -> None:
    measures = Measures(service=frozenset({"punctuality"}), capacity=frozenset({"shelf_load"}))
    assert classify_group(a_group_of([[60]], [[95]], measure="punctuality"), measures).kind is AnomalyKind.SERVICE_DROP
    assert classify_group(a_group_of([[60]], [[95]], measure="otif"), measures).kind is AnomalyKind.VOLUME_DROP
