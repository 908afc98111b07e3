"""What becomes of rows that share a key, compared with a plain loop over the rows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts import datasets
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import HISTORY, ORDER, Row, narrow, stage

COLUMNS = ("site_id", "sku_id", "demand_date", "quantity", "uom", "channel", "source", "updated_at")
CONTRACT = narrow(datasets.load("demand_history"), *COLUMNS)
TODAY = date(2026, 11, 23)
OBJECTS = ("first", "second", "third")
MOMENTS = (None, "2026-11-02T08:00:00Z", "2026-11-02T09:00:00+01:00", "2026-11-02T03:00:00.000001-05:00", "2026-11-03T00:00:00Z")
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
Place = tuple[str, int]
Outcomes = dict[str, set[Place]]
Rows = Sequence[dict[str, Any]]


def world(site: str, moments: Sequence[str | None] = MOMENTS) -> list[dict[str, Any]]:
    """600 rows of few keys from three objects of a site of their own, many invalid; each takes one of the moments, some a channel."""
    rng = random.Random(site)
    places = [(f"{site} {name}", line) for name in OBJECTS for line in range(2, 202)]
    return [
        {
            "site_id": site,
            "sku_id": f"SKU-{rng.randrange(100)}",
            "demand_date": f"2026-11-0{rng.randint(1, 3)}",
            "quantity": rng.choice(("5", "5.0", "7.5", "-1", "many")),
            "uom": rng.choice(("EA", "EA", "EA", "CS")),
            "channel": rng.choice((None, "web", "shop")),
            "updated_at": moments[rng.randrange(len(moments))],
            "source_object": name,
            "source_line": line,
        }
        for name, line in places
    ]


def plain_loop(rows: Rows) -> Outcomes:
    """The rule of the contract, one key after the other."""
    valid = [row for row in rows if row["quantity"] in ("5", "5.0", "7.5")]
    outcomes: Outcomes = {"curated_rows": set(), "quarantined_rows": places(rows) - places(valid), "duplicates": set()}
    for of_key in group(valid, "sku_id", "demand_date"):
        survivors = []
        for of_object in group(of_key, "source_object"):
            stay = rows_that_stay(of_object)
            if stay is None:
                outcomes["quarantined_rows"] |= places(of_object)
            else:
                survivors.append((of_object, stay))
                outcomes["duplicates"] |= places(of_object)
        curated = rows_of_latest(survivors)
        outcomes["curated_rows"] |= curated
        outcomes["duplicates"] -= curated
    return outcomes


def rows_of_latest(survivors: list[tuple[Rows, Rows]]) -> set[Place]:
    """Of the objects of one key (all their rows, and those that stay), the latest rows: for each channel after the last without one."""
    if not survivors:
        return set()
    oldest_first = sorted(survivors, key=lambda each: age(each[0]))
    without_channel = [number for number, (of_object, _) in enumerate(oldest_first) if None in {row["channel"] for row in of_object}]
    parts_of_total = oldest_first[max(without_channel, default=-1) + 1 :]
    if not parts_of_total or len({row["uom"] for of_object, _ in survivors for row in of_object}) > 1:
        return places(oldest_first[-1][1])
    curated: set[Place] = set()
    for channel in {row["channel"] for _, stay in parts_of_total for row in stay}:
        of_channel = [([row for row in each if row["channel"] == channel] for each in pair) for pair in parts_of_total]
        parts = [(rows, stay) for rows, stay in of_channel if rows]
        curated |= places(max(parts, key=lambda each: age(each[0]))[1])
    return curated


def age(rows: Rows) -> tuple[datetime, int]:
    """The newest update of rows of one object, and when the object was received."""
    return max(moment(row) for row in rows), OBJECTS.index(rows[0]["source_object"].split()[1])


def rows_that_stay(rows: Rows) -> Rows | None:
    """Of the rows of one key in one object, those that stay; None when they contradict each other."""
    newest = []
    for of_channel in group(rows, "channel"):
        latest = max(moment(row) for row in of_channel)
        candidates = [row for row in of_channel if moment(row) == latest]
        if len({(Decimal(row["quantity"]), row["uom"]) for row in candidates}) > 1:
            return None
        newest.append(candidates[-1])
    if len(newest) > 1 and (len({row["uom"] for row in rows}) > 1 or None in {row["channel"] for row in newest}):
        return None
    return newest


def group(rows: Rows, *names: str) -> list[Rows]:
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return list(groups.values())


def places(rows: Iterable[Mapping[str, Any]]) -> set[Place]:
    return {(row["source_object"], row["source_line"]) for row in rows}


def moment(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["updated_at"].replace("Z", "+00:00")) if row["updated_at"] else EARLIEST


AS_SENT = world("SENT")
SHUFFLED = world("SHUFFLED")
REVERSED = world("REVERSED", [f"2026-11-02T08:{number // 60:02}:{number % 60:02}Z" for number in range(3000)])
"""Rows that the source changed at different moments; their objects are received in reverse order."""


def case(site: str, *changes: Row) -> list[dict[str, Any]]:
    """Rows of one key in one object, unless a change names another object or line."""
    return [
        {**HISTORY, "site_id": site, "source_object": f"{site} first", "source_line": line, **change}
        for line, change in enumerate(changes, start=2)
    ]


OLD, NEW = {"updated_at": "2026-11-01T00:00:00Z"}, {"updated_at": "2026-11-20T00:00:00Z"}
CASES: dict[str, tuple[list[dict[str, Any]], set[int], set[int], set[int]]] = {
    # rows; the lines that stay, are quarantined and are duplicates
    "invalid": (case("invalid", OLD, {**NEW, "quantity": "1e309"}), {2}, {3}, set()),
    "equal": (case("equal", {"quantity": "12"}, {"quantity": "12.0000"}), {3}, set(), {2}),
    "conflict": (case("conflict", {"quantity": "18"}, {"quantity": "6"}), set(), {2, 3}, set()),
    "corrected": (case("corrected", {**NEW, "quantity": "18"}, {**OLD, "quantity": "6"}), {2}, set(), {3}),
    "channels": (case("channels", {"channel": "web", "quantity": "18"}, {"channel": "shop", "quantity": "6"}), {2, 3}, set(), set()),
    "sources": (case("sources", {"source": "web", "quantity": "6"}, {"source": "shop", "quantity": "6"}), {2, 3}, set(), set()),
    "units": (case("units", {"channel": "web"}, {"channel": "shop", "uom": "CS"}), set(), {2, 3}, set()),
    "total": (case("total", {"channel": "web"}, {"quantity": "6"}), set(), {2, 3}, set()),
    "hours": (case("hours", *({"demand_date": f"2026-11-01 {hour}:00"} for hour in ("00", "09", "10"))), {2, 3, 4}, set(), set()),
    "ruined": (case("ruined", {"sku_id": "9.78014E+12"}, {"sku_id": "9.78014E+12"}), set(), {2, 3}, set()),
}


@pytest.fixture(scope="module")
def cleansed_rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The rows by outcome: all rows of this module, cleansed at once."""
    from glue_jobs.transforms.cleansing import cleanse
    from glue_jobs.transforms.repeats import settle_repeats
    from glue_jobs.transforms.validation import add_verdict

    shuffled_rows = random.Random(1).sample(SHUFFLED, len(SHUFFLED))
    rows = [*AS_SENT, *shuffled_rows, *REVERSED, *(row for each in CASES.values() for row in each[0])]
    arrival = {f"{site} {name}": order for site in ("SENT", "SHUFFLED", *CASES) for order, name in enumerate(OBJECTS)}
    arrival |= {f"REVERSED {name}": order for order, name in enumerate(reversed(OBJECTS))}
    order = engine.spark.createDataFrame(list(arrival.items()), ["source_object", "received_order"])
    verdicts = engine.materialise(add_verdict(engine.frame(stage(CONTRACT, rows)), CONTRACT, TODAY))
    repeats = engine.materialise(settle_repeats(verdicts.where("code is null"), order, CONTRACT))
    parts = cleanse(verdicts, repeats, CONTRACT)
    return {name: engine.rows(getattr(parts, name)) for name in ("curated_rows", "quarantined_rows", "duplicates")}


def of_site(cleansed_rows: dict[str, list[dict[str, Any]]], site: str) -> Outcomes:
    return {name: {place for place in places(rows) if place[0].startswith(f"{site} ")} for name, rows in cleansed_rows.items()}


def test_a_plain_loop_over_the_rows_gives_the_same_outcomes(cleansed_rows: dict[str, list[dict[str, Any]]]) -> None:
    outcomes = of_site(cleansed_rows, "SENT")
    assert outcomes == plain_loop(AS_SENT)
    assert sum(map(len, outcomes.values())) == len(AS_SENT)
    assert min(map(len, outcomes.values())) > 20


def test_rows_in_another_order_have_the_same_outcomes(cleansed_rows: dict[str, list[dict[str, Any]]]) -> None:
    assert of_site(cleansed_rows, "SHUFFLED") == plain_loop(SHUFFLED)


def test_objects_in_another_order_have_the_same_outcomes_where_the_source_states_when_it_changed_a_row(
    cleansed_rows: dict[str, list[dict[str, Any]]],
) -> None:
    assert of_site(cleansed_rows, "REVERSED") == plain_loop(REVERSED)


@pytest.mark.parametrize("site", CASES)
def test_rows_of_one_key_in_one_file(cleansed_rows: dict[str, list[dict[str, Any]]], site: str) -> None:
    _, *expected = CASES[site]
    outcomes = of_site(cleansed_rows, site)
    assert [{line for _, line in outcomes[name]} for name in ("curated_rows", "quarantined_rows", "duplicates")] == expected


def test_a_conflict_names_the_other_line_and_the_repair(cleansed_rows: dict[str, list[dict[str, Any]]]) -> None:
    reasons = {
        (row["site_id"], row["source_line"]): (row["code"], row["reason"], row["quantity"]) for row in cleansed_rows["quarantined_rows"]
    }
    code, reason, quantity = reasons["conflict", 3]
    assert (code, quantity) == ("CONFLICT", "6")
    assert reason.startswith("site_id, sku_id, demand_date: line 2 has the same key and other values: send one row per key")
    assert "updated_at" in reason
    assert "channel" in reason
    assert "line 3 has the same identifier, which a spreadsheet has changed" in reasons["ruined", 2][1]


@pytest.fixture(scope="module")
def order(engine: Engine) -> dict[str, Any]:
    """One valid order line with its values."""
    from glue_jobs.transforms.cleansing import curated_columns
    from glue_jobs.transforms.validation import add_verdict

    columns = ("order_id", "customer_id", "order_ts", "ordered_qty", "requested_date", "docs_ok", "updated_at")
    text = {"order_id": "  SO-1 ", "customer_id": " ", "order_ts": "2026-11-01T00:30:00+02:00", "ordered_qty": "7.5", "docs_ok": "YES"}
    contract = narrow(datasets.load("orders"), *columns)
    rows = engine.frame(stage(contract, [{**ORDER, **text, "requested_date": "2026-11-03"}]))
    (values,) = engine.rows(curated_columns(add_verdict(rows, contract, TODAY), contract))
    return values


def test_curated_values_have_the_types_of_the_contract(order: dict[str, Any]) -> None:
    assert (order["order_id"], order["customer_id"], order["updated_at"]) == ("SO-1", None, None)
    assert (order["ordered_qty"], order["requested_date"], order["docs_ok"]) == (Decimal("7.500"), date(2026, 11, 3), True)
    assert order["order_ts"].astimezone(UTC) == datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def test_an_order_counts_on_the_local_day_on_which_it_was_placed(order: dict[str, Any]) -> None:
    assert order["business_day"] == date(2026, 11, 1)
