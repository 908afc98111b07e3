"""The HTTP client of the API, against an HTTP server on this machine."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from runtime.adapters.aws.api_client import HttpApiClient
from runtime.errors import NotFound, NothingPublished, Unavailable, UnexpectedResponse
from runtime.settings import CanaryEnvironment


class Gateway(ThreadingHTTPServer):
    """Issues numbered tokens and accepts only the newest."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.tokens = 0
        self.response: tuple[int, bytes] = (200, b'{"fine": true}')
        self.paths: list[str] = []
        self.keys: list[str | None] = []


class Requests(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        credentials = b64encode(b"client:secret").decode()
        is_client_credentials = self.rfile.read(int(self.headers["Content-Length"])) == b"grant_type=client_credentials"
        if not is_client_credentials or self.headers["Authorization"] != f"Basic {credentials}":
            self._send(400, b'{"error": "invalid_client"}')
            return
        self.server.tokens += 1
        self._send(200, json.dumps({"access_token": f"token-{self.server.tokens}"}).encode())

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.keys.append(self.headers["X-Api-Key"])
        fresh = self.headers["Authorization"] == f"Bearer token-{self.server.tokens}"
        self._send(*(self.server.response if fresh else (401, b"{}")))

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


class Keys:
    """API Gateway's keys."""

    def get_api_key(self, *, apiKey: str, includeValue: bool) -> dict[str, str]:  # noqa: N803 - as boto3 has it
        return {"value": f"value of {apiKey}" if includeValue else ""}


class Pool:
    """The part of Cognito's client that is used."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def describe_user_pool_client(self, **_: str) -> dict[str, Any]:
        return {"UserPoolClient": {"ClientSecret": self.secret}}


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def api_client(gateway: Gateway, secret: str = "secret", key: str = "") -> HttpApiClient:
    here = f"http://127.0.0.1:{gateway.server_address[1]}"
    environment = CanaryEnvironment(
        stage="test",
        api_url=f"{here}/test/",
        token_url=f"{here}/oauth2/token",
        token_client_id="client",
        token_user_pool_id="pool",
        api_key_id=key,
    )
    return HttpApiClient(Pool(secret), Keys(), environment)  # type: ignore[arg-type]


def test_one_token_is_reused_until_it_is_rejected(gateway: Gateway) -> None:
    client = api_client(gateway)
    assert [client.get("/kpis", limit=1) for _ in range(3)] == [{"fine": True}] * 3
    assert (gateway.tokens, gateway.paths[0]) == (1, "/test/api/v1/kpis?limit=1")
    gateway.tokens += 5  # as if the token had expired
    assert client.get("/kpis") == {"fine": True}
    assert gateway.tokens == 7


def test_the_api_key_is_sent_when_the_environment_names_one(gateway: Gateway) -> None:
    api_client(gateway).get("/kpis")
    api_client(gateway, key="k1").get("/kpis")
    assert gateway.keys == [None, "value of k1"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b'{"code": "NOTHING_PUBLISHED"}', NothingPublished),
        (404, b'{"code": "NOT_FOUND"}', NotFound),
        (500, b"<html>Internal Server Error</html>", UnexpectedResponse),
        (429, b'{"code": "RATE_LIMITED"}', UnexpectedResponse),
    ],
)
def test_other_responses_raise_the_matching_error(gateway: Gateway, status: int, body: bytes, error: type[Exception]) -> None:
    gateway.response = (status, body)
    with pytest.raises(error, match=f"GET /kpis returned {status}: "):
        api_client(gateway).get("/kpis")


def test_a_client_with_a_wrong_secret_gets_no_token(gateway: Gateway) -> None:
    with pytest.raises(Unavailable, match=r"token endpoint returned 400.*invalid_client"):
        api_client(gateway, secret="old").get("/kpis")


def test_an_unreachable_api_is_named_by_its_address(gateway: Gateway) -> None:
    client = api_client(gateway)
    client.get("/kpis")
    gateway.shutdown()
    gateway.server_close()
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:\d+/test/api/v1/kpis cannot be reached"):
        client.get("/kpis")
