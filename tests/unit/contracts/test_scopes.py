"""The scopes of the API."""

from __future__ import annotations

from contracts.scopes import ALL_SCOPES, RESOURCE_SERVER, Scope


def test_a_scope_equals_the_text_that_a_token_carries() -> None:
    assert f"{Scope.READ_KPIS}" == "signify/kpis:read"
    assert Scope.READ_KPIS in ["openid", "signify/kpis:read"]


def test_every_scope_is_its_local_name_below_the_resource_server_and_says_what_it_allows() -> None:
    assert all(scope == f"{RESOURCE_SERVER}/{scope.local_name}" for scope in Scope)
    descriptions = [scope.description for scope in Scope]
    assert len(set(descriptions)) == len(descriptions)
    assert all(text and text[0].isupper() and not text.endswith(".") for text in descriptions)


def test_a_token_request_for_all_scopes_names_each_once() -> None:
    assert sorted(ALL_SCOPES.split(" ")) == sorted(Scope)
