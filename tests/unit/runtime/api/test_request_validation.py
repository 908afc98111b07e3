"""Requests that are nearly right: each is refused with the place of its fault, or read as it was meant, and nothing is ignored."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from contracts.scopes import Scope
from runtime.api.main import app
from runtime.services.forecasts.row_ids import ForecastKey, encode
from tests.fakes.examples import AS_OF, a_run
from tests.unit.runtime.api.conftest import ApiResponse, World, call
from tests.unit.runtime.api.test_jobs import KEY, generate

LISTS = ("/kpis", "/jobs", "/forecast-runs", "/audit-events", "/data-quality/objects", "/forecasts")


def list_rows(path: str, **query: str) -> ApiResponse:
    return call(path, **{"time_horizon": "7d"} | query if path == "/forecasts" else query)  # type: ignore[arg-type]


def send_raw(body: str, *, is_base64: bool = False, headers: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Send a POST that starts a run, with headers that may be repeated."""
    many = {"content-type": ["application/json"], **(headers or {})}
    claims = {"scope": str(Scope.RUN_FORECASTS), "client_id": "client-1"}
    event = {
        "path": "/api/v1/forecasts/generate",
        "httpMethod": "POST",
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "body": body,
        "isBase64Encoded": is_base64,
        "requestContext": {"requestId": "request-1", "authorizer": {"claims": claims}},
    }
    return dict(app.resolve(event, None))  # type: ignore[arg-type]


@pytest.mark.parametrize("media_type", ["APPLICATION/JSON", "Application/Json; Charset=UTF-8", "application/json;"])
def test_media_types_are_case_insensitive(world: World, media_type: str) -> None:
    assert generate(headers={"content-type": media_type}).status == 202


@pytest.mark.parametrize("media_type", ["application/jsonp", "application/json-patch+json", "text/json", "multipart/form-data"])
def test_a_media_type_that_only_begins_like_json_is_not_read(world: World, media_type: str) -> None:
    answer = generate(headers={"content-type": media_type})
    assert (answer.status, answer.json["code"], world.jobs.by_id) == (415, "UNSUPPORTED_MEDIA_TYPE", {})
    assert media_type in answer.json["detail"]


@pytest.mark.parametrize(
    ("path", "query", "parameter"),
    [
        ("/forecasts", {"time_horizon": "7d", "start_date": "2026-12-02", "end_date": "2026-12-01"}, "end_date"),
        ("/forecasts", {"time_horizon": "7d", "start_date": "2024-12-02", "end_date": "2026-12-01"}, "end_date"),
        ("/kpis", {"dimension": "basis"}, "dimension"),
        ("/kpis", {"dimension": ["a:b", "a:c"]}, "dimension"),
        ("/kpis/definitions", {"family": "weather"}, "family"),
        ("/forecasts", {"time_horizon": "7d", "horizon": "28d"}, "horizon"),
        ("/kpis", {"metrics": "wape"}, "metrics"),
        ("/jobs", {"limit": "1_0"}, "limit"),
        ("/jobs", {"limit": " 1"}, "limit"),
        ("/jobs", {"limit": "+5"}, "limit"),
        ("/jobs", {"limit": "1.0"}, "limit"),
        ("/forecast-runs", {"published": "yes"}, "published"),
        ("/forecast-runs", {"published": "1"}, "published"),
    ],
)
def test_a_wrong_parameter_is_named_among_the_errors(world: World, path: str, query: dict[str, Any], parameter: str) -> None:
    answer = call(path, **query)
    assert (answer.status, [error["parameter"] for error in answer.json["errors"]]) == (422, [parameter])


def test_a_wrong_field_and_a_wrong_header_are_named_among_the_errors(world: World) -> None:
    assert generate('{"as_of_date": "2099-01-01"}').json["errors"][0]["pointer"] == "/as_of_date"
    assert generate(headers={"Idempotency-Key": " "}).json["errors"][0]["parameter"] == "Idempotency-Key"
    generate(headers=KEY)
    assert generate('{"reason": "other"}', KEY).json["errors"][0]["parameter"] == "Idempotency-Key"


def test_a_default_that_is_stated_makes_no_other_request_of_a_key(world: World) -> None:
    first = generate('{"time_horizon": "28d", "gate": "enforce", "publish": null}', KEY)
    assert generate("{}", KEY).headers["Idempotency-Replayed"] == "true"
    assert generate('{"force": false}', KEY).json["job_id"] == first.json["job_id"]
    assert generate('{"time_horizon": "7d"}', KEY).status == 422


def test_a_key_that_is_sent_twice_starts_nothing(world: World) -> None:
    assert send_raw("{}", headers={"Idempotency-Key": ["a", "b"]})["statusCode"] == 422
    assert not world.jobs.by_id


def test_the_loser_of_two_requests_at_once_with_one_key_is_marked_as_a_replay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = generate(headers=KEY)
    world.clock.advance(minutes=1)
    monkeypatch.setattr(world.jobs, "find", lambda job_id: None)  # it looked before the other stored its job
    second = generate(headers=KEY)
    assert (second.json["job_id"], second.headers.get("Idempotency-Replayed")) == (first.json["job_id"], "true")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("[" * 100_000, "too many levels"),
        ('{"time_horizon": "7d", "time_horizon": "28d"}', "time_horizon: stated twice"),
        ("{", "not valid JSON"),
    ],
)
def test_a_body_that_cannot_be_read_for_sure_is_malformed(world: World, body: str, complaint: str) -> None:
    answer = generate(body)
    assert (answer.status, answer.json["code"], world.jobs.by_id) == (400, "MALFORMED", {})
    assert complaint in answer.json["detail"]


def test_bytes_that_are_not_utf_8_are_malformed(world: World) -> None:
    assert send_raw(base64.b64encode(b"\xff\xfe{}").decode(), is_base64=True)["statusCode"] == 400
    assert send_raw(base64.b64encode(b"{}").decode(), is_base64=True)["statusCode"] == 202


def test_a_large_body_without_a_declared_length_is_too_large(world: World) -> None:
    answer = generate('{"reason": "' + "x" * 1_000_000 + '"}')
    assert (answer.status, answer.json["code"]) == (413, "TOO_LARGE")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_the_path_of_a_post_has_no_other_method(world: World, method: str) -> None:
    answer = call("/forecasts/generate", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_a_token_without_the_scope_is_told_which_one_it_needs(world: World) -> None:
    header = call("/kpis", scope=str(Scope.READ_FORECASTS)).headers["WWW-Authenticate"]
    assert header == f'Bearer error="insufficient_scope", scope="{Scope.READ_KPIS}"'
    answer = call("/forecasts/generate", "POST", body='{"force": true}', scope=str(Scope.RUN_FORECASTS))
    assert str(Scope.ADMINISTER_DATA) in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", [*LISTS, "/kpis/definitions", f"/forecasts/{a_run().id}/excluded"])
def test_every_list_states_its_page_and_what_it_was_made_of(world: World, path: str) -> None:
    content = list_rows(path).json
    assert content["page"].keys() == {"limit", "next_cursor", "has_more"}
    assert {"run_id", "as_of_date", "generated_at", "warnings"} <= content["meta"].keys()
    assert content["meta"]["generated_at"] == world.clock.now().isoformat()


def test_a_list_of_one_run_names_the_run_and_its_day(world: World) -> None:
    run = {"run_id": str(a_run().id), "as_of_date": str(AS_OF)}
    for content in (call("/kpis", run_id=run["run_id"]).json, call(f"/forecasts/{a_run().id}/excluded").json):
        assert run.items() <= content["meta"].items()
    assert call("/kpis").json["meta"]["run_id"] is None


def test_a_list_without_pages_says_that_it_is_whole(world: World) -> None:
    content = call("/kpis/definitions").json
    assert content["page"] == {"limit": len(content["definitions"]), "next_cursor": None, "has_more": False}


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/kpis", "/health", "/openapi.json", "/docs", "/skus/x"])
@pytest.mark.parametrize("body", [None, "", "no JSON"])
def test_a_method_that_a_path_does_not_have_is_refused_whatever_the_body(world: World, path: str, method: str, body: str | None) -> None:
    answer = call(path, method, body=body)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("body", [None, "", "[]", "null", "7", '"text"'])
@pytest.mark.parametrize("path", ["/forecasts/generate", f"/jobs/{a_run().id}/cancel", f"/forecast-runs/{a_run().id}/publish"])
def test_a_body_that_is_missing_or_no_object_is_named_with_the_fix(world: World, path: str, body: str | None) -> None:
    answer = call(path, "POST", body=body)
    assert (answer.status, answer.json["detail"]) == (422, "1 field is invalid. The body: Send a JSON object.")
    assert answer.json["errors"][0]["pointer"] == ""


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_cursor_does_not_begin_a_list_again(world: World, path: str) -> None:
    answer = list_rows(path, cursor="")
    assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR")


@pytest.mark.parametrize(("path", "name"), [("/forecasts", "site_id"), ("/kpis", "metric"), ("/audit-events", "actor")])
def test_a_filter_that_was_not_utf_8_is_malformed(world: World, path: str, name: str) -> None:
    answer = list_rows(path, **{name: "A\N{REPLACEMENT CHARACTER}"})
    assert (answer.status, name in answer.json["detail"]) == (400, True)


@pytest.mark.parametrize("path", ["/forecasts/\N{REPLACEMENT CHARACTER}", "/\N{REPLACEMENT CHARACTER}"])
def test_a_path_that_was_not_utf_8_is_malformed(world: World, path: str) -> None:
    answer = call(path)
    assert (answer.status, answer.json["code"]) == (400, "MALFORMED")


@pytest.mark.parametrize(("path", "status"), [("/kpis", 200), ("/kpis?", 404), ("/nothing", 404)])
def test_every_response_names_what_it_varies_with(world: World, path: str, status: int) -> None:
    for answer in (call(path), call(path, scope=""), call("/jobs", limit="0"), call("/health", "POST")):
        assert answer.headers["Vary"] == "Accept, Authorization, Origin"
    assert call(path).status == status


@pytest.mark.parametrize("below", ["", "/accuracy", "/excluded"])
@pytest.mark.parametrize(("site_id", "sku_id", "day"), [("NOSITE", "SKU-1", AS_OF), ("LDS1", "NOSKU", AS_OF), ("LDS1", "SKU-1", AS_OF)])
def test_the_id_of_a_row_that_the_run_does_not_have_is_not_found(world: World, below: str, site_id: str, sku_id: str, day: Any) -> None:
    row_id = encode(ForecastKey(a_run().id, site_id, sku_id, day))
    assert call(f"/forecasts/{row_id}{below}").status == 404


def test_the_id_of_a_row_leads_to_its_run_also_when_the_forecasts_were_deleted(world: World) -> None:
    row = world.forecasts.all_rows[0]
    row_id = encode(ForecastKey(a_run().id, row["site_id"], row["sku_id"], row["forecast_date"]))
    assert call(f"/forecasts/{row_id}").json["forecast_id"] == str(a_run().id)
    world.forecasts.all_rows.clear()
    assert call(f"/forecasts/{row_id}").status == 200


def test_the_document_is_rendered_once_for_an_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = call("/openapi.json").text
    monkeypatch.setattr(type(app), "get_openapi_schema", lambda *_arguments, **_options: pytest.fail("rendered again"))
    assert call("/openapi.json").text == first
    assert call("/openapi.json", mount_point="/test").headers["Content-Type"] == "application/json"
