"""Ports of this machine: is one free, who has it, which one is free."""

from __future__ import annotations

import socket

import psutil

from local.errors import PortInUse

HOST = "127.0.0.1"


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


def require_free(port: int, option: str) -> None:
    """Raise PortInUse, naming the port, who listens if that can be known, and the option that chooses another."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise PortInUse(
                f"port {port} is in use{_by_whom(port)}; choose another with {option} PORT, for instance {option} {free()}"
            ) from error


def free() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _by_whom(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
        pids = [c.pid for c in connections if c.laddr and c.laddr.port == port and c.status == psutil.CONN_LISTEN and c.pid]
        return f" by {psutil.Process(pids[0]).name()} (pid {pids[0]})"
    except (psutil.Error, IndexError):
        return ""
