"""The API as a consumer calls it, against a server of HTTP on this machine."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from runtime.adapters.aws.api_client import ApiConsumer
from runtime.errors import BrokenAnswer, NotFound, NothingPublished, Unavailable
from runtime.settings import ConsumerEnvironment


class Gateway(ThreadingHTTPServer):
    """Hands out tokens, numbered, and takes the newest of them only."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.tokens = 0
        self.answer: tuple[int, bytes] = (200, b'{"fine": true}')
        self.asked: list[str] = []
        self.keys: list[str | None] = []


class Requests(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        known = b64encode(b"client:secret").decode()
        given = self.rfile.read(int(self.headers["Content-Length"])) == b"grant_type=client_credentials"
        if not given or self.headers["Authorization"] != f"Basic {known}":
            self._send(400, b'{"error": "invalid_client"}')
            return
        self.server.tokens += 1
        self._send(200, json.dumps({"access_token": f"token-{self.server.tokens}"}).encode())

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.keys.append(self.headers["X-Api-Key"])
        fresh = self.headers["Authorization"] == f"Bearer token-{self.server.tokens}"
        self._send(*(self.server.answer if fresh else (401, b"{}")))

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
    """Cognito, as far as it is asked."""

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


def consumer(gateway: Gateway, secret: str = "secret", key: str = "") -> ApiConsumer:
    here = f"http://127.0.0.1:{gateway.server_address[1]}"
    told = ConsumerEnvironment(
        stage="test",
        api_url=f"{here}/test/",
        token_url=f"{here}/oauth2/token",
        token_client_id="client",
        token_user_pool_id="pool",
        api_key_id=key,
    )
    return ApiConsumer(Pool(secret), Keys(), told)  # type: ignore[arg-type]


def test_one_token_serves_many_questions_until_it_is_refused(gateway: Gateway) -> None:
    asking = consumer(gateway)
    assert [asking.get("/kpis", limit=1) for _ in range(3)] == [{"fine": True}] * 3
    assert (gateway.tokens, gateway.asked[0]) == (1, "/test/api/v1/kpis?limit=1")
    gateway.tokens += 5  # as if the token had expired
    assert asking.get("/kpis") == {"fine": True}
    assert gateway.tokens == 7


def test_the_key_goes_along_where_the_api_asks_for_one(gateway: Gateway) -> None:
    consumer(gateway).get("/kpis")
    consumer(gateway, key="k1").get("/kpis")
    assert gateway.keys == [None, "value of k1"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b'{"code": "NOTHING_PUBLISHED"}', NothingPublished),
        (404, b'{"code": "NOT_FOUND"}', NotFound),
        (500, b"<html>Internal Server Error</html>", BrokenAnswer),
        (429, b'{"code": "RATE_LIMITED"}', BrokenAnswer),
    ],
)
def test_other_answers_are_told_as_what_they_are(gateway: Gateway, status: int, body: bytes, error: type[Exception]) -> None:
    gateway.answer = (status, body)
    with pytest.raises(error, match=f"GET /kpis answered {status}: "):
        consumer(gateway).get("/kpis")


def test_a_client_whose_secret_is_wrong_gets_no_token(gateway: Gateway) -> None:
    with pytest.raises(Unavailable, match=r"token endpoint answered 400.*invalid_client"):
        consumer(gateway, secret="old").get("/kpis")


def test_nobody_there_is_told_by_address(gateway: Gateway) -> None:
    asking = consumer(gateway)
    asking.get("/kpis")
    gateway.shutdown()
    gateway.server_close()
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:\d+/test/api/v1/kpis cannot be reached"):
        asking.get("/kpis")
