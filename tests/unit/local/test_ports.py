"""Ports: an error that says what to do."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from local import ports
from local.errors import PortInUse


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((ports.HOST, 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_taken_port_names_itself_its_owner_and_the_option(taken: int) -> None:
    with pytest.raises(
        PortInUse, match=rf"^port {taken} is in use by .+ \(pid {os.getpid()}\); choose another with --port PORT, for instance --port \d+$"
    ):
        ports.require_free(taken, "--port")
    assert ports.is_listening(taken)


def test_a_free_port_is_no_problem() -> None:
    port = ports.free()
    ports.require_free(port, "--port")
    assert not ports.is_listening(port)
