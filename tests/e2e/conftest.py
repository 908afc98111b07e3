"""One twin for the whole session: `./signify up` as a newcomer types it, on ports and in a folder of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.emulator_process import CREDENTIALS, REGION

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Signify:
    """The command line, run as a child process in a twin of its own."""

    home: Path
    ports: tuple[int, int]

    def __call__(self, *arguments: str, timeout: float = 600, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command; a failure shows everything it printed."""
        done = subprocess.run(
            [str(ROOT / "signify"), *arguments],
            env={**os.environ, "SIGNIFY_HOME": str(self.home), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert not check or done.returncode == 0, f"signify {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
        return done

    def up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`signify up` on this twin's ports."""
        return self("up", "--port", str(self.ports[0]), "--db-port", str(self.ports[1]), *arguments)

    def status(self) -> dict[str, Any]:
        """`signify status --json`."""
        return dict(json.loads(self("status", "--json").stdout))

    def api(self) -> httpx.Client:
        """An HTTP client with a token, as a consumer of the API has it."""
        token = self("token").stdout.strip()
        return httpx.Client(base_url=self.status()["api_url"], headers={"Authorization": f"Bearer {token}"}, timeout=60)


def ended(states: Any, execution: str) -> dict[str, Any]:
    """What DescribeExecution says of an execution once it ended."""
    deadline = time.monotonic() + 180
    while (described := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.2)
    return dict(described)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def twin_in(folder: Path) -> Signify:
    """A command line whose twin lives in `folder`."""
    return Signify(folder, (free_port(), free_port()))


@dataclass(frozen=True)
class Story:
    """A twin that is up and has run once on the sample data, and what `up` printed."""

    signify: Signify
    printed: str
    api: httpx.Client

    def client(self, service: str) -> Any:
        """A boto3 client of the twin."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=f"http://127.0.0.1:{self.signify.ports[0]}",
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return {o["OutputKey"]: o["OutputValue"] for page in pages for stack in page["Stacks"] for o in stack.get("Outputs", [])}


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    signify = twin_in(tmp_path_factory.mktemp("twin"))
    try:
        printed = signify.up().stdout
        with signify.api() as api:
            yield Story(signify, printed, api)
    finally:
        signify("down")
