"""What every contract on the real PostgreSQL starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.postgres.database import Database


def as_the_api(url: str) -> Database:
    """A connection to the same database as the user that the API signs in as; the server accepts it without a password."""
    return Database(lambda: conninfo_to_dict(url) | {"user": "signify_api"})


@pytest.fixture
def postgres(migrated_database: str) -> Iterator[Database]:
    """A connection to an empty migrated database."""
    connection = Database(lambda: conninfo_to_dict(migrated_database), statement_timeout_ms=5000)
    yield connection
    connection.close()
