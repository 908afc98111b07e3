"""A webhook on this machine, and records of an alarm."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

NAME = "/signify/test/slack-webhook"
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Channel(ThreadingHTTPServer):
    """Responds with the next of `responses` (status, headers, body), the last one for ever; keeps what it received."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.responses: list[tuple[int, dict[str, str], bytes]] = [(200, {}, b"ok")]
        self.messages: list[dict[str, Any]] = []
        self.content_types: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/services/T000/B000/secret-token"


class Requests(BaseHTTPRequestHandler):
    server: Channel

    def do_POST(self) -> None:
        self.server.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.content_types.append(self.headers["Content-Type"])
        responses = self.server.responses
        status, headers, body = responses.pop(0) if len(responses) > 1 else responses[0]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def channel() -> Iterator[Channel]:
    server = Channel()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


class Parameters:
    """The Parameter Store with one parameter."""

    def __init__(self, value: str) -> None:
        self.value = value

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Any:  # noqa: N803 - as boto3 has it
        from botocore.exceptions import ClientError

        if Name != NAME or not self.value:
            raise ClientError({"Error": {"Code": "ParameterNotFound", "Message": Name}}, "GetParameter")
        return {"Parameter": {"Value": self.value if WithDecryption else "encrypted"}}
