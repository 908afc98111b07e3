"""Ids of rows: PostgreSQL writes them, Python reads them, and both must agree on every mark."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from runtime.adapters.postgres.lists.forecast_rows import FORECAST_ID
from runtime.models.domain.runs import run_id_of
from runtime.services.forecasts.row_ids import PREFIX, ForecastKey, decode, encode
from tests.contract.api.conftest import Served
from tests.unit.runtime.api.conftest import call

DAY = date(2026, 11, 22)
CATALOGUE_SKUS = ("B2X_2443714|4", "|", "||a", "a|b\"c'd%[e]#_", "</script><script>alert(1)</script>", "../x", "a,b;c", "名" * 50)


def rows(limit: int = 1000) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("/forecasts", time_horizon="1d", limit=str(limit)).json["forecasts"]
    return rows


def test_the_id_that_postgresql_writes_is_the_one_that_python_writes(served_api: Served) -> None:
    for row in rows():
        key = ForecastKey(UUID(row["run_id"]), row["site_id"], row["sku_id"], date.fromisoformat(row["forecast_date"]))
        assert row["id"] == encode(key)
        assert decode(row["id"]) == key


@pytest.mark.parametrize("site_id", ["LDS1", "S|1", "Ä b"])
@pytest.mark.parametrize("sku_id", CATALOGUE_SKUS)
def test_postgresql_and_python_write_the_same_id_for_the_skus_of_real_catalogues(served_api: Served, site_id: str, sku_id: str) -> None:
    key = ForecastKey(served_api.run.id, site_id, sku_id, DAY)
    row = "(select %s::uuid as run_id, %s as site_id, %s as sku_id, %s::date as forecast_date)"
    with psycopg.connect(served_api.url) as connection:
        row_id = connection.execute(f"select {FORECAST_ID} from {row} as row", (key.run_id, site_id, sku_id, DAY)).fetchone()
    assert row_id == (encode(key),)
    assert decode(encode(key)) == key


def test_every_id_leads_to_its_run(served_api: Served) -> None:
    for row in rows():
        answer = call(f"/forecasts/{row['id']}")
        assert (answer.status, answer.json["forecast_id"]) == (200, str(served_api.run.id))


def test_no_two_rows_share_an_id(served_api: Served) -> None:
    assert len({row["id"] for row in rows()}) == len(rows())


def test_the_id_of_a_row_finds_the_exclusions_of_its_series_only(served_api: Served) -> None:
    left_out, forecast = (encode(ForecastKey(served_api.run.id, "LDS1", sku, DAY)) for sku in ("NEW-1", "SKU-1"))
    assert [row["code"] for row in call(f"/forecasts/{left_out}/excluded").json["excluded"]] == ["TOO_SHORT"]
    assert call(f"/forecasts/{forecast}/excluded").json["excluded"] == []
    assert len(call(f"/forecasts/{served_api.run.id}/excluded").json["excluded"]) == 1


def test_an_id_leads_to_the_older_run_as_well_and_says_that_readers_do_not_see_it(served_api: Served) -> None:
    answer = call(f"/forecasts/{encode(ForecastKey(served_api.older.id, 'LDS1', 'SKU-1', DAY))}").json
    assert (answer["forecast_id"], answer["published"]) == (str(served_api.older.id), False)
    assert call(f"/forecasts/{served_api.run.id}").json["published"]


def unknown_ids(run_id: UUID) -> dict[str, str]:
    good = encode(ForecastKey(run_id, "LDS1", "SKU-1", DAY))
    return {
        "no such run": str(run_id_of("nobody's")),
        "a row of no such run": encode(ForecastKey(run_id_of("nobody's"), "LDS1", "SKU-1", DAY)),
        "a row with a NUL in its SKU": encode(ForecastKey(run_id, "LDS1", "a\0b", DAY)),
        "a site with the separator": encode(ForecastKey(run_id, "LDS1|X", "SKU-1", DAY)),
        "cut short": good[:-5],
        "padded": good + "==",
        "with marks that base64 overlooks": good[:10] + "!" + good[10:],
        "no base64": PREFIX + "é",
        "SQL": "'; drop table forecasts; --",
        "endless": PREFIX + "A" * 5000,
    }


@pytest.mark.parametrize("what", unknown_ids(run_id_of("any")))
@pytest.mark.parametrize("below", ["", "/accuracy", "/excluded"])
def test_an_id_of_nothing_is_a_404_that_says_what_to_use(served_api: Served, what: str, below: str) -> None:
    answer = call(f"/forecasts/{unknown_ids(served_api.run.id)[what]}{below}")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert (answer.json["code"], answer.json["status"]) == ("NOT_FOUND", 404)
    assert len(answer.text) < 1000


@pytest.mark.parametrize("below", ["", "/accuracy", "/excluded"])
def test_a_row_that_the_run_does_not_have_is_a_404(served_api: Served, below: str) -> None:
    for site_id, sku_id, day in (("NOSITE", "SKU-1", DAY), ("LDS1", "NOSKU", DAY), ("LDS1", "SKU-1", date(1999, 1, 1))):
        answer = call(f"/forecasts/{encode(ForecastKey(served_api.run.id, site_id, sku_id, day))}{below}")
        assert (answer.status, answer.json["code"]) == (404, "NOT_FOUND")
