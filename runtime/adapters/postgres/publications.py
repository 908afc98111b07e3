"""Publishing by hand in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.models.domain.audit import Actor
from runtime.models.domain.publishing import PublishOutcome
from runtime.services.ports import RunPublications


class PostgresPublications(RunPublications):
    """The function `publish_run`, which the API may call although it may not write the tables (docs/adr/0015)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def publish(self, run_id: UUID, event_id: UUID, at: datetime, actor: Actor, reason: str) -> PublishOutcome:
        with self._database.transaction() as cursor:
            values = [run_id, event_id, at, actor.client_id, reason, jsonb(actor.to_detail())]
            rows = cursor.execute("select publish_run(%s, %s, %s, %s, %s, %s)", values).fetchall()
        return PublishOutcome(rows[0][0])
