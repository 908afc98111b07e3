"""What the development server runs on: the local stack, or the developer database when no variable names a database.

That database, also for Alembic's commands, is in the state folder beside the local stack's; a command starts it and stops it at its end. A
second command meanwhile uses the same server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from contracts.environment import Variable
from contracts.metrics import NAMESPACE
from local import ports, state
from local.postgres import open_server

DEFAULTS: Mapping[str, str] = {Variable.STAGE: "local", "POWERTOOLS_SERVICE_NAME": "api", "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE}
OF_A_STACK: tuple[str, ...] = (Variable.STATE_MACHINE_ARN, Variable.LAKE_BUCKET, Variable.DATABASE_HOST)
"""Without a local stack, these would lead to AWS, with the credentials that the shell happens to have."""


def point_at(stack: Mapping[str, str] | None, environment: MutableMapping[str, str]) -> None:
    """Point the environment at the running local stack, or at nothing.

    The variables of the stack replace those of the shell: credentials of AWS that are exported there must not start a run in an account.
    """
    for name in OF_A_STACK:
        environment.pop(name, None)
    environment.update(stack or {})
    for name, value in DEFAULTS.items():
        environment.setdefault(name, value)


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
