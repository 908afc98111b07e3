"""One local stack for the whole session: `./signify up` as a newcomer types it, on ports and in a state folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import ports
from local.client_factory import ClientFactory
from local.emulator.settings import REGION
from local.emulator_process import CREDENTIALS

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Signify:
    """The command line, run as a child process with a local stack of its own."""

    home: Path
    ports: tuple[int, int]

    def __call__(self, *arguments: str, timeout: float = 600, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command; a failure shows its whole output."""
        process = subprocess.run(
            [str(ROOT / "signify"), *arguments],
            env={**os.environ, "SIGNIFY_HOME": str(self.home), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert not check or process.returncode == 0, f"signify {' '.join(arguments)} failed:\n{process.stdout}\n{process.stderr}"
        return process

    def up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`signify up` on this stack's ports."""
        return self("up", "--port", str(self.ports[0]), "--db-port", str(self.ports[1]), *arguments)

    def status(self) -> dict[str, Any]:
        """`signify status --json`."""
        return dict(json.loads(self("status", "--json").stdout))

    def api(self) -> httpx.Client:
        """An HTTP client with a token."""
        token = self("token").stdout.strip()
        return httpx.Client(base_url=self.status()["api_url"], headers={"Authorization": f"Bearer {token}"}, timeout=60)


def wait_for_execution(states: Any, execution: str) -> dict[str, Any]:
    """Return what DescribeExecution returns once an execution has ended."""
    deadline = time.monotonic() + 180
    while (description := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.2)
    return dict(description)


def make_clients(signify: Signify) -> ClientFactory:
    """boto3 clients of a local stack's emulator."""
    return ClientFactory(
        {
            "endpoint_url": f"http://127.0.0.1:{signify.ports[0]}",
            "region_name": REGION,
            "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        }
    )


def make_signify(folder: Path) -> Signify:
    """A command line with the state folder `folder` and ports that are free now."""
    return Signify(folder, (ports.find_free(), ports.find_free()))


@dataclass(frozen=True)
class Story:
    """A local stack that is up and has run once on the sample data, and what `up` printed."""

    signify: Signify
    output: str
    api: httpx.Client

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator."""
        return make_clients(self.signify).client(service)

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return {o["OutputKey"]: o["OutputValue"] for page in pages for stack in page["Stacks"] for o in stack.get("Outputs", [])}


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    signify = make_signify(tmp_path_factory.mktemp("local-stack"))
    try:
        output = signify.up().stdout
        with signify.api() as api:
            yield Story(signify, output, api)
    finally:
        signify("down")
