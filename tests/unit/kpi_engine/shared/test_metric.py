"""Metrics as values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from kpi_engine.shared.metric import NO_OBSERVATIONS, ComputedMetric, ScorAttribute, Unit


def mean_absolute_error() -> ComputedMetric[list[float], float]:
    return ComputedMetric(
        name="mae",
        title="Mean absolute error",
        path="additional.mae",
        formula="mean|A - F|",
        unit=Unit.UNITS,
        sign="smaller is better",
        zero_policy="null without a point",
        source="Textbook",
        compute=lambda errors: sum(map(abs, errors)) / len(errors),
    )


def test_a_computed_metric_is_called_with_what_it_is_computed_from() -> None:
    assert mean_absolute_error()([3.0, -1.0]) == 2.0


def test_a_metric_is_served_by_no_route_and_undefined_without_observations_unless_it_says_otherwise() -> None:
    metric = mean_absolute_error()
    assert (metric.served, metric.reason, metric.version, metric.scor) == (None, NO_OBSERVATIONS, "1", ScorAttribute.RELIABILITY)


def test_the_figure_is_read_where_the_path_leads() -> None:
    assert mean_absolute_error().value_in({"additional": {"mae": 2.0}}) == 2.0
    with pytest.raises(KeyError, match="additional"):
        mean_absolute_error().value_in({})


def test_a_metric_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        mean_absolute_error().name = "other"  # type: ignore[misc]
