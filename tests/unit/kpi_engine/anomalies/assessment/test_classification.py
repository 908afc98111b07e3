"""What a group is as a whole, against loops over its members and days."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.classification import Classification, Measures, classify_group, sum_members
from kpi_engine.anomalies.kind import AnomalyKind
from tests.unit.kpi_engine.anomalies.assessment.groups import a_group_of

NAN = float("nan")
MEASURES = Measures()


def test_the_total_of_a_day_sums_the_members_known_on_it() -> None:
    total = sum_members(a_group_of([[60, NAN, NAN], [50, 70, NAN]], [[100, 100, 100], [90, 90, 80]]).series)
    np.testing.assert_equal(total.actual, [[110, 70, NAN]])
    np.testing.assert_equal(total.expected, [[190, 90, 180]])


def test_a_day_without_any_expectation_has_no_total() -> None:
    total = sum_members(a_group_of([[60, 50]], [[100, NAN]]).series)
    np.testing.assert_equal(total.actual, [[60, NAN]])
    np.testing.assert_equal(total.expected, [[100, NAN]])


@pytest.mark.parametrize("seed", range(20))
def test_delta_and_direction_are_those_of_a_loop(seed: int) -> None:
    generator = np.random.default_rng(seed)
    actual, expected = generator.integers(0, 200, (2, 5, 7)).astype(float)
    actual[generator.random((5, 7)) < 0.2] = NAN
    expected[generator.random((5, 7)) < 0.2] = NAN
    pairs = [(a, e) for a, e in zip(actual.ravel(), expected.ravel(), strict=True) if not math.isnan(a) and not math.isnan(e)]
    delta = sum(a - e for a, e in pairs)
    classification = classify_group(a_group_of(actual.tolist(), expected.tolist()), MEASURES)
    assert classification.delta == pytest.approx(delta)
    assert classification.direction == int(delta > 0) - int(delta < 0)


def test_the_reported_kind_is_kept_while_any_day_is_known() -> None:
    group = a_group_of([[60] * 3], [[100] * 3], reported_kind=AnomalyKind.LEVEL_SHIFT)
    assert classify_group(group, MEASURES) == Classification(AnomalyKind.LEVEL_SHIFT, None, -1, -120.0)
    assert classify_group(group, MEASURES).direction_name == "down"


@pytest.mark.parametrize(("actual", "kind"), [(60, AnomalyKind.VOLUME_DROP), (140, AnomalyKind.VOLUME_SPIKE)])
@pytest.mark.parametrize("n_days", [1, 2])
def test_a_change_of_one_or_two_days_is_no_level_shift_whoever_says_so(actual: float, kind: AnomalyKind, n_days: int) -> None:
    group = a_group_of([[actual] * n_days], [[100] * n_days], reported_kind=AnomalyKind.LEVEL_SHIFT)
    assert classify_group(group, MEASURES).kind is kind


def test_a_group_whose_actuals_are_all_missing_is_a_gap_whatever_was_reported() -> None:
    group = a_group_of([[NAN]], [[100]], reported_kind=AnomalyKind.VOLUME_DROP)
    assert classify_group(group, MEASURES) == Classification(AnomalyKind.DATA_GAP, None, 0, None)


def test_without_expectations_only_the_reported_kind_is_known() -> None:
    group = a_group_of([[60]], [[NAN]], reported_kind=AnomalyKind.VOLUME_DROP)
    assert classify_group(group, MEASURES) == Classification(AnomalyKind.VOLUME_DROP, "no_expected_values", 0, None)
    assert classify_group(a_group_of([[60]], [[NAN]]), MEASURES) == Classification(None, "no_expected_values", 0, None)


def test_the_kind_is_that_of_the_days_that_moved_most_units() -> None:
    spike_and_zero = a_group_of([[0, 150]], [[30, 100]], lower=[[20, 90]], upper=[[40, 110]])
    assert classify_group(spike_and_zero, MEASURES).kind is AnomalyKind.VOLUME_SPIKE
    zero_and_spike = a_group_of([[0, 120]], [[30, 100]], lower=[[20, 90]], upper=[[40, 110]])
    assert classify_group(zero_and_spike, MEASURES).kind is AnomalyKind.ZERO_DEMAND


@pytest.mark.parametrize(
    ("measure", "actual", "kind"),
    [
        ("demand", 95, AnomalyKind.VOLUME_DROP),
        ("demand", 105, AnomalyKind.VOLUME_SPIKE),
        ("otif", 95, AnomalyKind.SERVICE_DROP),
        ("otif", 105, None),
        ("door_load", 95, None),
        ("door_load", 105, AnomalyKind.CAPACITY_BREACH),
        (None, 95, AnomalyKind.VOLUME_DROP),
    ],
)
def test_a_total_inside_its_interval_has_the_kind_of_its_direction(measure: str | None, actual: float, kind: AnomalyKind | None) -> None:
    group = a_group_of([[actual]], [[100]], lower=[[90]], upper=[[110]], measure=measure)
    classification = classify_group(group, MEASURES)
    assert (classification.kind, classification.reason) == (kind, None if kind else "no_net_change")


def test_the_caller_names_the_measures_that_are_no_volume() -> None:
    group = a_group_of([[80]], [[100]], lower=[[90]], measure="perfect_order")
    assert classify_group(group, Measures(service=frozenset({"perfect_order"}))).kind is AnomalyKind.SERVICE_DROP
    assert classify_group(group, MEASURES).kind is AnomalyKind.VOLUME_DROP


def test_a_load_of_several_members_is_compared_with_their_whole_capacity() -> None:
    loads = [[95, 95], [60, 70]]
    group = a_group_of(loads, [[50, 50]] * 2, upper=[[200, 200]] * 2, capacity=[[80, 80]] * 2, measure="door_load")
    total = sum_members(group.series)
    assert (total.actual > np.sum(group.series.capacity, axis=0)).tolist() == [[False, True]]
    assert classify_group(group, MEASURES).kind is AnomalyKind.CAPACITY_BREACH


@pytest.mark.parametrize(("other", "kind"), [(90, AnomalyKind.VOLUME_DROP), (0, AnomalyKind.ZERO_DEMAND)])
def test_a_scope_is_without_demand_only_when_all_of_it_is(other: float, kind: AnomalyKind) -> None:
    """SKU-0 is without demand and was reported; the scope holds SKU-1 as well."""
    scope = a_group_of([[0], [other]], [[100], [100]]).series
    group = replace(a_group_of([[0]], [[100]], reported_kind=AnomalyKind.ZERO_DEMAND), scope={}, scope_series=scope)
    assert classify_group(group, MEASURES).kind is kind
