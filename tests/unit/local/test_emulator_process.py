"""The emulator's process: its environment, and waiting until it responds."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest
from typing_extensions import override

from local import emulator_process, ports
from local.emulator_process import aws_environment, cdk_environment, wait_until_ready
from local.errors import LocalStackError
from local.processes import ProcessRecord

ENDPOINT = "http://127.0.0.1:4566"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    (tmp_path / "logs").mkdir()
    return tmp_path


@pytest.fixture
def this_process() -> ProcessRecord:
    return ProcessRecord(os.getpid(), psutil.Process().create_time())


@pytest.fixture
def server() -> Iterator[str]:
    """The endpoint of a server that responds to every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer((ports.HOST, 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://{ports.HOST}:{http.server_port}"
        http.shutdown()


def test_an_emulator_that_responds_is_ready(server: str, this_process: ProcessRecord) -> None:
    wait_until_ready(this_process, server)


def test_an_emulator_that_ended_is_an_error_with_the_end_of_its_log(home: Path, this_process: ProcessRecord) -> None:
    (home / "logs" / "emulator.log").write_text("\n".join(f"line {number}" for number in range(30)))
    former_process = ProcessRecord(this_process.pid, this_process.start_time - 100)
    with pytest.raises(
        LocalStackError, match=r"(?s)did not respond on http://127\.0\.0\.1:1; its log .*emulator\.log ends with\nline 18\n.*29$"
    ):
        wait_until_ready(former_process, "http://127.0.0.1:1")


def test_an_emulator_that_runs_and_does_not_respond_is_an_error_after_the_deadline(
    home: Path, this_process: ProcessRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "logs" / "emulator.log").write_text("")
    monkeypatch.setattr(emulator_process, "READY_SECONDS", 0.3)
    with pytest.raises(LocalStackError, match="did not respond"):
        wait_until_ready(this_process, f"http://127.0.0.1:{ports.find_free()}")


def test_sdks_use_the_emulator_and_no_profile_of_the_developer() -> None:
    environment = aws_environment(ENDPOINT)
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"


def test_a_cdk_command_inherits_no_aws_variable_and_no_virtual_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "VIRTUAL_ENV", "PYTHONPATH"):
        monkeypatch.setenv(name, "the developer's")
    environment = cdk_environment(ENDPOINT)
    assert "the developer's" not in environment.values()
    assert (environment["SIGNIFY_STAGE"], environment["HOME"]) == ("local", os.environ["HOME"])
