"""Order lines that leave in several shipments: every shipment counts, whenever its file comes, and the order once."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from contracts import datasets
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import ORDER, Row, narrow, stage

TODAY = date(2026, 11, 23)
COLUMNS = ("order_id", "line_no", "sku_id", "ship_from_site_id", "order_ts", "ordered_qty", "shipped_qty", "uom", "shipment_id", "status")
CONTRACT = narrow(datasets.load("orders"), *COLUMNS, "updated_at")
LINE: Row = {**{name: value for name, value in ORDER.items() if name in COLUMNS}, "ordered_qty": "10"}
OPEN: Row = {**LINE, "shipped_qty": "0", "status": "OPEN"}
FIRST: Row = {**LINE, "shipped_qty": "5", "shipment_id": "S1", "status": "DELIVERED"}
SECOND: Row = {**LINE, "shipped_qty": "5", "shipment_id": "S2", "status": "SHIPPED"}


def settle(engine: Engine, *files: list[Row]) -> dict[tuple[str, int], str]:
    """Return the outcome of every row of the line, by file and line; the files came in this order."""
    from glue_jobs.transforms.repeats import settle_repeats
    from glue_jobs.transforms.validation import add_verdict

    rows = [{**row, "source_object": f"file {n}", "source_line": line} for n, own in enumerate(files, 1) for line, row in enumerate(own, 2)]
    arrival = engine.spark.createDataFrame([(f"file {n}", n) for n in range(1, len(files) + 1)], ["source_object", "received_order"])
    verdicts = engine.materialise(add_verdict(engine.frame(stage(CONTRACT, rows)), CONTRACT, TODAY))
    assert engine.rows(verdicts.where("code is not null")) == []
    outcomes = engine.rows(settle_repeats(verdicts, arrival, CONTRACT))
    return {(row["source_object"], row["source_line"]): row["outcome"] for row in outcomes}


def test_both_shipments_of_a_line_in_one_file_stay(engine: Engine) -> None:
    assert settle(engine, [FIRST, SECOND]) == {("file 1", 2): "PART", ("file 1", 3): "PART"}


def test_shipments_of_later_files_take_the_place_of_the_open_line_and_not_of_each_other(engine: Engine) -> None:
    assert settle(engine, [OPEN], [FIRST], [SECOND]) == {("file 1", 2): "RESTATED", ("file 2", 2): "PART", ("file 3", 2): "PART"}


def test_a_shipment_that_is_sent_again_is_restated_by_itself(engine: Engine) -> None:
    outcomes = settle(engine, [OPEN], [FIRST], [SECOND], [{**FIRST, "shipped_qty": "4"}])
    assert outcomes == {("file 1", 2): "RESTATED", ("file 2", 2): "RESTATED", ("file 3", 2): "PART", ("file 4", 2): "PART"}


def test_one_shipment_of_an_open_line_stays_alone(engine: Engine) -> None:
    assert settle(engine, [OPEN], [FIRST]) == {("file 1", 2): "RESTATED", ("file 2", 2): "STAYS"}


def test_a_later_row_of_the_whole_line_takes_the_place_of_its_shipments(engine: Engine) -> None:
    whole = {**LINE, "shipped_qty": "10", "status": "DELIVERED"}
    outcomes = settle(engine, [OPEN], [FIRST], [SECOND], [whole])
    assert {place for place, outcome in outcomes.items() if outcome != "RESTATED"} == {("file 4", 2)}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_with_times_of_update_the_order_of_files_does_not_matter(engine: Engine, order: tuple[int, ...]) -> None:
    rows: list[Row] = [{**row, "updated_at": f"2026-11-0{day}T08:00:00+00:00"} for day, row in enumerate((OPEN, FIRST, SECOND), 2)]
    outcomes = settle(engine, *([rows[number]] for number in order))
    assert {number: outcomes[f"file {place}", 2] for place, number in enumerate(order, 1)} == {0: "RESTATED", 1: "PART", 2: "PART"}


def test_a_line_in_two_shipments_is_demand_once(engine: Engine) -> None:
    from glue_jobs.transforms.daily_demand import from_orders

    day = date(2026, 11, 1)
    columns = ["order_id", "line_no", "sku_id", "ship_from_site_id", "business_day", "ordered_qty", "status"]
    rows = [
        ("SO-1", "1", "A", "LDS1", day, 10.0, "DELIVERED"),
        ("SO-1", "1", "A", "LDS1", day, 10.0, "SHIPPED"),
        ("SO-1", "2", "A", "LDS1", day, 3.0, None),
    ]
    [demand] = engine.rows(from_orders(engine.spark.createDataFrame(rows, columns)))
    assert demand["ordered"] == 13.0
