"""A list is JSON or CSV, as the client asks; what it cannot have is refused before anything happens."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from contracts.scopes import Scope
from runtime.api.http.sizes import MOST_BYTES
from runtime.api.openapi import TARGET
from runtime.models.domain.quality import QualityReport, Verdict
from tests.fakes.examples import STARTED_AT, a_run
from tests.unit.runtime.api.conftest import ApiResponse, World, call
from tests.unit.runtime.api.routes import LISTS, READS, Operation

CSV = {"accept": "text/csv"}


def read_rows(answer: ApiResponse) -> list[dict[str, str]]:
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert "\r\n" in answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("accept", ["text/csv", "text/csv, application/json;q=0.5", "application/json;q=0.1, text/*;q=0.2", None])
def test_every_list_is_csv_for_those_who_ask(world: World, operation: Operation, accept: str | None) -> None:
    query: dict[str, Any] = {"time_horizon": "7d"} if operation.path == "/forecasts" else {}
    answer = call(operation.path, headers={"accept": accept}, **query) if accept else call(operation.path, **query, format="csv")
    if answer.status == 200:
        read_rows(answer)
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"  # no such run, or none in these fakes


@pytest.mark.parametrize("operation", READS)
def test_what_a_route_does_not_have_is_not_acceptable(world: World, operation: Operation) -> None:
    for accept in ("application/xml", "text/csv;q=0, application/json;q=0, text/html;q=0", "application/vnd.ms-excel"):
        answer = call(operation.path, headers={"accept": accept})
        assert (answer.status, answer.json["code"]) == (406, "NOT_ACCEPTABLE")


def test_a_post_that_nobody_could_read_the_answer_of_starts_nothing(world: World) -> None:
    assert call("/forecasts/generate", "POST", body="{}", headers={"accept": "text/csv"}).status == 406
    assert not world.jobs.by_id


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", "text/html, */*;q=0.8", "", "text/csv;q=0.1, */*"])
def test_json_is_what_everybody_else_gets(world: World, accept: str) -> None:
    answer = call("/kpis", headers={"accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")


def test_csv_and_json_have_the_same_rows(world: World) -> None:
    rows, cells = call("/forecasts", time_horizon="7d").json["forecasts"], read_rows(call("/forecasts", time_horizon="7d", headers=CSV))
    assert [(row["id"], float(row["predicted_value"]), float(row["mean_value"])) for row in cells] == [
        (row["id"], row["predicted_value"], row["mean_value"]) for row in rows
    ]


def test_the_next_page_is_linked_in_both(world: World) -> None:
    headers: dict[str, str] | None
    for headers in (None, CSV):
        first = call("/forecasts", time_horizon="7d", sku_filter=["SKU-1", "SKU-2"], limit="5", headers=headers)
        address, _, relation = first.headers["Link"].partition("; ")
        assert relation == 'rel="next"'
        assert address.startswith("</test/api/v1/forecasts?")
        assert ("format=csv" in address) == (headers is not None)
        assert "sku_filter=SKU-1&sku_filter=SKU-2&limit=5&cursor=" in address
    assert "Link" not in call("/forecasts", time_horizon="7d").headers


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(world: World, text: str) -> None:
    world.forecasts.excluded_series = [{"site_id": "LDS1", "sku_id": "A", "code": "TOO_SHORT", "reason": text}]
    [row] = read_rows(call(f"/forecasts/{a_run().id}/excluded", headers=CSV))
    assert row["reason"] == f"'{text}"


def test_negative_numbers_stay_numbers_and_structures_are_json(world: World) -> None:
    world.kpis.all_rows = [{"name": "bias", "value": -1.5, "window": {"start": "2026-11-01"}, "dimensions": {"a": "b"}, "metadata": None}]
    [row] = read_rows(call("/kpis", headers=CSV))
    assert (row["name"], row["value"], row["metadata"], json.loads(row["dimensions"])) == ("bias", "-1.5", "", {"a": "b"})


def test_warnings_are_not_lost_in_csv(world: World) -> None:
    answer = call("/forecasts", time_horizon="7d", site_id="lds1", headers=CSV)
    assert "did you mean LDS1?" in answer.headers["X-Warnings"]


@pytest.mark.parametrize("value", ["xlsx", "CSV", ""])
def test_another_format_is_named_with_those_there_are(world: World, value: str) -> None:
    answer = call("/kpis", format=value)
    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "format")
    assert "json, csv" in answer.json["detail"]


def test_a_route_without_a_list_has_no_format(world: World) -> None:
    assert call(f"/forecasts/{a_run().id}", format="csv").status == 422


def test_a_response_that_lambda_would_not_deliver_is_a_problem(world: World) -> None:
    run_id = world.latest_report.run_id = a_run().id
    for size, status in ((MOST_BYTES - 100_000, 200), (MOST_BYTES + 1, 422)):
        world.quality.save(QualityReport(run_id, Verdict.PASS, {"rows": "x" * size}, STARTED_AT))
        assert call("/data-quality/reports/latest").status == status
    assert call("/data-quality/reports/latest").json["code"] == "RESPONSE_TOO_LARGE"


def test_every_operation_names_the_scopes_of_which_one_is_enough() -> None:
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    scopes = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]
    assert set(scopes) == set(Scope)
    for path, item in document["paths"].items():
        for operation in item.values():
            named_scopes = [scope for requirement in operation["security"] for scope in requirement.get("oauth2", ())]
            assert bool(named_scopes) != path.endswith("/health")
            assert set(named_scopes) <= set(scopes)


@pytest.mark.parametrize("operation", LISTS)
def test_every_list_documents_csv_and_its_headers(operation: Operation) -> None:
    assert "format" in operation.query_names
