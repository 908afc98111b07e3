"""AWS host names, translated to the local stack's address."""

from __future__ import annotations

import pytest

from local.addresses import localise_api_url, localise_token_url
from local.errors import LocalStackError

ENDPOINT = "http://127.0.0.1:4566"


def test_a_stage_url_becomes_a_path_of_the_local_stack() -> None:
    assert localise_api_url("https://4d98b691.execute-api.us-east-1.amazonaws.com/local/", ENDPOINT) == (
        "http://127.0.0.1:4566/_aws/execute-api/4d98b691/local/"
    )


def test_the_token_endpoint_keeps_its_path() -> None:
    assert localise_token_url("https://signify-local.auth.us-east-1.amazoncognito.com/oauth2/token", ENDPOINT) == f"{ENDPOINT}/oauth2/token"


@pytest.mark.parametrize("output", ["", "https://example.org/local/", "4d98b691"])
def test_an_output_that_is_not_a_stage_url_is_rejected(output: str) -> None:
    with pytest.raises(LocalStackError, match="is not the URL of an API Gateway stage"):
        localise_api_url(output, ENDPOINT)
