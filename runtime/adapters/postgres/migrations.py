"""Migrations by Alembic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util.exc import CommandError
from sqlalchemy import URL
from typing_extensions import override

from runtime.services.ports import Migrations

if TYPE_CHECKING:
    from runtime.adapters.postgres.database_address import Address

ROOT = Path(__file__).resolve().parents[3]


class AlembicMigrations(Migrations):
    """The revisions in migrations/, which are packaged with the code."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @override
    def upgrade(self) -> str:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["url"] = _url(self._address())
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            # A newer schema stays when an older commit is deployed again: revisions are backward compatible.
            if isinstance(error.__cause__, ResolutionError):
                return str(error.__cause__.argument)
            raise
        return ScriptDirectory.from_config(config).get_current_head() or "base"


def _url(address: Mapping[str, Any]) -> URL:
    """Return libpq parameters as a URL of SQLAlchemy."""
    names = {"user": "username", "password": "password", "host": "host", "port": "port", "dbname": "database"}
    parts = {name: address[parameter] for parameter, name in names.items() if parameter in address}
    query = {parameter: str(value) for parameter, value in address.items() if parameter not in names}
    return URL.create("postgresql+psycopg", **parts | {"port": int(parts["port"])} if "port" in parts else parts, query=query)
