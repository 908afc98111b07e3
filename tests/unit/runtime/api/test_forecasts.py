"""GET /forecasts and the runs behind it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pandas as pd
import pytest

from contracts.paths import manifest_key
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.models.domain.runs import RunStatus
from runtime.services.forecasts.row_ids import ForecastKey, encode
from runtime.services.read_ports import ForecastSlice, JsonRows
from tests.fakes.examples import AS_OF, STARTED_AT, a_run, forecast_rows
from tests.unit.kpi_engine.examples import actuals, forecasts
from tests.unit.runtime.api.conftest import World, call


def test_the_published_run_is_served_up_to_the_horizon(world: World) -> None:
    answer = call("/forecasts", time_horizon="7d")
    assert answer.status == 200
    assert {row["horizon_days"] for row in answer.json["forecasts"]} == set(range(1, 8))
    assert answer.json["meta"]["run_id"] == str(a_run().id)
    assert answer.json["meta"]["as_of_date"] == AS_OF.isoformat()


def test_a_trailing_slash_answers_alike(world: World) -> None:
    assert call("/forecasts/", time_horizon="7d").json["forecasts"] == call("/forecasts", time_horizon="7d").json["forecasts"]


def test_the_cursor_walks_every_row_once_and_stays_on_its_run(world: World) -> None:
    first = call("/forecasts", time_horizon="28d", limit="10").json
    newer = a_run("tomorrow", as_of_date=AS_OF + timedelta(days=1))
    world.runs.start(newer)
    world.runs.point_readers_at(newer.id, STARTED_AT)
    rows, cursor = first["forecasts"], first["page"]["next_cursor"]
    while cursor:
        page = call("/forecasts", time_horizon="28d", limit="10", cursor=cursor).json
        rows, cursor = rows + page["forecasts"], page["page"]["next_cursor"]
    assert [row["id"] for row in rows] == [row["id"] for row in call_all(world)]


def test_a_run_that_is_replaced_and_deleted_before_its_rows_are_read_gives_way_to_the_newer_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, read_rows = a_run("tomorrow", as_of_date=AS_OF + timedelta(days=1)), world.forecasts.rows

    def read_late(query: ForecastSlice) -> JsonRows:
        world.forecasts.all_rows = forecast_rows(newer.id)
        world.runs.start(newer)
        world.runs.point_readers_at(newer.id, STARTED_AT)
        return read_rows(query)

    monkeypatch.setattr(world.forecasts, "rows", read_late)
    answer = call("/forecasts", time_horizon="7d").json
    assert {row["run_id"] for row in answer["forecasts"]} == {answer["meta"]["run_id"]} == {str(newer.id)}


def call_all(world: World) -> list[dict[str, str]]:
    world.runs.pointer = a_run().id
    rows: list[dict[str, str]] = call("/forecasts", time_horizon="28d", limit="1000").json["forecasts"]
    assert len(rows) == len(forecast_rows(a_run().id))
    return rows


def test_a_cursor_of_other_filters_is_refused(world: World) -> None:
    cursor = call("/forecasts", time_horizon="28d", limit="10").json["page"]["next_cursor"]
    answer = call("/forecasts", time_horizon="7d", limit="10", cursor=cursor)
    assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "!!", "a" * 200])
def test_a_changed_cursor_is_refused(world: World, cursor: str) -> None:
    assert call("/forecasts", time_horizon="7d", cursor=cursor).status == 400


def test_only_the_asked_skus_and_days_come(world: World) -> None:
    first = (AS_OF + timedelta(days=3)).isoformat()
    last = (AS_OF + timedelta(days=4)).isoformat()
    rows = call("/forecasts", time_horizon="28d", sku_filter=["SKU-2"], start_date=first, end_date=last).json["forecasts"]
    assert [(row["sku_id"], row["forecast_date"]) for row in rows] == [("SKU-2", first), ("SKU-2", last)]


def test_skus_without_forecast_are_named_with_the_reason(world: World) -> None:
    warnings = call("/forecasts", time_horizon="7d", sku_filter=["SKU-1", "NEW-1", "GHOST"]).json["meta"]["warnings"]
    assert warnings == ["GHOST has no forecast: the run does not contain this SKU", "NEW-1 has no forecast: TOO_SHORT: 3 days of history"]


def test_before_anything_is_published_the_list_is_empty_and_says_why(world: World) -> None:
    world.runs.pointer = None
    answer = call("/forecasts", time_horizon="7d").json
    assert answer["forecasts"] == []
    assert "No run has been published" in answer["meta"]["warnings"][0]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({}, "time_horizon"),
        ({"time_horizon": "9d"}, "9d"),
        ({"time_horizon": "7d", "limit": "0"}, "limit"),
        ({"time_horizon": "7d", "limit": "1001"}, "1001"),
        ({"time_horizon": "7d", "start_date": "soon"}, "soon"),
        ({"time_horizon": "7d", "start_date": "2026-12-02", "end_date": "2026-12-01"}, "swap them"),
        ({"time_horizon": "7d", "start_date": "2020-01-01", "end_date": "2026-12-01"}, "366"),
        ({"time_horizon": "7d", "sku_filter": [f"S{n}" for n in range(101)]}, "100"),
        ({"time_horizon": "7d", "sku_filter": ["A", "A"]}, "is repeated"),
        ({"time_horizon": "7d", "sku_filter": ["=cmd()"]}, "sku_filter"),
        ({"time_horizon": "7d", "sku_filter": ["X" * 300]}, "sku_filter"),
        ({"time_horizon": "7d", "sku_filter": ["a\0b"]}, "sku_filter"),
    ],
)
def test_an_impossible_question_is_answered_with_what_is_wrong(world: World, query: dict[str, str | list[str]], name: str) -> None:
    answer = call("/forecasts", **query)  # type: ignore[arg-type]
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert name in answer.text


def test_a_hundred_skus_may_be_asked_for(world: World) -> None:
    assert call("/forecasts", time_horizon="7d", sku_filter=[f"S{n}" for n in range(100)]).status == 200


def test_a_horizon_beyond_the_run_is_refused(world: World) -> None:
    short = a_run("short", horizon_days=7)
    world.runs.start(short)
    world.runs.point_readers_at(short.id, STARTED_AT)
    assert "covers 7 days" in call("/forecasts", time_horizon="28d").json["detail"]


def test_a_horizon_beyond_a_named_run_is_refused_with_its_id(world: World) -> None:
    short = world.runs.start(a_run("short", horizon_days=7))
    detail = call("/forecasts", time_horizon="28d", run_id=str(short.id)).json["detail"]
    assert f"run {short.id} covers 7 days" in detail


def test_a_named_run_is_served_although_another_is_published(world: World) -> None:
    newer = world.runs.start(a_run("newer", as_of_date=AS_OF + timedelta(days=1)))
    world.runs.point_readers_at(newer.id, STARTED_AT)
    answer = call("/forecasts", time_horizon="7d", run_id=str(a_run().id), limit="3")
    assert {row["run_id"] for row in answer.json["forecasts"]} == {answer.json["meta"]["run_id"]} == {str(a_run().id)}


def test_a_cursor_of_a_named_run_is_refused_for_the_published_one(world: World) -> None:
    cursor = call("/forecasts", time_horizon="7d", run_id=str(a_run().id), limit="3").json["page"]["next_cursor"]
    assert call("/forecasts", time_horizon="7d", limit="3", cursor=cursor).json["code"] == "BAD_CURSOR"


@pytest.mark.parametrize(
    ("status", "was_published", "code"),
    [
        (RunStatus.RUNNING, False, (404, "NO_FORECASTS")),
        (RunStatus.FAILED, False, (404, "NO_FORECASTS")),
        (RunStatus.SUCCEEDED, False, (410, "FORECASTS_DELETED")),
        (RunStatus.FAILED, True, (410, "FORECASTS_DELETED")),
    ],
)
def test_a_named_run_without_forecasts_is_a_problem_that_says_why(
    world: World, status: RunStatus, was_published: bool, code: tuple[int, str]
) -> None:
    run = world.runs.start(a_run("gone", status=status, published_at=STARTED_AT if was_published else None))
    for answer in (call("/forecasts", time_horizon="7d", run_id=str(run.id)), call(f"/forecasts/{run.id}/excluded")):
        assert (answer.status, answer.json["code"]) == code


@pytest.mark.parametrize(("run_id", "status"), [("nonsense", 422), ("00000000-0000-0000-0000-000000000000", 404)])
def test_a_run_that_does_not_exist_is_not_read(world: World, run_id: str, status: int) -> None:
    assert call("/forecasts", time_horizon="7d", run_id=run_id).status == status
    assert call("/kpis", run_id=run_id).status == status


def test_an_old_run_is_marked_stale(world: World) -> None:
    old = a_run("old", as_of_date=AS_OF - timedelta(days=9))
    world.runs.start(old)
    world.runs.point_readers_at(old.id, STARTED_AT)
    assert call("/forecasts", time_horizon="7d").json["meta"]["stale"]


def entries(*names: str) -> list[dict[str, object]]:
    keys = {"dataset": "orders", "version_id": "v1", "sha256": "00", "rows": 3, "staging_key": "staging/orders/v1/a.parquet"}
    return [{"object_id": str(UUID(int=number)), "key": f"landing/orders/v1/{name}", **keys} for number, name in enumerate(names)]


def test_a_run_states_how_much_it_read_and_where_the_objects_are_listed(world: World) -> None:
    run = a_run("with-input", input_objects=3, input_digest="0f")
    world.runs.start(run)
    body = call(f"/forecasts/{run.id}").json
    assert body["input"] == {"objects": 3, "digest": "0f", "lineage": f"/test/api/v1/forecasts/{run.id}/lineage"}
    assert not body["published"]


@pytest.mark.parametrize("place", ["lake", "row"])
def test_the_pages_of_a_lineage_are_the_manifest(world: World, place: str) -> None:
    run, objects = a_run("with-input"), entries("a.csv", "b.csv", "c.csv")
    world.runs.start(run)
    if place == "lake":
        world.lake.write_json(manifest_key(run.id), {"objects": objects})
    else:
        world.runs.input_entries[run.id] = objects
    pages = [call(f"/forecasts/{run.id}/lineage", limit="2").json]
    pages.append(call(f"/forecasts/{run.id}/lineage", limit="2", cursor=pages[0]["page"]["next_cursor"]).json)
    assert [len(page["objects"]) for page in pages] == [2, 1]
    without_replays: dict[str, list[object]] = {"replays": [], "discarded_lines": []}
    assert [*pages[0]["objects"], *pages[1]["objects"]] == [{**entry, **without_replays} for entry in objects]
    assert not pages[1]["page"]["has_more"]


def test_the_lineage_of_a_run_whose_files_were_deleted_is_not_found(world: World) -> None:
    run = a_run("old")
    world.runs.start(run)
    response = call(f"/forecasts/{run.id}/lineage")
    assert response.status == 404
    assert "deleted when the files of the run expire" in response.json["detail"]


def test_a_cursor_of_another_runs_lineage_is_refused(world: World) -> None:
    runs = [a_run("one"), a_run("two")]
    for run in runs:
        world.runs.start(run)
        world.lake.write_json(manifest_key(run.id), {"objects": entries("a.csv", "b.csv")})
    cursor = call(f"/forecasts/{runs[0].id}/lineage", limit="1").json["page"]["next_cursor"]
    assert call(f"/forecasts/{runs[1].id}/lineage", limit="1", cursor=cursor).json["code"] == "BAD_CURSOR"


def test_the_id_of_a_row_leads_to_its_run(world: World) -> None:
    row = call("/forecasts", time_horizon="7d", limit="1").json["forecasts"][0]
    assert call(f"/forecasts/{row['id']}").json["forecast_id"] == row["run_id"]


@pytest.mark.parametrize("forecast_id", ["nonsense", "f-nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_id_is_not_found(world: World, forecast_id: str) -> None:
    assert call(f"/forecasts/{forecast_id}").status == 404
    assert call(f"/forecasts/{forecast_id}/accuracy").status == 404
    assert call(f"/forecasts/{forecast_id}/excluded").status == 404


def test_accuracy_is_pending_until_something_was_measured(world: World) -> None:
    answer = call(f"/forecasts/{a_run().id}/accuracy")
    assert answer.status == 200
    assert answer.json["status"] == "PENDING_ACTUALS"
    assert answer.json["metrics"]["wape"] is None


def accuracy_of_two_skus(basis: Basis) -> RunAccuracy:
    """SKU-1 forecast 12 and SKU-2 forecast 11 where 10 and 10 were sold."""
    forecast = pd.concat([forecasts([12], sku="SKU-1"), forecasts([11], sku="SKU-2")])
    actual = pd.concat([actuals([10], sku="SKU-1"), actuals([10], sku="SKU-2")])
    return RunAccuracy(a_run().id, basis, AS_OF, a_run().id, ForecastAccuracyEngine().report(forecast, actual))


def test_accuracy_says_what_it_rests_on_and_breaks_down_on_demand(world: World) -> None:
    world.accuracy.by_run[a_run().id] = accuracy_of_two_skus(Basis.BACKTEST)
    plain = call(f"/forecasts/{a_run().id}/accuracy").json
    by_sku = call(f"/forecasts/{a_run().id}/accuracy", group_by="sku").json
    assert (plain["status"], plain["basis"], plain["scope"]) == ("COMPLETE", "BACKTEST", {})
    assert plain["metrics"]["wape"] == {"value": pytest.approx(15.0), "unit": "percent", "n_obs": 2}
    assert plain["sku_breakdown"] == []
    assert len(by_sku["sku_breakdown"]) == 2


def test_accuracy_of_a_row_is_that_of_its_sku(world: World) -> None:
    world.accuracy.by_run[a_run().id] = accuracy_of_two_skus(Basis.ACTUALS)
    row = call("/forecasts", time_horizon="7d", sku_filter=["SKU-2"], limit="1").json["forecasts"][0]
    answer = call(f"/forecasts/{row['id']}/accuracy").json
    assert answer["scope"] == {"sku_id": "SKU-2"}
    assert answer["metrics"]["wape"] == {"value": pytest.approx(10.0), "unit": "percent", "n_obs": 1}
    assert [body_row["sku_id"] for body_row in answer["sku_breakdown"]] == ["SKU-2"]


def test_accuracy_of_a_row_whose_sku_nobody_could_measure_is_pending(world: World) -> None:
    world.accuracy.by_run[a_run().id] = accuracy_of_two_skus(Basis.ACTUALS)
    [row] = forecast_rows(a_run().id, ["SKU-3"], days=1)
    world.forecasts.all_rows.append(row)
    answer = call(f"/forecasts/{encode(ForecastKey(a_run().id, 'LDS1', 'SKU-3', row['forecast_date']))}/accuracy").json
    assert (answer["status"], answer["scope"], answer["metrics"]["wape"]) == ("PENDING_ACTUALS", {"sku_id": "SKU-3"}, None)


def test_excluded_series_come_with_code_and_reason(world: World) -> None:
    assert call(f"/forecasts/{a_run().id}/excluded").json["excluded"][0]["code"] == "TOO_SHORT"


CATALOGUE_SKUS = ["B2X_2443714|4", "a|b\"c'd%[e]#_", "</script><script>alert(1)</script>", "../x", "a,b;c", '1/2" BOLT & NUT', "名" * 50]


@pytest.mark.parametrize("sku_id", CATALOGUE_SKUS)
def test_skus_of_real_catalogues_are_found_by_filter_by_cursor_and_by_the_id_of_their_row(world: World, sku_id: str) -> None:
    world.forecasts.all_rows = forecast_rows(a_run().id, CATALOGUE_SKUS, days=2)
    row, *_ = call("/forecasts", time_horizon="7d", sku_filter=sku_id).json["forecasts"]
    assert row["sku_id"] == sku_id
    assert call(f"/forecasts/{row['id']}").json["forecast_id"] == str(a_run().id)
    page = call("/forecasts", time_horizon="7d", limit="1", sku_filter=sku_id).json["page"]
    [second] = call("/forecasts", time_horizon="7d", limit="1", sku_filter=sku_id, cursor=page["next_cursor"]).json["forecasts"]
    assert (second["sku_id"], second["horizon_days"]) == (sku_id, 2)


def test_a_sku_copied_with_other_spaces_or_accents_is_the_stored_one(world: World) -> None:
    world.forecasts.all_rows = forecast_rows(a_run().id, ["CAFÉ CREME"], days=1)
    for text in ("CAFE\u0301 CREME", "CAFÉ\u00a0CREME", "\u00a0CAFÉ CREME "):
        assert len(call("/forecasts", time_horizon="7d", sku_filter=text).json["forecasts"]) == 1
