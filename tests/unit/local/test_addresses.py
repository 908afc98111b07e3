"""AWS's host names, translated to the twin's one address."""

from __future__ import annotations

import pytest

from local.addresses import api_url, token_url
from local.errors import TwinError

ENDPOINT = "http://127.0.0.1:4566"


def test_a_stage_url_becomes_a_path_of_the_twin() -> None:
    assert api_url("https://4d98b691.execute-api.us-east-1.amazonaws.com/local/", ENDPOINT) == (
        "http://127.0.0.1:4566/_aws/execute-api/4d98b691/local/"
    )


def test_the_token_endpoint_keeps_its_path() -> None:
    assert token_url("https://signify-local.auth.us-east-1.amazoncognito.com/oauth2/token", ENDPOINT) == f"{ENDPOINT}/oauth2/token"


@pytest.mark.parametrize("output", ["", "https://example.org/local/", "4d98b691"])
def test_what_is_no_stage_url_is_named(output: str) -> None:
    with pytest.raises(TwinError, match="is no address of an API Gateway stage"):
        api_url(output, ENDPOINT)
