"""Malicious and senseless input: the response explains the error, is never a 5xx and never has rows of another query."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from runtime.adapters.postgres.database import Database
from tests.contract.api.conftest import Served
from tests.fakes.examples import AS_OF
from tests.unit.runtime.api.conftest import ApiResponse, call

INJECTIONS = ["'; drop table forecasts; --", "x' or '1'='1", '" or 1=1', "%(run_id)s", "{rows}", "%s", "\\'; select pg_sleep(9)", "$$"]


def forecasts(**query: Any) -> ApiResponse:
    return call("/forecasts", **{"time_horizon": "7d"} | query)


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_in_a_filter_is_a_name_that_nothing_has(served_api: Served, text: str) -> None:
    before = served_api.database.fetch("select count(*) from forecasts")
    answer = forecasts(sku_filter=[text])
    assert (answer.status, answer.json["forecasts"]) == (200, [])
    assert answer.json["meta"]["warnings"] == [f"{text} has no forecast: the run does not contain this SKU"]
    assert forecasts(site_id=text).json["forecasts"] == []
    assert call("/kpis", metric=text).json["kpis"] == call("/kpis", dimension=f"level:{text}").json["kpis"] == []
    assert call("/data-quality/objects", key=text).json["objects"] == call("/data-quality/objects", dataset=text).json["objects"] == []
    assert served_api.database.fetch("select count(*) from forecasts") == before


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/forecasts", "sku_filter"),
        ("/forecasts", "site_id"),
        ("/kpis", "metric"),
        ("/kpis", "dimension"),
        ("/data-quality/objects", "key"),
        ("/data-quality/objects", "dataset"),
    ],
)
def test_text_that_postgresql_cannot_hold_is_refused_by_name(served_api: Served, path: str, name: str, text: str) -> None:
    minimum = {"time_horizon": "7d"} if path == "/forecasts" else {}
    answer = call(path, **minimum, **{name: [f"x:{text}"]})  # type: ignore[arg-type]
    assert answer.status == 422
    assert name in answer.json["detail"]


@pytest.mark.parametrize(
    "body", ['{"reason": "a\\u0000b"}', '{"as_of_date": 0}', '{"as_of_date": "0"}', '{"as_of_date": "2026-11-21T00:00:00Z"}']
)
def test_a_body_that_cannot_be_stored_or_read_for_sure_starts_nothing(empty: Database, body: str) -> None:
    assert call("/forecasts/generate", "POST", body=body).status == 422
    assert empty.fetch("select count(*) from jobs") == [(0,)]


def test_a_hundred_skus_are_answered_and_one_more_is_refused(served_api: Served) -> None:
    assert forecasts(sku_filter=[f"S{number}" for number in range(100)]).status == 200
    answer = forecasts(sku_filter=[f"S{number}" for number in range(101)])
    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "sku_filter")
    assert "at most 100" in answer.json["detail"]


def cursor_of(**query: Any) -> str:
    return str(forecasts(limit="5", **query).json["page"]["next_cursor"])


@pytest.mark.parametrize("position", [0, 11, 12, 20, -2])
def test_a_cursor_with_one_character_changed_is_refused(served_api: Served, position: int) -> None:
    characters = list(cursor_of())
    characters[position] = "A" if characters[position] != "A" else "B"
    answer = forecasts(cursor="".join(characters))
    assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR")
    assert "send next_cursor unchanged" in answer.json["detail"]


@pytest.mark.parametrize("other", [{"time_horizon": "14d"}, {"sku_filter": "SKU-1"}, {"site_id": "LDS1"}, {"start_date": "2026-11-23"}])
def test_the_cursor_of_other_filters_is_refused(served_api: Served, other: dict[str, str]) -> None:
    answer = forecasts(cursor=cursor_of(), **other)
    assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR")
    assert "other filters" in answer.json["detail"]


@pytest.mark.parametrize("path", ["/kpis", "/data-quality/objects"])
def test_the_cursor_of_another_list_is_refused(served_api: Served, path: str) -> None:
    assert (call(path, cursor=cursor_of()).status, call(path, cursor="\0é").status) == (400, 400)


def test_days_at_the_ends_of_the_calendar_narrow_nothing_or_everything(served_api: Served) -> None:
    whole = forecasts(limit="1000").json["forecasts"]
    assert forecasts(limit="1000", start_date="0001-01-01").json["forecasts"] == whole
    assert forecasts(limit="1000", end_date="9999-12-31").json["forecasts"] == whole
    assert forecasts(start_date="9999-12-31").json["forecasts"] == forecasts(end_date="0001-01-01").json["forecasts"] == []


@pytest.mark.parametrize(
    ("first", "last", "phrase"),
    [
        ("0001-01-01", "9999-12-31", "more than 366 days"),
        (str(AS_OF + timedelta(days=2)), str(AS_OF + timedelta(days=1)), "swap them"),
        ("2026-02-30", "2026-03-01", "start_date"),
        ("10000-01-01", None, "YYYY-MM-DD"),
        ("0", None, "YYYY-MM-DD"),
        ("1700006400", None, "YYYY-MM-DD"),
        ("2026-11-25T00:00:00Z", None, "YYYY-MM-DD"),
    ],
)
def test_days_that_make_no_range_are_refused(served_api: Served, first: str, last: str | None, phrase: str) -> None:
    answer = forecasts(start_date=first, **({"end_date": last} if last else {}))
    assert answer.status == 422
    assert phrase in answer.json["detail"]


def test_two_values_of_one_dimension_are_refused(served_api: Served) -> None:
    assert "name each dimension once" in call("/kpis", dimension=["basis:ACTUALS", "basis:BACKTEST"]).json["detail"]


@pytest.mark.parametrize(
    "path", ["/forecasts", "/kpis", "/data-quality/objects", "/data-quality/reports/latest", "/health", "/jobs/x", "/forecasts/x"]
)
def test_a_trailing_slash_answers_alike(served_api: Served, path: str) -> None:
    query: dict[str, Any] = {"time_horizon": "1d"} if path == "/forecasts" else {}
    bare, with_slash = call(path, **query), call(f"{path}/", **query)
    assert (bare.status, bare.text) == (with_slash.status, with_slash.text)
