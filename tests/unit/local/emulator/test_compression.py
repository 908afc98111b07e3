"""Responses of the emulator's API Gateway are compressed as AWS compresses them."""

from __future__ import annotations

import gzip

import pytest

from local.emulator.compression import compress

BODY = b'{"forecasts": []}' * 100
RESPONSE: tuple[int, dict[str, str | list[str]], bytes] = (200, {"Content-Type": "application/json", "Content-Length": "1700"}, BODY)


@pytest.mark.parametrize("accept", ["gzip", "GZIP, deflate", "br;q=1.0, gzip;q=0.8", "*"])
def test_a_large_body_is_compressed_for_a_client_that_accepts_it(accept: str) -> None:
    status, headers, body = compress(RESPONSE, 1024, {"Accept-Encoding": accept})
    assert (status, headers) == (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert gzip.decompress(body) == BODY
    assert len(body) < len(BODY) / 10


@pytest.mark.parametrize(
    ("minimum", "headers"),
    [
        (1024, {}),
        (1024, {"accept-encoding": "br"}),
        (1024, {"accept-encoding": "gzip;q=0"}),
        (2000, {"accept-encoding": "gzip"}),
        (None, {"accept-encoding": "gzip"}),
    ],
)
def test_every_other_response_is_left_as_it_is(minimum: int | None, headers: dict[str, str | list[str]]) -> None:
    assert compress(RESPONSE, minimum, headers) == RESPONSE
