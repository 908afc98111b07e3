"""Insights in PostgreSQL: what the API reads, and what people change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID

from psycopg.errors import UniqueViolation
from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.json_rows import json_rows
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.insights import EditOutcome, InsightEdit, InsightEvent
from runtime.services.insights.ports import InsightEdits, InsightFilters, InsightReads
from runtime.services.read_ports import JsonRows

FIELDS = """
'id', i.id, 'category', i.category, 'priority', i.priority, 'status', i.status, 'headline', i.headline,
'cause', i.explanation -> 'cause', 'action', i.explanation -> 'recommended_action' -> 'action', 'owner_role', i.owner_role,
'assignee', i.assignee, 'deadline', i.deadline, 'site_ids', i.site_ids, 'impact', i.explanation -> 'impact',
'scores', i.explanation -> 'scores', 'is_pushed', i.is_pushed, 'rule_id', i.rule_id, 'run_id', i.last_run_id,
'as_of_date', i.as_of_date, 'first_seen_at', i.first_seen_at, 'last_seen_at', i.last_seen_at, 'occurrence_count', i.occurrence_count,
'missed_runs', i.missed_runs, 'closed_at', i.closed_at, 'closed_by', i.closed_by, 'closing_reason', i.closing_reason,
'superseded_by', i.superseded_by, 'next_command', replace(i.next_command, '{id}', left(i.id::text, 8)), 'version', i.version"""

INSIGHTS = """
select array[i.rank::text, i.id::text] as sort_key, json_build_object({fields}) as row
from insights i
where (case when %(statuses)s::text[] = '{}' then i.closed_at is null else i.status = any(%(statuses)s) end)
    and (%(categories)s::text[] = '{}' or i.category = any(%(categories)s))
    and (%(priorities)s::text[] = '{}' or i.priority = any(%(priorities)s))
    and (%(owner_role)s::text is null or i.owner_role = %(owner_role)s)
    and (%(site_id)s::text is null or i.site_ids @> to_jsonb(%(site_id)s::text))
    and (%(rank)s::text is null or (i.rank, i.id) < (%(rank)s::double precision, %(id)s::uuid))
order by i.rank desc, i.id desc limit %(limit)s + 1
""".replace("{fields}", FIELDS)

INSIGHT = """
select i.version, json_build_object({fields}, 'events', coalesce(
    (select json_agg(json_build_object('at', e.at, 'actor', e.actor, 'kind', e.kind, 'version', e.version, 'detail', e.detail)
        order by e.at, e.version) from insight_events e where e.insight_id = i.id), '[]'))::text
from insights i where i.id = %(id)s
""".replace("{fields}", FIELDS)

EXPLANATION = "select explanation, version, last_seen_at from insights where id = %s"
STATUS = "select version, status from insights where id = %s"
BEYOND = "select count(*) from insights where closed_at is null and as_of_date > %s"
CHANGE = "select change_insight(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
STORED_FEEDBACK = "select at, version, detail from insight_events where id = %s"
ADD_FEEDBACK = "select add_insight_feedback(%s, %s, %s, %s, %s)"


class PostgresInsightReads(InsightReads):
    """The tables `insights` and `insight_events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rows(self, filters: InsightFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        rank, insight_id = after or (None, None)
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(filters).items()}
        return json_rows(self._database, INSIGHTS, {**values, "rank": rank, "id": insight_id, "limit": limit})

    @override
    def find(self, insight_id: UUID) -> tuple[int, str] | None:
        rows = self._database.fetch(INSIGHT, {"id": insight_id})
        return (rows[0][0], rows[0][1]) if rows else None

    @override
    def find_explanation(self, insight_id: UUID) -> Mapping[str, object] | None:
        rows = self._database.fetch(EXPLANATION, [insight_id])
        if not rows:
            return None
        explanation, version, generated_at = rows[0]
        reproduce = {**explanation["reproduce"], "command": f"./signify explain {insight_id} --reproduce"}
        head = {"insight_id": str(insight_id), "version": version, "generated_at": generated_at}
        return {**head, **cast(Mapping[str, object], explanation), "reproduce": reproduce}

    @override
    def find_status(self, insight_id: UUID) -> tuple[int, str] | None:
        rows = self._database.fetch(STATUS, [insight_id])
        return (rows[0][0], rows[0][1]) if rows else None

    @override
    def count_beyond(self, day: date) -> int:
        [(count,)] = self._database.fetch(BEYOND, [day])
        return int(count)


class PostgresInsightEdits(InsightEdits):
    """The functions with which the API changes insights although it may not write the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def change(self, insight_id: UUID, expected_version: int, edit: InsightEdit, event: AuditEvent) -> EditOutcome:
        status = edit.status and edit.status.value
        values = [insight_id, expected_version, status, edit.assignee, edit.reason, event.id, event.at, event.actor, jsonb(event.detail)]
        try:
            with self._database.transaction() as cursor:
                [(is_changed,)] = cursor.execute(CHANGE, values).fetchall()
        except UniqueViolation:
            return EditOutcome.OCCUPIED
        return EditOutcome.CHANGED if is_changed else EditOutcome.STALE

    @override
    def add_feedback(self, event: InsightEvent) -> InsightEvent:
        with self._database.transaction() as cursor:
            cursor.execute(ADD_FEEDBACK, [event.insight_id, event.id, event.at, event.actor, jsonb(event.detail)])
            [(at, version, detail)] = cursor.execute(STORED_FEEDBACK, [event.id]).fetchall()
        return replace(event, at=at, version=version, detail=detail)
