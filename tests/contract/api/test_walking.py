"""Following the cursor gives what one plain query gives, whatever happens meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.models.domain.publishing import CURSOR_LIFETIME
from runtime.services.forecasts.row_ids import ForecastKey, encode
from tests.contract.api.conftest import Served
from tests.contract.api.published import SITES, SKUS, publish
from tests.contract.api.wiring import serve
from tests.fakes import FixedClock
from tests.fakes.examples import AS_OF, STARTED_AT
from tests.unit.runtime.api.conftest import call

Filters = dict[str, Any]
NEXT_DAY = STARTED_AT + timedelta(days=1)

PLAIN = """
select f.* from forecasts f join published_run p on p.run_id = f.run_id
where horizon_days <= %(days)s and (%(skus)s::text[] is null or sku_id = any(%(skus)s)) and (%(site)s::text is null or site_id = %(site)s)
    and forecast_date >= %(first)s and forecast_date <= %(last)s
order by sku_id, site_id, forecast_date
"""
FILTERS: list[tuple[Filters, int]] = [
    ({"time_horizon": "28d"}, len(SKUS) * len(SITES) * 28),
    ({"time_horizon": "1d"}, len(SKUS) * len(SITES)),
    ({"time_horizon": "7d", "sku_filter": ["sku-1", "SKU-1", "O'Neil#2", "漢字🚚"]}, 4 * 3 * 7),
    ({"time_horizon": "14d", "site_id": "Łódź"}, len(SKUS) * 14),
    ({"time_horizon": "28d", "sku_filter": ["Ä"], "site_id": "lds 1"}, 28),
    ({"time_horizon": "21d", "start_date": str(AS_OF + timedelta(days=20))}, len(SKUS) * len(SITES) * 2),
    ({"time_horizon": "28d", "end_date": str(AS_OF + timedelta(days=1))}, len(SKUS) * len(SITES)),
    ({"time_horizon": "28d", "start_date": "2026-11-25", "end_date": "2026-11-26", "sku_filter": ["a", "Z"]}, 2 * 3 * 2),
    ({"time_horizon": "7d", "start_date": "2027-06-01"}, 0),
    ({"time_horizon": "7d", "sku_filter": ["nobody's"]}, 0),
]


def walk(limit: int, filters: Filters, cursor: str | None = None) -> list[dict[str, Any]]:
    """Every row from the first page (or the page at cursor) to the last."""
    rows: list[dict[str, Any]] = []
    while True:
        page = call("/forecasts", **filters | {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})).json
        rows += page["forecasts"]
        cursor = page["page"]["next_cursor"]
        assert page["page"]["has_more"] == (cursor is not None)
        if cursor is None:
            return rows
        assert len(page["forecasts"]) == limit


def plain(database: Database, filters: Filters) -> list[dict[str, Any]]:
    """What one query without paging finds."""
    query = {
        "days": int(filters["time_horizon"].removesuffix("d")),
        "skus": filters.get("sku_filter"),
        "site": filters.get("site_id"),
        "first": filters.get("start_date", date.min),
        "last": filters.get("end_date", date.max),
    }
    return [as_answered(row) for row in database.rows(PLAIN, query)]


def as_answered(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table as the API shows it."""
    key = ForecastKey(row["run_id"], row["site_id"], row["sku_id"], row["forecast_date"])
    bounds = {"0.1": row["confidence_lower"], "0.5": row["predicted_value"], "0.9": row["confidence_upper"]}
    fields = {name: value for name, value in row.items() if name not in ("quantiles", "predictor_arn", "created_at")}
    body: dict[str, Any] = plainly({"id": encode(key), **fields, "quantiles": bounds})
    return body


def plainly(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, dict):
        return {name: plainly(item) for name, item in value.items()}
    return float(value) if isinstance(value, Decimal) else value if value is None or isinstance(value, int | str) else str(value)


@pytest.mark.parametrize(("filters", "size"), FILTERS)
def test_a_walk_gives_exactly_the_rows_of_one_plain_query_in_its_order(served_api: Served, filters: Filters, size: int) -> None:
    expected = plain(served_api.database, filters)
    assert len(expected) == size
    for limit in {1000, max(size // 3, 1), max(size // 7, 1)}:
        assert walk(limit, filters) == expected


def test_a_walk_row_by_row_misses_none_and_repeats_none(served_api: Served) -> None:
    filters: Filters = {"time_horizon": "7d", "sku_filter": ["SKU-1", "SKU 1", "Ünïcode/ä b"], "start_date": "2026-11-27"}
    assert walk(1, filters) == plain(served_api.database, filters)


def test_the_page_size_may_change_on_the_way(served_api: Served) -> None:
    first = call("/forecasts", time_horizon="28d", limit="10").json
    rest = walk(500, {"time_horizon": "28d"}, first["page"]["next_cursor"])
    assert first["forecasts"] + rest == plain(served_api.database, {"time_horizon": "28d"})


def test_a_walk_stays_on_its_run_while_a_newer_one_is_published(empty: Database, tmp_path: Path) -> None:
    filters: Filters = {"time_horizon": "28d"}
    old = publish(empty, tmp_path, "old")
    expected, first = plain(empty, filters), call("/forecasts", **filters, limit="500").json
    new = publish(empty, tmp_path, "new", as_of_date=AS_OF + timedelta(days=1))
    assert first["forecasts"] + walk(500, filters, first["page"]["next_cursor"]) == expected
    assert {row["run_id"] for row in expected} == {str(old.id)}
    assert call("/forecasts", **filters).json["meta"]["run_id"] == str(new.id)


def test_the_publisher_keeps_the_run_of_a_cursor_however_few_runs_are_kept(empty: Database, tmp_path: Path) -> None:
    """The first page is read at the last moment before the next run is published, the last one at the last moment of the cursor."""
    old = publish(empty, tmp_path, "old", SKUS[:2])
    with serve(empty, FixedClock(NEXT_DAY)):
        first = call("/forecasts", time_horizon="28d", limit="100").json
    publish(empty, tmp_path, "next", SKUS[:2], publish_at=NEXT_DAY, as_of_date=AS_OF + timedelta(days=1))
    publish(empty, tmp_path, "newest", SKUS[:2], publish_at=NEXT_DAY + CURSOR_LIFETIME, as_of_date=AS_OF + timedelta(days=2))
    loader = PostgresForecastLoader(empty)
    assert loader.retire(0, NEXT_DAY) == []
    with serve(empty, FixedClock(NEXT_DAY + CURSOR_LIFETIME)):
        rows = first["forecasts"] + walk(100, {"time_horizon": "28d"}, first["page"]["next_cursor"])
    assert {row["run_id"] for row in rows} == {str(old.id)}
    assert len(rows) == 2 * len(SITES) * 28
    assert loader.retire(0, NEXT_DAY + timedelta(hours=1)) == [old.id]
    with serve(empty, FixedClock(NEXT_DAY + CURSOR_LIFETIME + timedelta(seconds=1))):
        answer = call("/forecasts", time_horizon="28d", limit="100", cursor=first["page"]["next_cursor"])
    assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR")


def test_a_named_run_is_read_from_the_first_page_to_the_last_whichever_is_published(empty: Database, tmp_path: Path) -> None:
    filters: Filters = {"time_horizon": "28d"}
    old = publish(empty, tmp_path, "old", SKUS[:3])
    expected = plain(empty, filters)
    publish(empty, tmp_path, "new", SKUS[:1], as_of_date=AS_OF + timedelta(days=1))
    assert walk(10, filters | {"run_id": str(old.id)}) == expected
    assert call("/forecasts", time_horizon="28d", run_id=str(old.id)).json["meta"]["run_id"] == str(old.id)


def test_a_run_that_was_loaded_and_never_published_can_be_read_too(empty: Database, tmp_path: Path) -> None:
    publish(empty, tmp_path, "published", SKUS[:1])
    other = publish(empty, tmp_path, "other", SKUS[:2], may_publish=False)
    assert len(walk(1000, {"time_horizon": "28d", "run_id": str(other.id)})) == 2 * len(SITES) * 28


def test_a_deleted_run_is_gone_and_an_empty_page_of_a_run_that_is_there_is_not(empty: Database, tmp_path: Path) -> None:
    old = publish(empty, tmp_path, "old", SKUS[:1])
    publish(empty, tmp_path, "new", SKUS[:1], as_of_date=AS_OF + timedelta(days=1))
    query: Filters = {"time_horizon": "7d", "run_id": str(old.id)}
    answer = call("/forecasts", **query, sku_filter=["GHOST"])
    assert (answer.status, answer.json["forecasts"]) == (200, [])
    PostgresForecastLoader(empty).retire(0, NEXT_DAY)
    for answer in (call("/forecasts", **query), call(f"/forecasts/{old.id}/excluded")):
        assert (answer.status, answer.json["code"]) == (410, "FORECASTS_DELETED")
        assert "has_forecasts" in answer.json["detail"]
    assert call(f"/forecasts/{old.id}").status == 200


def test_a_walk_whose_run_was_retired_meanwhile_says_so_and_does_not_just_end(empty: Database, tmp_path: Path) -> None:
    publish(empty, tmp_path, "old", SKUS[:2])
    cursor = call("/forecasts", time_horizon="28d", limit="100").json["page"]["next_cursor"]
    for days in (1, 2):
        publish(empty, tmp_path, f"new-{days}", SKUS[:2], created_at=STARTED_AT + timedelta(days=days))
    assert len(PostgresForecastLoader(empty).retire(2, STARTED_AT + timedelta(hours=1))) == 1
    answer = call("/forecasts", time_horizon="28d", limit="100", cursor=cursor)
    assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR")
    assert "start without a cursor" in answer.json["detail"]
    assert walk(1000, {"time_horizon": "28d"}) == plain(empty, {"time_horizon": "28d"})
