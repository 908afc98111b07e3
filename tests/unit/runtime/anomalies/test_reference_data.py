"""Categories, known events and costs of a run, from curated Parquet files as the jobs write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import uuid4

import duckdb
import numpy as np
import pytest

from contracts import datasets
from contracts.paths import part_key
from contracts.tables import curated_table
from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.kind import DOWN, UP
from runtime.adapters.lake.reference_data import LakeReferenceData
from runtime.services.anomalies.cost_inputs import read_costs
from runtime.services.anomalies.known_events import read_known_events
from runtime.services.anomalies.reference import read_categories
from tests.fakes import InMemoryLake

RUN = uuid4()
DAY = date(2026, 11, 21)
MEMBERS = [{"site_id": "LDS1", "sku_id": "A"}, {"site_id": "LDS1", "sku_id": "B"}, {"site_id": "LDS1", "sku_id": "C"}]


@pytest.fixture
def reference(lake: InMemoryLake) -> LakeReferenceData:
    return LakeReferenceData(lake)


def store(lake: InMemoryLake, folder: Path, dataset: str, *rows: dict[str, object]) -> None:
    """Write rows of a data set with the types of its curated table."""
    table = curated_table(datasets.load(dataset))
    with duckdb.connect() as connection:
        connection.execute(f"create table rows ({', '.join(f'{name} {kind}' for name, kind in table.duckdb_columns().items())})")
        relation = connection.table("rows")
        for row in rows:
            relation.insert([row.get(name) for name in table.column_names])
        path = folder / f"{dataset}.parquet"
        relation.write_parquet(str(path))
    lake.upload(path, part_key(table.run_prefix(RUN)))


def a_panel() -> DetectionPanel:
    none = DailyValues.of(*(np.full((3, 7), np.nan) for _ in range(4)))
    attributes = [{"category_l2": "Milk"}, {}, {}]
    return DetectionPanel("demand", MEMBERS, DAY, none, none, np.zeros(3, dtype=np.bool_), attributes=attributes)


def test_a_sku_has_the_categories_of_its_row_that_is_valid_on_the_day(
    reference: LakeReferenceData, lake: InMemoryLake, tmp_path: Path
) -> None:
    store(
        lake,
        tmp_path,
        "sku_master",
        {"sku_id": "A", "uom": "EA", "category_l1": "Old", "valid_to": date(2026, 7, 1)},
        {"sku_id": "A", "uom": "EA", "category_l1": "Dairy", "category_l2": "Milk", "valid_from": date(2026, 7, 1)},
        {"sku_id": "B", "uom": "EA"},
    )
    assert read_categories(reference.rows(RUN, "sku_master"), MEMBERS, DAY) == [{"category_l1": "Dairy", "category_l2": "Milk"}, {}, {}]


def test_a_run_without_reference_data_has_no_categories_events_or_costs(reference: LakeReferenceData) -> None:
    rows = {name: reference.rows(RUN, name) for name in ("sku_master", "calendar_events", "promotions", "cost_rates")}
    assert read_categories(rows["sku_master"], MEMBERS, DAY) == [{}, {}, {}]
    assert read_known_events(rows["calendar_events"], rows["promotions"], a_panel()) == ()
    costs = read_costs(rows["sku_master"], rows["cost_rates"], DAY)
    assert (costs.currency, costs.unit_margin, costs.penalty_per_order) == (None, None, None)


def test_events_have_their_scope_and_promotions_all_their_skus(reference: LakeReferenceData, lake: InMemoryLake, tmp_path: Path) -> None:
    days = {"start_date": DAY, "end_date": date(2026, 11, 22)}
    store(
        lake,
        tmp_path,
        "calendar_events",
        {"event_id": "E1", "type": "CLOSURE", "name": "Christmas", "site_id": "LDS1", **days},
        {"event_id": "E2", "type": "WEATHER", "category": "Milk", "expected_uplift_pct": -20, **days},
        {"event_id": "E3", "type": "PEAK", "customer_id": "C0042", **days},
    )
    store(
        lake,
        tmp_path,
        "promotions",
        {"promotion_id": "P1", "sku_id": "A", "expected_uplift_pct": 30, **days},
        {"promotion_id": "P1", "sku_id": "B", "site_id": "LDS1", **days},
    )
    closure, weather, promotion = read_known_events(reference.rows(RUN, "calendar_events"), reference.rows(RUN, "promotions"), a_panel())
    assert (closure.name, closure.kind, closure.scope, closure.direction) == ("Christmas", "CLOSURE", {"site_id": "LDS1"}, DOWN)
    assert (weather.name, weather.scope, weather.direction) == ("E2", {"category_l2": "Milk"}, DOWN)
    assert (promotion.first_day, promotion.last_day, promotion.direction) == (DAY, date(2026, 11, 22), UP)
    assert sorted(map(str, promotion.parts)) == ["{'site_id': 'LDS1', 'sku_id': 'B'}", "{'sku_id': 'A'}"]


def test_margins_are_stated_or_price_less_cost_and_rates_those_of_the_day_and_of_every_site(
    reference: LakeReferenceData, lake: InMemoryLake, tmp_path: Path
) -> None:
    store(
        lake,
        tmp_path,
        "sku_master",
        {"sku_id": "A", "uom": "EA", "unit_margin": 2.5, "unit_price": 9, "unit_cost": 1, "currency": "EUR"},
        {"sku_id": "B", "uom": "EA", "unit_price": 5, "unit_cost": 3.5, "currency": "EUR"},
        {"sku_id": "C", "uom": "EA", "unit_price": 5, "currency": "EUR"},
    )
    rate = {"currency": "EUR", "unit": "units"}
    store(
        lake,
        tmp_path,
        "cost_rates",
        {"type": "EXPEDITE", "valid_from": date(2026, 1, 1), "valid_to": date(2026, 7, 1), "amount": 9, **rate},
        {"type": "EXPEDITE", "valid_from": date(2026, 7, 1), "amount": 1.5, **rate},
        {"type": "OVERTIME", "valid_from": date(2026, 1, 1), "amount": 0.5, "site_id": "LDS1", **rate},
        {"type": "HANDLING", "valid_from": date(2026, 1, 1), "amount": 0.8, **rate | {"unit": "hours"}},
    )
    costs = read_costs(reference.rows(RUN, "sku_master"), reference.rows(RUN, "cost_rates"), DAY)
    assert (costs.currency, costs.unit_margin) == ("EUR", {"A": 2.5, "B": 1.5})
    assert (costs.expedite_cost_per_unit, costs.overtime_cost_per_unit, costs.marginal_cost_per_unit) == (1.5, None, None)


def test_margins_in_two_currencies_are_no_costs(reference: LakeReferenceData, lake: InMemoryLake, tmp_path: Path) -> None:
    rows = [{"sku_id": sku, "uom": "EA", "unit_margin": 2, "currency": currency} for sku, currency in (("A", "EUR"), ("B", "GBP"))]
    store(lake, tmp_path, "sku_master", *rows)
    assert read_costs(reference.rows(RUN, "sku_master"), reference.rows(RUN, "cost_rates"), DAY).currency is None
