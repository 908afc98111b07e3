"""The developer database: for Alembic's commands and the development server when no variable names a database.

It is in the state folder beside the local stack's database; a command starts it and stops it at its end. A second command meanwhile uses
the same server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import ports, state
from local.postgres import open_server


@contextmanager
def open_developer_database() -> Iterator[str]:
    """Yield the database's URL, which is valid inside the block."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    server = open_server(folder, ports.find_free())
    was_running = server.join()
    if not was_running:
        server.start()
    try:
        yield server.url()
    finally:
        if not was_running:
            server.stop()


def stop_developer_database() -> bool:
    """Stop a server that a killed command left behind. Returns whether one was running."""
    return _folder().is_dir() and open_server(_folder(), ports.find_free()).stop()


def _folder() -> Path:
    return state.home() / "developer-postgres"
