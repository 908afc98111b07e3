"""The developer's own database: for Alembic's commands and the development server when no variable names another.

It lives in the state folder beside the twin's, starts for the time of a command and stops again. A second command meanwhile uses the
server of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import ports, state
from local.postgres import open_server


@contextmanager
def developer_database() -> Iterator[str]:
    """The database's URL, valid inside the block."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    server = open_server(folder, ports.free())
    joined = server.join()
    if not joined:
        server.start()
    try:
        yield server.url()
    finally:
        if not joined:
            server.stop()


def stop_developer_database() -> bool:
    """Stop the server that a killed command left behind. Returns whether one was running."""
    return _folder().is_dir() and open_server(_folder(), ports.free()).stop()


def _folder() -> Path:
    return state.home() / "developer-postgres"
