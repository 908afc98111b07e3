"""GET /kpis/definitions."""

from __future__ import annotations

from kpi_engine.definitions import all_definitions
from tests.unit.runtime.api.conftest import World, call


def test_every_metric_is_defined_with_formula_unit_and_source(world: World) -> None:
    body = call("/kpis/definitions").json["definitions"]
    assert [one["name"] for one in body] == [definition.name for definition in all_definitions()]
    wape = next(one for one in body if one["name"] == "wape")
    assert (wape["unit"], wape["path"]) == ("percent", "wape")


def test_one_family_can_be_asked_for(world: World) -> None:
    families = {one["family"] for one in call("/kpis/definitions", family="logistics").json["definitions"]}
    assert families == {"logistics"}


def test_an_unknown_family_is_refused_by_name(world: World) -> None:
    answer = call("/kpis/definitions", family="weather")
    assert answer.status == 422
    assert "family = 'weather': should be one of forecast_accuracy, anomalies, logistics." in answer.text


def test_definitions_need_the_scope_of_kpis(world: World) -> None:
    assert call("/kpis/definitions", scope="signify/forecasts:read").status == 403
