"""GET /skus, /sites and /lanes, and forecasts of a category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.paths import catalogue_key
from runtime.models.api.catalogue_responses import LanesResponse, SitesResponse, SkuResponse, SkusResponse
from runtime.services.catalogue.catalogue_building import CatalogueBuilding
from runtime.services.catalogue.catalogue_rows import CatalogueRows, CatalogueSource
from tests.fakes.examples import a_run
from tests.unit.runtime.api.conftest import World, call

FIGURES = {
    "first_actual_date": "2025-01-01",
    "last_actual_date": "2026-11-21",
    "last_demand_date": "2026-11-20",
    "known_days_percent": 99.5,
    "recent_units": 120.0,
    "forecast_units": 130.0,
    "series_forecast": 1,
    "series_excluded": 0,
}


def sku(sku_id: str, **changes: Any) -> Mapping[str, object]:
    facts = {"description": None, "status": None, "categories": ["FOOD"], "uom": "EA", "site_ids": ["LDS1"], "model": "panel"}
    return {"sku_id": sku_id, **facts, "excluded_codes": None, **FIGURES, **changes}


ROWS = CatalogueRows(
    skus=[sku("SKU-1", categories=["FOOD", "DRINKS"]), sku("SKU-2"), sku("SKU-3", categories=[], site_ids=["RTM1"])],
    sites=[{"site_id": "LDS1", "name": "Leeds", "time_zone": None, "country": None, "skus": 2, **FIGURES}],
    lanes=[
        {"lane_id": lane, "origin_id": lane[0], "destination_id": "C", "distance_km": 1.5, "transit_days": None, "carrier_id": None}
        | {"shipments": 3, "last_departure_date": None}
        for lane in ("A-C", "B-C")
    ],
)


class FixedSource(CatalogueSource):
    def read(self, *_: object) -> CatalogueRows:
        return ROWS


@pytest.fixture
def measured(world: World) -> World:
    """The published run has a catalogue of three SKUs."""
    assert CatalogueBuilding(FixedSource(), world.runs, world.accuracy, world.lake).build(a_run().id) == 3
    return world


def skus(**query: Any) -> list[str]:
    return [row["sku_id"] for row in call("/skus", **query).json["skus"]]


def test_responses_are_what_the_documentation_says(measured: World) -> None:
    for path, model in (("/skus", SkusResponse), ("/sites", SitesResponse), ("/lanes", LanesResponse), ("/skus/SKU-1", SkuResponse)):
        response = call(path)
        assert response.status == 200
        model.model_validate(response.json)
    assert call("/skus").json["meta"]["run_id"] == call("/skus/SKU-1").json["run_id"] == str(a_run().id)


def test_skus_are_chosen_by_site_and_category_of_any_level(measured: World) -> None:
    assert skus() == ["SKU-1", "SKU-2", "SKU-3"]
    assert skus(category="FOOD") == ["SKU-1", "SKU-2"]
    assert skus(category="DRINKS", site_id="LDS1") == ["SKU-1"]
    assert "did you mean LDS1?" in call("/skus", site_id="lds1").json["meta"]["warnings"][0]
    assert [row["lane_id"] for row in call("/lanes", origin_id="B").json["lanes"]] == ["B-C"]


def test_a_walk_gives_every_sku_once(measured: World) -> None:
    first = call("/skus", limit="2").json
    second = call("/skus", limit="2", cursor=first["page"]["next_cursor"]).json
    assert [row["sku_id"] for row in first["skus"] + second["skus"]] == ["SKU-1", "SKU-2", "SKU-3"]
    assert second["page"]["has_more"] is False


def test_a_sku_that_the_run_does_not_have_is_404_with_the_nearest_one(measured: World) -> None:
    response = call("/skus/SKU-11")
    assert response.status == 404
    assert "Did you mean SKU-1?" in response.json["detail"]


def test_forecasts_are_those_of_a_category_and_of_the_named_skus_in_it(measured: World) -> None:
    def skus_of(**query: Any) -> set[str]:
        return {row["sku_id"] for row in call("/forecasts", time_horizon="7d", **query).json["forecasts"]}

    assert skus_of(category="FOOD") == {"SKU-1", "SKU-2"}
    assert skus_of(category="DRINKS") == {"SKU-1"}
    assert skus_of(category="DRINKS", sku_filter=["SKU-2"]) == set()


def test_an_unknown_category_is_404_and_names_the_known_ones(measured: World) -> None:
    response = call("/forecasts", time_horizon="7d", category="DRNKS")
    assert response.status == 404
    assert "Did you mean DRINKS? It has DRINKS, FOOD." in response.json["detail"]


def test_a_run_without_a_catalogue_says_so(world: World) -> None:
    of_category = call("/forecasts", time_horizon="7d", category="FOOD")
    for response in (call("/skus"), of_category):
        assert (response.status, "has no catalogue" in response.json["detail"]) == (404, True)


def test_the_catalogue_has_the_demand_class_of_the_accuracy_report(measured: World) -> None:
    document = measured.lake.read_json(catalogue_key(a_run().id, "skus"))
    assert {row["demand_class"] for row in document["skus"]} == {None}
