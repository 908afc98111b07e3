"""What HTTP asks of every route: the order of the checks, HEAD, conditional requests, links that can be followed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fakes.examples import a_run
from tests.unit.runtime.api.conftest import World, call
from tests.unit.runtime.api.routes import PROTECTED, READS, Operation
from tests.unit.runtime.api.test_jobs import generate


@pytest.mark.parametrize("operation", PROTECTED)
@pytest.mark.parametrize("body", ["{}", "no JSON", '{"nonsense": 1}'])
def test_a_token_without_the_scope_learns_nothing_else(world: World, operation: Operation, body: str) -> None:
    query: dict[str, Any] = {"limit": "1_0", "nonsense": "1"}
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = call(operation.path, operation.method, body=body, scope="signify/other", headers=headers, **query)
    assert (answer.status, answer.json["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("operation", READS)
def test_an_unknown_parameter_names_the_nearest_one(world: World, operation: Operation) -> None:
    for name in operation.query_names - {"format"}:
        answer = call(operation.path, **{f"{name}x": "1"})  # type: ignore[arg-type]
        assert (answer.status, [error["parameter"] for error in answer.json["errors"]]) == (422, [f"{name}x"])
        assert f"Did you mean {name}?" in answer.json["detail"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("sku_fitler", "sku_filter"), ("skuFilter", "sku_filter"), ("SITE_ID", "site_id"), ("site-id", "site_id"), ("limit[]", "limit")],
)
def test_a_mistyped_parameter_of_the_forecasts_names_the_one_meant(world: World, name: str, nearest: str) -> None:
    query: dict[str, Any] = {"time_horizon": "7d", name: "1"}
    answer = call("/forecasts", **query)
    assert (answer.status, f"Did you mean {nearest}?" in answer.json["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("path", "body", "pointer", "nearest"),
    [
        ("/forecasts/generate", '{"time_horizn": "7d"}', "/time_horizn", "time_horizon"),
        ("/forecasts/generate", '{"timeHorizon": "7d"}', "/timeHorizon", "time_horizon"),
        (f"/data-quality/quarantine/{a_run().id}/replay", '{"rows": [{"line": 7, "value": {}}]}', "/rows/0/value", "values"),
        (f"/jobs/{a_run().id}/cancel", '{"Reason": "x"}', "/Reason", "reason"),
    ],
)
def test_an_unknown_field_of_a_body_names_the_nearest_one(world: World, path: str, body: str, pointer: str, nearest: str) -> None:
    answer = call(path, "POST", body=body)
    [error] = answer.json["errors"]
    assert (answer.status, error["pointer"]) == (422, pointer)
    assert f"Did you mean {nearest}? Its fields: " in error["detail"]


def test_a_parameter_that_is_like_none_names_them_all(world: World) -> None:
    detail = call("/jobs", zzzz="1").json["detail"]
    assert "Did you mean" not in detail
    assert "Its parameters: cursor, limit, status." in detail


def test_a_name_with_brackets_is_the_list_of_that_name(world: World) -> None:
    both: dict[str, Any] = {"time_horizon": "7d", "sku_filter[]": ["SKU-1"], "sku_filter": "SKU-2"}
    assert {row["sku_id"] for row in call("/forecasts", **both).json["forecasts"]} == {"SKU-1", "SKU-2"}
    one: dict[str, Any] = {"time_horizon": "7d", "sku_filter[]": "SKU-1"}
    assert {row["sku_id"] for row in call("/forecasts", **one).json["forecasts"]} == {"SKU-1"}


@pytest.mark.parametrize(
    "body",
    ["[" * levels + "]" * levels for levels in (21, 400, 950, 1000, 20_000)]
    + [
        '{"reason": ' * 950 + "1" + "}" * 950,
        '{"reason": ' + "9" * 5000 + "}",
        '{"reason": NaN}',
        '{"\\ud800": 1}',
        '{"reason": "\\udfff"}',
    ],
    ids=lambda body: f"{body[:14]} {len(body)}",
)
def test_json_that_no_library_reads_alike_is_malformed(world: World, body: str) -> None:
    answer = generate(body)
    assert (answer.status, answer.json["code"], world.jobs.by_id) == (400, "MALFORMED", {})


def test_brackets_in_a_text_are_no_levels(world: World) -> None:
    assert generate('{"reason": "' + "[{" * 50 + '\\"[[["}').status == 202


@pytest.mark.parametrize("operation", READS)
def test_a_head_has_the_status_and_headers_of_the_get_and_no_body(world: World, operation: Operation) -> None:
    get, head = call(operation.path), call(operation.path, "HEAD")
    assert (head.status, head.text) == (get.status, "")
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path", ["/forecasts", "/kpis", "/kpis/definitions", f"/forecasts/{a_run().id}/accuracy", "/openapi.json", "/docs"]
)
def test_content_that_the_client_has_is_not_sent_again(world: World, path: str) -> None:
    query: dict[str, Any] = {"time_horizon": "7d"} if path == "/forecasts" else {}
    first = call(path, **query)
    tag = first.headers["ETag"]
    world.clock.advance(seconds=5)
    for condition in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
        again = call(path, headers={"if-none-match": condition}, **query)
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
    other = call(path, headers={"if-none-match": '"other"'}, **query)
    assert (other.status, other.headers["ETag"]) == (200, tag)


def test_other_content_has_another_tag(world: World) -> None:
    tags = {call("/forecasts", time_horizon=horizon).headers["ETag"] for horizon in ("1d", "7d")}
    tags.add(call("/forecasts", time_horizon="7d", site_id="LDS1", limit="1").headers["ETag"])
    assert len(tags) == 3


def test_what_must_not_be_stored_has_no_tag(world: World) -> None:
    assert "ETag" not in call("/jobs").headers
    assert "ETag" not in call("/forecasts").headers


@pytest.mark.parametrize("mount_point", ["/test", ""])
def test_every_link_can_be_followed_as_it_is(world: World, mount_point: str) -> None:
    job = call("/forecasts/generate", "POST", body="{}", mount_point=mount_point)
    refusal = call("/forecasts/generate", "POST", body="{}", mount_point=mount_point)
    run = call(f"/forecasts/{a_run().id}", mount_point=mount_point)
    links = [job.headers["Location"], *re.findall(r'"([^"]*/api/v1/[^"]*)"', job.text + refusal.text + run.text)]
    assert len(links) >= 4
    assert [link for link in links if not link.startswith(f"{mount_point}/api/v1/")] == []
