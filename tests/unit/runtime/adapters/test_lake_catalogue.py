"""The catalogue of a run, from its Parquet files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts import datasets
from contracts.tables import DAILY_DEMAND, EXCLUDED, FORECASTS, SKU_UNITS, Table, curated_table
from runtime.adapters.lake.lake_catalogue import LakeCatalogue
from runtime.services.catalogue.catalogue_rows import CatalogueRows
from tests.fakes import InMemoryLake
from tests.fakes.examples import AS_OF, a_run, forecast_rows, parquet

RUN = a_run().id


class Inputs:
    """The tables of one run, of which a test states the rows that matter."""

    def __init__(self, lake: InMemoryLake, folder: Path) -> None:
        self._lake, self._folder = lake, folder

    def add(self, table: Table, *rows: dict[str, Any]) -> None:
        path = parquet(self._folder / f"{table.name}.parquet", rows)
        self._lake.upload(path, f"{table.run_prefix(RUN)}part-0.parquet")

    def add_master(self, dataset: str, *rows: dict[str, Any]) -> None:
        self.add(curated_table(datasets.load(dataset)), *rows)

    def read(self) -> CatalogueRows:
        return LakeCatalogue(self._lake).read(RUN, AS_OF)


@pytest.fixture
def inputs(lake: InMemoryLake, tmp_path: Path) -> Inputs:
    """Forty days of SKU-1 at LDS1, whose demand is the number of the day, with an unknown day and zeros at the end; and a SKU left out."""
    inputs = Inputs(lake, tmp_path)
    days = [AS_OF - timedelta(days=ago) for ago in range(39, -1, -1)]
    demand: list[float | None] = [float(number) for number in range(1, 41)]
    demand[35], demand[38], demand[39] = None, 0.0, 0.0
    rows = [
        {"site_id": "LDS1", "sku_id": "SKU-1", "demand_date": day, "demand": units, "source": "gap" if number < 5 else "orders"}
        for number, (day, units) in enumerate(zip(days, demand, strict=True))
    ]
    inputs.add(DAILY_DEMAND, *rows)
    inputs.add(FORECASTS, *forecast_rows(RUN, ["SKU-1"]), *forecast_rows(RUN, ["SKU-1"], site_id="RTM1"))
    inputs.add(EXCLUDED, {"site_id": "LDS1", "sku_id": "NEW-1", "code": "TOO_SHORT", "reason": "3 days"})
    return inputs


def test_a_sku_states_its_history_its_forecast_and_its_sites(inputs: Inputs) -> None:
    [new, sku] = inputs.read().skus
    units = [float(number) for number in range(13, 41) if number not in (36, 39, 40)]
    assert (sku["sku_id"], sku["site_ids"], sku["uom"], sku["model"]) == ("SKU-1", ["LDS1", "RTM1"], "EA", "panel")
    assert (sku["first_actual_date"], sku["last_actual_date"]) == (str(AS_OF - timedelta(days=34)), str(AS_OF))
    assert sku["last_demand_date"] == str(AS_OF - timedelta(days=2))
    assert (sku["known_days_percent"], sku["recent_units"]) == (97.5, sum(units))
    assert sku["forecast_units"] == 2 * sum(10.5 + ahead for ahead in range(1, 29))
    assert (sku["series_forecast"], sku["series_excluded"], sku["excluded_codes"]) == (2, 0, None)
    assert (new["sku_id"], new["excluded_codes"], new["series_forecast"], new["recent_units"]) == ("NEW-1", ["TOO_SHORT"], 0, None)


def test_master_data_of_the_day_gives_names_and_categories(inputs: Inputs) -> None:
    old = {"sku_id": "SKU-1", "description": "Old", "category_l1": "FOOD", "valid_from": date(2020, 1, 1), "valid_to": date(2026, 1, 1)}
    new = old | {"description": "Oat drink", "category_l2": "DRINKS", "valid_from": date(2026, 1, 1), "valid_to": None}
    inputs.add_master("sku_master", old | {"category_l2": None}, new)
    inputs.add_master("site_master", {"site_id": "LDS1", "name": "Leeds", "time_zone": "Europe/London", "country": "GB"})
    inputs.add(SKU_UNITS, {"sku_id": "SKU-1", "uom": "CS"})
    rows = inputs.read()
    sku = rows.skus[1]
    assert (sku["description"], sku["categories"], sku["uom"]) == ("Oat drink", ["FOOD", "DRINKS"], "CS")
    assert [(site["site_id"], site["name"], site["skus"]) for site in rows.sites] == [("LDS1", "Leeds", 2), ("RTM1", None, 1)]


def test_a_lane_comes_from_its_master_data_and_from_shipments(inputs: Inputs) -> None:
    inputs.add_master("lane_master", {"lane_id": "A-B", "origin_id": "A", "destination_id": "B", "distance_km": 12.5, "transit_days": 1})
    trips = [{"shipment_id": f"S{n}", "lane_id": "A-C", "origin_site_id": "A", "destination_id": "C"} for n in (1, 2, 2)]
    inputs.add_master("shipments", *(trip | {"business_day": AS_OF - timedelta(days=n)} for n, trip in enumerate(trips)))
    [master, other] = inputs.read().lanes
    assert (master["lane_id"], master["distance_km"], master["shipments"], master["last_departure_date"]) == ("A-B", 12.5, 0, None)
    assert (other["lane_id"], other["origin_id"], other["destination_id"], other["shipments"]) == ("A-C", "A", "C", 2)
    assert other["last_departure_date"] == str(AS_OF)


def test_a_run_without_files_has_an_empty_catalogue(lake: InMemoryLake) -> None:
    assert LakeCatalogue(lake).read(RUN, AS_OF) == CatalogueRows([], [], [])
