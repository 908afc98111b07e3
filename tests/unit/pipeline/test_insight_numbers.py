"""Numbers of insights are recomputed from nothing but the object versions that the insights name as their sources."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kpi_engine.insights.terms import InsightCategory
from runtime.models.domain.insights import StoredInsight
from tests.pipeline import morning_after, simulated_lake
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.judged_run import SourceObject, drop_sources, judge_run, read_sources

Row = dict[str, Any]
SEED = 20261128
NUMBERS = 100
CATEGORIES = {
    InsightCategory.DATA_QUALITY,
    InsightCategory.DEMAND_ANOMALY,
    InsightCategory.CAPACITY,
    InsightCategory.TRANSPORT_UTILISATION,
    InsightCategory.SERVICE_LEVEL,
    InsightCategory.INVENTORY_RISK,
    InsightCategory.COST,
}


def a_shipment(number: int, place: int, day: date) -> Row:
    return {
        "shipment_id": f"S-{number}-{place}", "lane_id": "LDS1-GB-007", "origin_site_id": "LDS1", "destination_id": "GB-007",
        "vehicle_type": "VAN", "planned_departure_ts": f"{day}T12:00:00+00:00", "gate_in_ts": f"{day}T10:00:00+00:00",
        "dock_in_ts": f"{day}T10:10:00+00:00", "dock_out_ts": f"{day}T11:10:00+00:00", "gate_out_ts": f"{day}T11:30:00+00:00",
        "gross_kg": 300 + 10 * place, "volume_m3": 2, "distance_km": 100, "cost": 160 if number < 14 else 100 + number % 3,
        "currency": "EUR",
    }  # fmt: skip


def list_files() -> dict[str, list[Row]]:
    """An operation of four months whose demand triples on the last two days, with everything that rules look for."""
    days = [AS_OF - timedelta(days=age) for age in range(120)]
    orders: list[Row] = []
    shipments: list[Row] = []
    for number, day in enumerate(days):
        for sku, units in (("SKU-1", 40), ("SKU-2", 12)):
            quantity = (units + number % 5 + 3 * (day.isoweekday() == 5)) * (3 if day > AS_OF - timedelta(days=2) else 1)
            orders.append(
                {
                    "order_id": f"O-{sku}-{number}", "line_no": "1", "sku_id": sku, "ship_from_site_id": "LDS1", "ship_to_id": "GB-007",
                    "customer_id": "C-1",
                    "order_ts": f"{day}T08:00:00+00:00", "requested_date": day, "uom": "EA", "ordered_qty": quantity,
                    "shipped_qty": quantity - (7 if number % 9 == 4 else 0), "status": "DELIVERED",
                    "delivered_ts": f"{day + timedelta(days=number % 4 == 1)}T10:00:00+00:00",
                }
            )  # fmt: skip
        shipments += [a_shipment(number, place, day) for place in range(3 if number < 50 else 0)]
    ahead = [AS_OF + timedelta(days=number) for number in range(1, 29)]
    capacity = [
        {
            "site_id": "LDS1", "resource": resource, "valid_date": day, "rated": limit, "availability": 1, "unit": unit,
            "cost_per_extra_unit": 120, "currency": "EUR",
        }
        for day in ahead
        for resource, limit, unit in (("DOORS_OUT", 0.2 if day.isoweekday() == 5 else 2, "doors"), ("THROUGHPUT", 500, "units per day"))
    ]  # fmt: skip
    orders.append({**orders[0], "order_id": "O-BAD", "ordered_qty": -5})
    master: Row = {"uom": "EA", "lead_time_days": 7, "units_per_case": 10, "cases_per_pallet": 10, "unit_margin": 2, "currency": "EUR"}
    stock = (("SKU-1", 150), ("SKU-2", 4000))
    rates = (("EXPEDITE", 3, "units"), ("OVERTIME", 1, "units"), ("ORDER_PENALTY", 25, "orders"))
    return {
        "site_master": [{"site_id": "LDS1", "name": "Leeds", "country": "GB", "time_zone": "Europe/London", "open_days": "12345"}],
        "sku_master": [{**master, "sku_id": name} for name, _ in stock],
        "lane_master": [{"lane_id": "LDS1-GB-007", "origin_id": "LDS1", "destination_id": "GB-007"}],
        "vehicle_types": [{"vehicle_type": "VAN", "payload_kg": 1000, "volume_m3": 10, "cost_fixed": 50, "cost_km": 1, "currency": "EUR"}],
        "cost_rates": [
            {"type": kind, "valid_from": days[-1], "amount": amount, "currency": "EUR", "unit": unit} for kind, amount, unit in rates
        ],
        "inventory_snapshot": [
            {"site_id": "LDS1", "sku_id": name, "snapshot_ts": f"{AS_OF}T20:00:00+00:00", "on_hand": units, "uom": "EA"}
            for name, units in stock
        ],
        "capacity": capacity,
        "shipments": shipments,
        "orders": orders,
    }


def write_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for dataset, rows in list_files().items():
        path = folder / f"{dataset}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        yield dataset, path


def list_numbers(value: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a document with its place."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from list_numbers(each, f"{path}/{name}")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from list_numbers(each, f"{path}/{place}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def numbers_of(insight: StoredInsight) -> dict[str, float]:
    content: Any = {name: value for name, value in insight.content.explanation.items() if name not in ("data_sources", "reproduce")}
    return dict(list_numbers(content))


@pytest.fixture(scope="module")
def first_run(embedded_engine: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[StoredInsight], dict[SourceObject, bytes]]:
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch, simulated_lake(morning_after(AS_OF)) as pipeline:
        patch.setenv("SIGNIFY_HOME", str(folder / "home"))
        for dataset, path in write_files(folder):
            record = pipeline.drop(path, dataset)
            assert str(record.status) == "ACCEPTED", (dataset, record.reason)
        insights = judge_run(pipeline, AS_OF)
        return insights, read_sources(pipeline, insights)


def derive_again(contents: dict[SourceObject, bytes], folder: Path, as_of: date = AS_OF) -> list[StoredInsight]:
    folder.mkdir()
    with simulated_lake(morning_after(as_of)) as pipeline:
        drop_sources(pipeline, contents, folder)
        return judge_run(pipeline, as_of)


def test_a_hundred_random_numbers_of_all_categories_recompute_from_their_sources(
    first_run: tuple[list[StoredInsight], dict[SourceObject, bytes]], tmp_path: Path
) -> None:
    insights, contents = first_run
    assert {each.content.category for each in insights} >= CATEGORIES
    again = {each.fingerprint: numbers_of(each) for each in derive_again(contents, tmp_path / "again")}
    by_category: dict[str, list[tuple[str, str, float]]] = {}
    for insight in insights:
        rows = [(insight.fingerprint, path, number) for path, number in numbers_of(insight).items()]
        by_category.setdefault(insight.content.category, []).extend(rows)
    rng = random.Random(SEED)
    sample = [rng.choice(by_category[rng.choice(sorted(by_category))]) for _ in range(NUMBERS)]
    assert {path for _, path, _ in sample}
    assert [(path, again[fingerprint].get(path)) for fingerprint, path, _ in sample] == [(path, number) for _, path, number in sample]


def test_a_row_that_differs_in_a_source_changes_the_numbers(
    first_run: tuple[list[StoredInsight], dict[SourceObject, bytes]], tmp_path: Path
) -> None:
    insights, contents = first_run
    changes = {source: body.replace(b",310,", b",990,") if "shipments" in source.key else body for source, body in contents.items()}
    again = {each.fingerprint: numbers_of(each) for each in derive_again(changes, tmp_path / "again")}
    [trucks] = [each for each in insights if each.content.category is InsightCategory.TRANSPORT_UTILISATION]
    assert again.get(trucks.fingerprint) != numbers_of(trucks)
