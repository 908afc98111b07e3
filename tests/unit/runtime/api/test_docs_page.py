"""The documentation page shows the same OpenAPI document that the API serves and the repository holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.routes import TOKEN_FRAGMENT, PublicRoute
from runtime.api.docs_page import build_page
from runtime.api.openapi import TARGET
from tests.unit.runtime.api.conftest import World, call


def read_document(page: str) -> dict[str, Any]:
    """Return the OpenAPI document that a documentation page shows."""
    text = page.split("spec: ", 1)[1].replace("<\\/", "</")
    document: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return document


def test_page_route_and_repository_have_one_document(world: World) -> None:
    repository_document = json.loads(TARGET.read_text(encoding="utf-8"))
    page, route = call("/docs", mount_point=""), call("/openapi.json", mount_point="")
    assert read_document(page.text) == route.json == repository_document
    assert page.headers["Content-Type"] == "text/html"
    assert page.headers["Cache-Control"] == route.headers["Cache-Control"] == "public, max-age=300"


def test_on_the_page_the_health_check_alone_needs_no_token(world: World) -> None:
    document = read_document(call("/docs").text)
    assert document["security"] == [{"token": []}]
    operations = {path: operation for path, item in document["paths"].items() for operation in item.values()}
    assert [path for path, operation in operations.items() if operation["security"] == []] == [PublicRoute.HEALTH.path]


@pytest.mark.parametrize(("mount_point", "server"), [("/prod", "/prod"), ("", "/"), ("/forecasts/v", "/forecasts/v")])
def test_paths_are_relative_to_the_stage_of_the_gateway_or_the_base_path_of_a_domain(world: World, mount_point: str, server: str) -> None:
    for document in (call("/openapi.json", mount_point=mount_point).json, read_document(call("/docs", mount_point=mount_point).text)):
        assert document["servers"] == [{"url": server}]


def test_the_page_links_to_the_document_that_it_shows(world: World) -> None:
    page = call("/docs").text
    assert 'updateUrl("openapi.json")' in page
    assert "format=json" not in page


def test_a_call_can_be_tried_at_once_with_the_token_behind_the_address(world: World) -> None:
    page = call("/docs").text
    assert "tryItOutEnabled: true" in page
    assert f'.get("{TOKEN_FRAGMENT}")' in page
    [scheme] = [name for name, each in read_document(page)["components"]["securitySchemes"].items() if each["type"] == "http"]
    assert f'ui.preauthorizeApiKey("{scheme}", token)' in page
    assert "swaggerUIOptions.onComplete = signIn;" in page
    assert page.index("history.replaceState") < page.index("SwaggerUIBundle(swaggerUIOptions)")


def test_no_text_of_the_document_can_end_the_script_of_the_page() -> None:
    text = "</script><script>alert(1)</script>"
    page = build_page(json.dumps({"info": {"description": text}}))
    assert text not in page
    assert read_document(page) == {"info": {"description": text}}


@pytest.mark.parametrize("route", PublicRoute)
def test_a_public_route_is_served_without_a_token(world: World, route: PublicRoute) -> None:
    assert call(f"/{route}", scope="").status == 200
