"""Which of several rows of one key stays, held against a plain loop over the rows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

import contracts
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import HISTORY, ORDER, narrowed, staged

COLUMNS = ("site_id", "sku_id", "demand_date", "quantity", "updated_at")
CONTRACT = narrowed(contracts.load("demand_history"), *COLUMNS)
TODAY = date(2026, 11, 23)
OBJECTS = ("first", "second", "third")
MOMENTS = (None, "2026-11-02T08:00:00Z", "2026-11-02T09:00:00+01:00", "2026-11-02T03:00:00.000001-05:00", "2026-11-03T00:00:00Z")
Place = tuple[str, int]
Ends = dict[str, set[Place]]


def world(site: str, moments: Sequence[str | None] = MOMENTS) -> list[dict[str, Any]]:
    """600 rows of few keys from three objects of a site of their own, one in two broken; each takes one of the moments."""
    rng = random.Random(site)
    places = [(f"{site} {name}", line) for name in OBJECTS for line in range(2, 202)]
    return [
        {
            "site_id": site,
            "sku_id": f"SKU-{rng.randrange(40)}",
            "demand_date": f"2026-11-0{rng.randint(1, 3)}",
            "quantity": rng.choice(("5", "7.5", "-1", "many")),
            "updated_at": moments[rng.randrange(len(moments))],
            "source_object": name,
            "source_line": line,
        }
        for name, line in places
    ]


def plain_loop(rows: Sequence[dict[str, Any]]) -> Ends:
    """The rule of the contract, one row after the other."""
    good = [row for row in rows if row["quantity"] in ("5", "7.5")]
    stays: dict[tuple[str, str], dict[str, Any]] = {}
    for row in good:
        key = (row["sku_id"], row["demand_date"])
        if key not in stays or right(row) > right(stays[key]):
            stays[key] = row
    curated = places(stays.values())
    return {"curated": curated, "quarantined": places(rows) - places(good), "duplicates": places(good) - curated}


def places(rows: Iterable[Mapping[str, Any]]) -> set[Place]:
    return {(row["source_object"], row["source_line"]) for row in rows}


def right(row: Mapping[str, Any]) -> tuple[datetime, int, int]:
    moment = datetime.fromisoformat((row["updated_at"] or "0001-01-01T00:00:00Z").replace("Z", "+00:00"))
    return moment, OBJECTS.index(row["source_object"].split()[1]), row["source_line"]


AS_SENT = world("SENT")
SHUFFLED = world("SHUFFLED")
TURNED = world("TURNED", [f"2026-11-02T08:{number // 60:02}:{number % 60:02}Z" for number in range(3000)])
"""Rows that the source changed at different moments; their objects are received the other way round."""
GOOD = {**HISTORY, "source_object": "GOOD first", "source_line": 2, "updated_at": "2026-11-01T00:00:00Z"}
BROKEN = {**GOOD, "source_object": "GOOD second", "quantity": "1e309", "updated_at": "2026-11-20T00:00:00Z"}


@pytest.fixture(scope="module")
def ends(engine: Engine) -> Ends:
    """The places of the rows that came to each end: all rows of this module, cleansed at once."""
    from glue_jobs.transforms.cleansing import cleansed
    from glue_jobs.transforms.judging import judged

    rows = [*AS_SENT, *random.Random(1).sample(SHUFFLED, len(SHUFFLED)), *TURNED, BROKEN, GOOD]
    received = {f"{site} {name}": order for site in ("SENT", "SHUFFLED", "GOOD") for order, name in enumerate(OBJECTS)}
    received |= {f"TURNED {name}": order for order, name in enumerate(reversed(OBJECTS))}
    verdicts = engine.handed_over(judged(engine.frame(staged(CONTRACT, rows)), CONTRACT, TODAY))
    parts = cleansed(verdicts, engine.spark.createDataFrame(list(received.items()), ["source_object", "received_order"]), CONTRACT)
    return {name: places(engine.rows(getattr(parts, name))) for name in ("curated", "quarantined", "duplicates")}


def of_site(ends: Ends, site: str) -> Ends:
    return {end: {place for place in found if place[0].startswith(f"{site} ")} for end, found in ends.items()}


def test_a_plain_loop_over_the_rows_comes_to_the_same_ends(ends: Ends) -> None:
    assert of_site(ends, "SENT") == plain_loop(AS_SENT)
    assert min(map(len, of_site(ends, "SENT").values())) > 50


def test_the_order_of_the_rows_never_matters(ends: Ends) -> None:
    assert of_site(ends, "SHUFFLED") == plain_loop(SHUFFLED)


def test_the_order_of_arrival_never_matters_where_the_source_says_when_it_changed_a_row(ends: Ends) -> None:
    assert of_site(ends, "TURNED") == plain_loop(TURNED)


def test_a_broken_newer_row_never_replaces_a_good_one(ends: Ends) -> None:
    assert of_site(ends, "GOOD") == {"curated": {("GOOD first", 2)}, "quarantined": {("GOOD second", 2)}, "duplicates": set()}


@pytest.fixture(scope="module")
def order(engine: Engine) -> dict[str, Any]:
    """One good order line with its values."""
    from glue_jobs.transforms.cleansing import typed

    columns = ("order_id", "customer_id", "order_ts", "ordered_qty", "requested_date", "docs_ok", "updated_at")
    text = {"order_id": "  SO-1 ", "customer_id": " ", "order_ts": "2026-11-01T00:30:00+02:00", "ordered_qty": "7.5", "docs_ok": "YES"}
    contract = narrowed(contracts.load("orders"), *columns)
    (found,) = engine.rows(typed(engine.frame(staged(contract, [{**ORDER, **text, "requested_date": "2026-11-03"}])), contract))
    return found


def test_curated_values_have_the_types_of_the_contract(order: dict[str, Any]) -> None:
    assert (order["order_id"], order["customer_id"], order["updated_at"]) == ("SO-1", None, None)
    assert (order["ordered_qty"], order["requested_date"], order["docs_ok"]) == (Decimal("7.500"), date(2026, 11, 3), True)
    assert order["order_ts"].astimezone(UTC) == datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def test_an_order_counts_on_the_day_it_was_where_it_was_placed(order: dict[str, Any]) -> None:
    assert order["business_day"] == date(2026, 11, 1)
