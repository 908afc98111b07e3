"""One twin for the whole session: `./signify up` as a newcomer types it, on ports and in a folder of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

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


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    signify = twin_in(tmp_path_factory.mktemp("twin"))
    try:
        printed = signify.up().stdout
        with signify.api() as api:
            yield Story(signify, printed, api)
    finally:
        signify("down")
