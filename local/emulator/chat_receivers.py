"""Slack and Microsoft Teams on the local stack: webhooks that keep every message in logs/messages.jsonl.

The addresses are in the Parameter Store, as on AWS; their names are those of the stage `local` in cdk.json.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ministack.core.responses import request_scope
from ministack.services import ssm
from typing_extensions import override

from local.emulator.settings import ACCOUNT, REGION, EmulatorSettings
from local.state import MESSAGES

HOST = "127.0.0.1"
CHANNELS = {"/slack": (200, b"ok"), "/teams": (202, b"")}
"""Path -> status and body with which the service confirms a message."""


class ChatServer(ThreadingHTTPServer):
    """Appends each message to a file, one line each."""

    daemon_threads = True

    def __init__(self, file: Path) -> None:
        super().__init__((HOST, 0), _Requests)
        self._file = file
        self._lock = threading.Lock()

    def keep(self, channel: str, document: object) -> None:
        """Append a message."""
        line = json.dumps({"channel": channel, "time": time.time(), "message": document})
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


class _Requests(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        """Confirm a message of a known channel; any other address is gone."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, text = CHANNELS.get(self.path, (404, b"no_service"))
        try:
            document = json.loads(body)
        except ValueError:
            status, text = 400, b"invalid_payload"
        if status < 300:
            self.server.keep(self.path.removeprefix("/"), document)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    @override
    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing: the messages are in their file."""


def install(settings: EmulatorSettings) -> None:
    """Start the webhooks, and store their addresses as secrets."""
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    server = ChatServer(folder / MESSAGES)
    threading.Thread(target=server.serve_forever, daemon=True, name="chat").start()
    with request_scope(ACCOUNT, REGION):
        for path in CHANNELS:
            name = f"/signify/local{path}-webhook"
            address = f"http://{HOST}:{server.server_address[1]}{path}"
            ssm._put_parameter({"Name": name, "Value": address, "Type": "SecureString", "Overwrite": True})
