"""Metrics as values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

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


@pytest.mark.parametrize(
    ("path", "document", "figure"),
    [
        ("otif.otif", {"otif": None}, None),
        ("otif.n_excluded.window_open", {"otif": None}, None),
        ("rows[].wape", {"rows": []}, None),
        ("rows[].wape", {"rows": None}, None),
        ("rows[].wape", {"rows": [{"wape": 3.0}, {"wape": 4.0}]}, 3.0),
        ("rows[].needed.trucks", {"rows": [{"needed": None}]}, None),
        ("rows[].wape", {"rows": [{"wape": 0.0}]}, 0.0),
    ],
)
def test_a_figure_below_a_part_that_is_null_or_a_list_without_rows_is_null(
    path: str, document: dict[str, Any], figure: float | None
) -> None:
    assert replace(mean_absolute_error(), path=path).value_in(document) == figure


@pytest.mark.parametrize("document", [{}, {"otif": {}}, {"otif": {"on_time": 1.0}}])
def test_a_key_that_is_not_there_is_an_error_even_beside_others(document: dict[str, Any]) -> None:
    with pytest.raises(KeyError, match="otif"):
        replace(mean_absolute_error(), path="otif.otif").value_in(document)


def test_a_metric_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        mean_absolute_error().name = "other"  # type: ignore[misc]
