"""Alembic, run from code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util.exc import CommandError
from sqlalchemy import URL
from typing_extensions import override

from runtime.services.ports import Migrations

ROOT = Path(__file__).resolve().parents[3]


class AlembicMigrations(Migrations):
    """Migrations: the revisions in migrations/, packaged beside the code."""

    def __init__(self, address: Callable[[], Mapping[str, Any]]) -> None:
        self._address = address

    @override
    def upgrade(self) -> str:
        """Bring the schema to the newest revision and answer it.

        One that is newer still, because an older commit is deployed again, stays as it is: revisions are backward compatible.
        """
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["url"] = _url(self._address())
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            if isinstance(error.__cause__, ResolutionError):
                return str(error.__cause__.argument)
            raise
        return ScriptDirectory.from_config(config).get_current_head() or "base"


def _url(address: Mapping[str, Any]) -> URL:
    """The libpq parameters as SQLAlchemy's URL."""
    known = {"user": "username", "password": "password", "host": "host", "port": "port", "dbname": "database"}
    parts = {name: address[parameter] for parameter, name in known.items() if parameter in address}
    query = {parameter: str(value) for parameter, value in address.items() if parameter not in known}
    return URL.create("postgresql+psycopg", **parts | {"port": int(parts["port"])} if "port" in parts else parts, query=query)
