"""Ports of 127.0.0.1: whether one is free, who listens on it, and which one is free."""

from __future__ import annotations

import socket

import psutil

from local.errors import PortInUse

HOST = "127.0.0.1"


def is_listening(port: int) -> bool:
    """Return whether a process accepts connections on this port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


def require_free(port: int, option: str) -> None:
    """Raise PortInUse, naming the port, its process if that can be determined, and the option that selects another."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            advice = f"choose another with {option} PORT, for example {option} {find_free()}"
            raise PortInUse(f"port {port} is in use{_describe_listener(port)}; {advice}") from error


def find_free() -> int:
    """Return a port that no process listens on right now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _describe_listener(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
        pids = [c.pid for c in connections if c.laddr and c.laddr.port == port and c.status == psutil.CONN_LISTEN and c.pid]
        return f" by {psutil.Process(pids[0]).name()} (pid {pids[0]})"
    except (psutil.Error, IndexError):
        return ""
