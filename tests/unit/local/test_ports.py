"""Ports of 127.0.0.1."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from local import ports
from local.errors import PortInUse


@pytest.fixture
def used_port() -> Iterator[int]:
    with socket.create_server((ports.HOST, 0)) as listener:
        yield int(listener.getsockname()[1])


def test_the_error_for_a_used_port_names_its_process_and_the_option(used_port: int) -> None:
    message = rf"^port {used_port} is in use by .+ \(pid {os.getpid()}\); choose another with --port PORT, for example --port \d+$"
    with pytest.raises(PortInUse, match=message):
        ports.require_free(used_port, "--port")
    assert ports.is_listening(used_port)


def test_a_free_port_is_accepted() -> None:
    port = ports.find_free()
    ports.require_free(port, "--port")
    assert not ports.is_listening(port)
