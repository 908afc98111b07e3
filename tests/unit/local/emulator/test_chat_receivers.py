"""The webhooks of the local stack over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.emulator.chat_receivers import ChatServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    file = tmp_path / "messages.jsonl"
    chat = ChatServer(file)
    thread = threading.Thread(target=chat.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{chat.server_address[1]}", file
    chat.shutdown()
    chat.server_close()
    thread.join(timeout=5)


def test_each_channel_confirms_as_its_service_does_and_keeps_the_message(server: tuple[str, Path]) -> None:
    address, file = server
    responses = [httpx.post(f"{address}/{channel}", json={"text": channel}) for channel in ("slack", "teams")]
    assert [(response.status_code, response.text) for response in responses] == [(200, "ok"), (202, "")]
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(record["channel"], record["message"]) for record in records] == [("slack", {"text": "slack"}), ("teams", {"text": "teams"})]


def test_an_address_that_is_gone_and_a_body_that_is_no_json_are_refused(server: tuple[str, Path]) -> None:
    address, file = server
    assert httpx.post(f"{address}/gone", json={}).status_code == 404
    assert httpx.post(f"{address}/slack", content=b"text").status_code == 400
    assert not file.exists()
