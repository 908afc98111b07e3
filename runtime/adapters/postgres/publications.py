"""Publishing by hand in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database
from runtime.models.domain.publishing import PublishOutcome
from runtime.services.ports import RunPublications


class PostgresPublications(RunPublications):
    """The function `publish_run`, which the API may call although it may not write the tables (docs/adr/0015)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def publish(self, run_id: UUID, event_id: UUID, at: datetime, actor: str, reason: str) -> PublishOutcome:
        with self._database.transaction() as cursor:
            rows = cursor.execute("select publish_run(%s, %s, %s, %s, %s)", [run_id, event_id, at, actor, reason]).fetchall()
        return PublishOutcome(rows[0][0])
