"""Which of several rows of one key stays, compared with a plain loop over the rows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts import datasets
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import HISTORY, ORDER, narrow, stage

COLUMNS = ("site_id", "sku_id", "demand_date", "quantity", "updated_at")
CONTRACT = narrow(datasets.load("demand_history"), *COLUMNS)
TODAY = date(2026, 11, 23)
OBJECTS = ("first", "second", "third")
MOMENTS = (None, "2026-11-02T08:00:00Z", "2026-11-02T09:00:00+01:00", "2026-11-02T03:00:00.000001-05:00", "2026-11-03T00:00:00Z")
Place = tuple[str, int]
Outcomes = dict[str, set[Place]]


def world(site: str, moments: Sequence[str | None] = MOMENTS) -> list[dict[str, Any]]:
    """600 rows of few keys from three objects of a site of their own, one in two invalid; each takes one of the moments."""
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


def plain_loop(rows: Sequence[dict[str, Any]]) -> Outcomes:
    """The rule of the contract, one row after the other."""
    valid = [row for row in rows if row["quantity"] in ("5", "7.5")]
    winners: dict[tuple[str, str], dict[str, Any]] = {}
    for row in valid:
        key = (row["sku_id"], row["demand_date"])
        if key not in winners or precedence(row) > precedence(winners[key]):
            winners[key] = row
    curated = places(winners.values())
    return {"curated_rows": curated, "quarantined_rows": places(rows) - places(valid), "duplicates": places(valid) - curated}


def places(rows: Iterable[Mapping[str, Any]]) -> set[Place]:
    return {(row["source_object"], row["source_line"]) for row in rows}


def precedence(row: Mapping[str, Any]) -> tuple[datetime, int, int]:
    moment = datetime.fromisoformat((row["updated_at"] or "0001-01-01T00:00:00Z").replace("Z", "+00:00"))
    return moment, OBJECTS.index(row["source_object"].split()[1]), row["source_line"]


AS_SENT = world("SENT")
SHUFFLED = world("SHUFFLED")
REVERSED = world("REVERSED", [f"2026-11-02T08:{number // 60:02}:{number % 60:02}Z" for number in range(3000)])
"""Rows that the source changed at different moments; their objects are received in reverse order."""
VALID = {**HISTORY, "source_object": "VALID first", "source_line": 2, "updated_at": "2026-11-01T00:00:00Z"}
INVALID = {**VALID, "source_object": "VALID second", "quantity": "1e309", "updated_at": "2026-11-20T00:00:00Z"}


@pytest.fixture(scope="module")
def outcomes(engine: Engine) -> Outcomes:
    """The places of the rows by outcome: all rows of this module, cleansed at once."""
    from glue_jobs.transforms.cleansing import cleanse
    from glue_jobs.transforms.validation import add_verdict

    rows = [*AS_SENT, *random.Random(1).sample(SHUFFLED, len(SHUFFLED)), *REVERSED, INVALID, VALID]
    arrival = {f"{site} {name}": order for site in ("SENT", "SHUFFLED", "VALID") for order, name in enumerate(OBJECTS)}
    arrival |= {f"REVERSED {name}": order for order, name in enumerate(reversed(OBJECTS))}
    verdicts = engine.materialise(add_verdict(engine.frame(stage(CONTRACT, rows)), CONTRACT, TODAY))
    parts = cleanse(verdicts, engine.spark.createDataFrame(list(arrival.items()), ["source_object", "received_order"]), CONTRACT)
    return {name: places(engine.rows(getattr(parts, name))) for name in ("curated_rows", "quarantined_rows", "duplicates")}


def of_site(outcomes: Outcomes, site: str) -> Outcomes:
    return {outcome: {place for place in members if place[0].startswith(f"{site} ")} for outcome, members in outcomes.items()}


def test_a_plain_loop_over_the_rows_gives_the_same_outcomes(outcomes: Outcomes) -> None:
    assert of_site(outcomes, "SENT") == plain_loop(AS_SENT)
    assert min(map(len, of_site(outcomes, "SENT").values())) > 50


def test_rows_in_another_order_have_the_same_outcomes(outcomes: Outcomes) -> None:
    assert of_site(outcomes, "SHUFFLED") == plain_loop(SHUFFLED)


def test_objects_in_another_order_have_the_same_outcomes_where_the_source_states_when_it_changed_a_row(outcomes: Outcomes) -> None:
    assert of_site(outcomes, "REVERSED") == plain_loop(REVERSED)


def test_an_invalid_newer_row_never_replaces_a_valid_one(outcomes: Outcomes) -> None:
    assert of_site(outcomes, "VALID") == {
        "curated_rows": {("VALID first", 2)},
        "quarantined_rows": {("VALID second", 2)},
        "duplicates": set(),
    }


@pytest.fixture(scope="module")
def order(engine: Engine) -> dict[str, Any]:
    """One valid order line with its values."""
    from glue_jobs.transforms.cleansing import cast_columns

    columns = ("order_id", "customer_id", "order_ts", "ordered_qty", "requested_date", "docs_ok", "updated_at")
    text = {"order_id": "  SO-1 ", "customer_id": " ", "order_ts": "2026-11-01T00:30:00+02:00", "ordered_qty": "7.5", "docs_ok": "YES"}
    contract = narrow(datasets.load("orders"), *columns)
    rows = engine.frame(stage(contract, [{**ORDER, **text, "requested_date": "2026-11-03"}]))
    (values,) = engine.rows(cast_columns(rows, contract))
    return values


def test_curated_values_have_the_types_of_the_contract(order: dict[str, Any]) -> None:
    assert (order["order_id"], order["customer_id"], order["updated_at"]) == ("SO-1", None, None)
    assert (order["ordered_qty"], order["requested_date"], order["docs_ok"]) == (Decimal("7.500"), date(2026, 11, 3), True)
    assert order["order_ts"].astimezone(UTC) == datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def test_an_order_counts_on_the_local_day_on_which_it_was_placed(order: dict[str, Any]) -> None:
    assert order["business_day"] == date(2026, 11, 1)
