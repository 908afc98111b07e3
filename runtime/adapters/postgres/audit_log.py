"""The audit log in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.json_rows import json_rows
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.services.ports import AuditLog
from runtime.services.read_ports import AuditReads, JsonRows


class PostgresAuditLog(AuditLog):
    """The table `audit_events`. Inside `Database.transaction`, an event is stored with the change or not at all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def record(self, event: AuditEvent) -> None:
        with self._database.transaction() as cursor:
            cursor.execute(INSERT, asdict(event) | {"detail": jsonb(event.detail)})


INSERT = """
insert into audit_events (id, at, actor, action, subject, reason, detail)
values (%(id)s, %(at)s, %(actor)s, %(action)s, %(subject)s, %(reason)s, %(detail)s)
on conflict (id) do nothing
"""


class PostgresAuditReads(AuditReads):
    """The table `audit_events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        at, event_id = after or (None, None)
        conditions = {name: filters.get(name) for name in ("action", "actor", "subject")}
        return json_rows(self._database, EVENTS, {**conditions, "at": at, "id": event_id, "limit": limit})

    @override
    def find(self, event_id: UUID) -> AuditEvent | None:
        rows = self._database.rows("select id, at, actor, action, subject, reason, detail from audit_events where id = %s", [event_id])
        return AuditEvent(**rows[0] | {"action": AuditAction(rows[0]["action"])}) if rows else None


EVENTS = """
select array[at::text, id::text] as sort_key, json_build_object(
    'id', id, 'at', at, 'actor', actor, 'action', action, 'subject', subject, 'reason', reason, 'detail', detail) as row
from audit_events
where (%(action)s::text is null or action = %(action)s) and (%(actor)s::text is null or actor = %(actor)s)
    and (%(subject)s::text is null or subject = %(subject)s)
    and (%(at)s::text is null or (at, id) < (%(at)s::timestamptz, %(id)s::uuid))
order by at desc, id desc limit %(limit)s + 1
"""
