"""What holds for every route: scopes, problems, headers, the document, and what the package may import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cdk.compute.package import API
from runtime.api.openapi import TARGET, render
from runtime.errors import DatabaseUnavailable
from runtime.models.domain.quality import QualityReport, Verdict
from tests.fakes.examples import STARTED_AT, a_run, quality_json
from tests.unit.runtime.api.conftest import World, call

NAMED_TYPES = ("ForecastResponse", "ForecastJobResponse", "AccuracyMetricsResponse", "ForecastRequest", "TimeHorizon")
ROUTES = [
    ("GET", "/forecasts?time_horizon=7d", "signify/forecasts:read"),
    ("POST", "/forecasts/generate", "signify/forecasts:run"),
    ("GET", "/forecasts/x", "signify/forecasts:read"),
    ("GET", "/forecasts/x/accuracy", "signify/forecasts:read"),
    ("GET", "/forecasts/x/excluded", "signify/forecasts:read"),
    ("GET", "/jobs/x", "signify/forecasts:read"),
    ("GET", "/kpis", "signify/kpis:read"),
    ("GET", "/data-quality/objects", "signify/data:admin"),
    ("GET", "/data-quality/reports", "signify/data:admin"),
    ("GET", "/data-quality/reports/latest", "signify/data:admin"),
    ("GET", "/kpis/trends", "signify/kpis:read"),
    ("GET", "/kpis/forecast-accuracy", "signify/kpis:read"),
    ("GET", "/skus", "signify/forecasts:read"),
    ("GET", "/skus/x", "signify/forecasts:read"),
    ("GET", "/sites", "signify/forecasts:read"),
    ("GET", "/lanes", "signify/forecasts:read"),
    ("DELETE", "/jobs/x", "signify/forecasts:run"),
    ("GET", "/health/ready", "signify/forecasts:read"),
    ("GET", "/version", "signify/forecasts:read"),
    ("GET", "/data-quality/reports/latest/page", "signify/data:admin"),
]


@pytest.mark.parametrize(("method", "route", "scope"), ROUTES)
def test_a_route_refuses_a_token_without_its_scope_and_names_it(world: World, method: str, route: str, scope: str) -> None:
    path, _, query = route.partition("?")
    parameters = dict([query.split("=")]) if query else {}
    answer = call(path, method, body="{}" if method == "POST" else None, scope="signify/other", **parameters)  # type: ignore[arg-type]
    assert answer.status == 403
    assert scope in answer.json["detail"]


def test_health_needs_no_token(world: World) -> None:
    assert call("/health", scope="").json["status"] == "ok"
    assert call("/health/", scope="").status == 200


def test_an_unknown_route_and_a_wrong_method_are_problems(world: World) -> None:
    assert call("/nothing").json["code"] == "NOT_FOUND"
    wrong = call("/health", "DELETE")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, HEAD")


def test_a_dependency_that_is_away_answers_when_to_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise DatabaseUnavailable("The database is unavailable.")

    monkeypatch.setattr(world.jobs, "get", away)
    answer = call(f"/jobs/{a_run().id}")
    assert (answer.status, answer.headers["Retry-After"], answer.json["retry_after_s"]) == (503, "15", 15)


def test_a_bug_shows_nothing_but_the_id_to_quote(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_bug(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(world.jobs, "get", raise_bug)
    answer = call(f"/jobs/{a_run().id}")
    assert (answer.status, answer.json["request_id"]) == (500, "request-1")
    assert "secret" not in answer.text


def test_every_answer_carries_its_request_id_and_security_headers(world: World) -> None:
    for answer in (call("/health"), call("/nothing"), call("/forecasts")):
        assert answer.headers["X-Request-Id"] == "request-1"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_kpis_are_filtered_by_metric_and_dimension(world: World) -> None:
    values = [(name, basis) for name in ("wape", "mape") for basis in ("A", "B")]
    world.kpis.all_rows = [{"name": name, "value": 1.0, "dimensions": {"basis": basis}} for name, basis in values]
    rows = call("/kpis", metric=["wape"], dimension=["basis:B"]).json["kpis"]
    assert [(row["name"], row["dimensions"]["basis"]) for row in rows] == [("wape", "B")]
    assert call("/kpis", dimension=["nonsense"]).status == 422


def test_objects_are_filtered_and_paged(world: World) -> None:
    world.objects.all_rows = [{"key": f"landing/orders/v1/{n}.csv", "status": "REJECTED" if n % 2 else "ACCEPTED"} for n in range(6)]
    first = call("/data-quality/objects", status="REJECTED", limit="2").json
    second = call("/data-quality/objects", status="REJECTED", limit="2", cursor=first["page"]["next_cursor"]).json
    assert [row["key"][-5] for row in first["objects"] + second["objects"]] == ["1", "3", "5"]
    assert second["page"] == {"limit": 2, "next_cursor": None, "has_more": False}
    assert call("/data-quality/objects", status="LOST").status == 422


def test_the_latest_quality_report_is_found_without_knowing_its_run(world: World) -> None:
    assert call("/data-quality/reports/latest").status == 404
    run_id = a_run().id
    world.quality.save(QualityReport(run_id, Verdict.PASS, quality_json(run_id), STARTED_AT))
    world.latest_report.run_id = run_id
    assert call("/data-quality/reports/latest").json["report"]["rows_in"] == 1000
    assert call(f"/data-quality/reports/{run_id}").json["verdict"] == "PASS"
    page = call("/data-quality/reports/latest/page")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert str(run_id) in page.text
    assert call("/data-quality/reports/nonsense").status == 404


def test_the_committed_openapi_document_is_what_the_code_says() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "run: python -m runtime.api.openapi"


def test_every_operation_is_named_described_and_lists_its_errors(world: World) -> None:
    document = call("/openapi.json").json
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["operationId"]
            assert operation["summary"]
            assert {"429", "500", "503", "504"} <= set(operation["responses"])
            assert "Allow" in operation["responses"]["405"]["headers"]
            assert "Retry-After" in operation["responses"]["429"]["headers"]
            needs_token = operation.get("security") != []
            assert needs_token == ({"401", "403"} <= set(operation["responses"]))
            assert ("requestBody" in operation) == ({"413", "415"} <= set(operation["responses"]))


def test_every_schema_of_the_document_is_used(world: World) -> None:
    text = call("/openapi.json").text
    schemas = json.loads(text)["components"]["schemas"]
    assert [name for name in schemas if f'"#/components/schemas/{name}"' not in text] == []


def test_the_documented_types_stand_under_their_names(world: World) -> None:
    assert set(NAMED_TYPES) <= set(call("/openapi.json").json["components"]["schemas"])


def test_the_docs_page_loads_nothing_from_elsewhere_and_fits_a_phone(world: World) -> None:
    page = call("/docs").text
    assert "SwaggerUIBundle" in page
    assert 'src="http' not in page
    assert "<title>Signify API</title>" in page
    assert 'name="viewport"' in page
    assert "defaultModelsExpandDepth: -1" in page


def test_every_operation_is_described_by_the_docstring_of_its_route(world: World) -> None:
    paths = call("/openapi.json").json["paths"]
    descriptions = [operation["description"] for path in paths.values() for operation in path.values()]
    assert all(text.endswith((".", "`")) for text in descriptions)


def test_the_api_package_is_whole_and_needs_no_pandas_no_sqlalchemy_no_duckdb(tmp_path: Path) -> None:
    API.copy_sources(tmp_path)
    code = "import sys, runtime.api.main, runtime.adapters.postgres.reads; from kpi_engine.definitions import all_definitions; "
    code += "all_definitions(); print([m for m in ('pandas', 'sqlalchemy', 'duckdb', 'numpy', 'boto3') if m in sys.modules])"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert process.stdout.strip() == "[]", process.stderr
