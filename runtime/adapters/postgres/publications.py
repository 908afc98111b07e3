"""Publishing by hand in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.models.domain.publishing import PublishCommand, PublishOutcome, PublishResult, ShorterHorizon
from runtime.services.ports import RunPublications


class PostgresPublications(RunPublications):
    """The function `publish_run`, which the API may call although it may not write the tables (docs/adr/0015)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def publish(self, run_id: UUID, command: PublishCommand) -> PublishResult:
        actor = command.actor
        values = [run_id, command.id, command.at, actor.client_id, command.reason, jsonb(actor.to_detail()), command.is_repeatable]
        with self._database.transaction() as cursor:
            [(outcome, detail)] = cursor.execute(PUBLISH, values).fetchall()
        return PublishResult(PublishOutcome(outcome), _find_shorter_horizon(detail or {}))


PUBLISH = "select outcome, detail from publish_run(%s, %s, %s, %s, %s, %s, %s)"


def _find_shorter_horizon(detail: Mapping[str, object]) -> ShorterHorizon | None:
    """Return what the detail of an audit event says of the horizon."""
    days, replaced_days = detail.get("horizon_days"), detail.get("replaced_horizon_days")
    return ShorterHorizon(int(str(days)), int(str(replaced_days))) if days is not None else None
