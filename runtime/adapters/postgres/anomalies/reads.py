"""Anomaly events in PostgreSQL as the API shows them, and feedback on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.anomalies.events import read_events, read_feedback
from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.json_rows import json_rows
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.audit import AuditEvent
from runtime.services.anomaly_ports import AnomalyFeedbackEdits, AnomalyFilters, AnomalyReads
from runtime.services.read_ports import JsonRows

RANK = "array_position('{CRITICAL,HIGH,MEDIUM,LOW}'::text[], e.severity)"
EVENTS = """
select array[e.rank::text, e.score::text, e.id::text] as sort_key, json_build_object(
    'group_id', replace(e.id::text, '-', ''), 'title', e.title, 'type', e.kind, 'direction', e.direction, 'severity', e.severity,
    'score', e.score, 'status', e.status, 'measure', e.measure, 'scope', e.scope,
    'start_date', e.start_date, 'end_date', e.end_date, 'first_seen', e.first_seen, 'last_seen', e.last_seen,
    'occurrence_count', e.occurrence_count, 'delta_units', e.delta_units, 'units_unseen', e.seen -> 'units_unseen',
    'money', case jsonb_typeof(e.seen -> 'money') when 'object' then e.seen -> 'money' end, 'money_reason', e.seen -> 'money_reason',
    'site_ids', coalesce(e.seen -> 'dimensions' -> 'site_id', '[]'),
    'sku_count', jsonb_array_length(coalesce(e.seen -> 'dimensions' -> 'sku_id', '[]')),
    'known_events', coalesce((select jsonb_agg(known -> 'name') from jsonb_array_elements(e.seen -> 'known_events') known), '[]'),
    'is_material', coalesce((e.seen -> 'material')::boolean, false), 'is_told', e.told_severity is not null, 'verdict', e.verdict,
    'run_id', e.last_run_id, 'merged_into', replace(e.merged_into::text, '-', '')) as row
from (
    select e.*, {rank} as rank, e.detail -> 'group' as seen, (
        select f.verdict from anomaly_feedback f where f.event_id = e.id and f.withdrawn_at is null order by f.at desc, f.id limit 1
    ) as verdict
    from anomaly_events e where e.end_date >= %(since)s) e
where (case when %(statuses)s::text[] = '{}' then e.status <> 'MERGED' else e.status = any(%(statuses)s) end)
    and (%(severities)s::text[] = '{}' or e.severity = any(%(severities)s))
    and (%(kinds)s::text[] = '{}' or e.kind = any(%(kinds)s))
    and (%(directions)s::text[] = '{}' or e.direction = any(%(directions)s))
    and (%(verdicts)s::text[] = '{}' or e.verdict = any(%(verdicts)s))
    and (%(site_id)s::text is null or coalesce(e.scope ->> 'site_id' = %(site_id)s, false)
        or coalesce(e.seen -> 'dimensions' -> 'site_id' @> to_jsonb(%(site_id)s::text), false))
    and (%(sku_id)s::text is null or coalesce(e.scope ->> 'sku_id' = %(sku_id)s, false)
        or coalesce(e.seen -> 'dimensions' -> 'sku_id' @> to_jsonb(%(sku_id)s::text), false))
    and (%(is_material)s::boolean is null or coalesce((e.seen -> 'material')::boolean, false) = %(is_material)s)
    and (%(rank)s::integer is null or (e.rank, -e.score, e.id) > (%(rank)s::integer, -%(score)s::double precision, %(id)s::uuid))
order by e.rank, e.score desc, e.id limit %(limit)s + 1
""".replace("{rank}", RANK)

NEWEST_DAY = "select max(last_seen) from anomaly_events"
EVENT = "select * from anomaly_events where id = %s"
INSIGHT = """
select id from insights where explanation #>> '{method,parameters,anomaly_group}' = %s order by last_seen_at desc, id limit 1
"""
FEEDBACK_OF_EVENT = "select * from anomaly_feedback where event_id = %s order by at desc, id"
FEEDBACK_OF_SCOPE = "select * from anomaly_feedback where measure = %s and direction = %s and scope = %s order by at, id"
ADD = "select add_anomaly_feedback(%s, %s, %s, %s, %s, %s, %s)"
WITHDRAW = "select withdraw_anomaly_feedback(%s, %s, %s, %s)"


class PostgresAnomalyReads(AnomalyReads):
    """The tables `anomaly_events`, `anomaly_feedback` and `insights`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rows(self, filters: AnomalyFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        rank, score, event_id = after or (None, None, None)
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(filters).items()}
        return json_rows(self._database, EVENTS, {**values, "rank": rank, "score": score, "id": event_id, "limit": limit})

    @override
    def newest_day(self) -> date | None:
        [(day,)] = self._database.fetch(NEWEST_DAY)
        return day if isinstance(day, date) else None

    @override
    def find(self, event_id: UUID) -> AnomalyEvent | None:
        return next(iter(read_events(self._database, EVENT, [event_id])), None)

    @override
    def find_insight(self, event_id: UUID) -> UUID | None:
        rows = self._database.fetch(INSIGHT, [event_id.hex])
        return rows[0][0] if rows else None

    @override
    def list_feedback(self, event_id: UUID) -> list[AnomalyFeedback]:
        return read_feedback(self._database, FEEDBACK_OF_EVENT, [event_id])

    @override
    def list_feedback_of_scope(self, event: AnomalyEvent) -> list[AnomalyFeedback]:
        return read_feedback(self._database, FEEDBACK_OF_SCOPE, [event.measure, event.direction, jsonb(dict(event.scope))])


class PostgresAnomalyFeedbackEdits(AnomalyFeedbackEdits):
    """The functions with which the API writes feedback although it may not write the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def add(self, feedback: AnomalyFeedback) -> bool:
        statement = (feedback.actor, feedback.verdict.value, feedback.reason, jsonb(dict(feedback.detail)))
        with self._database.transaction() as cursor:
            [(is_new,)] = cursor.execute(ADD, [feedback.event_id, feedback.id, feedback.at, *statement]).fetchall()
        return bool(is_new)

    @override
    def find(self, feedback_id: UUID) -> AnomalyFeedback | None:
        return next(iter(read_feedback(self._database, "select * from anomaly_feedback where id = %s", [feedback_id])), None)

    @override
    def withdraw(self, feedback_id: UUID, event: AuditEvent) -> bool:
        with self._database.transaction() as cursor:
            [(is_changed,)] = cursor.execute(WITHDRAW, [feedback_id, event.id, event.at, event.actor]).fetchall()
        return bool(is_changed)
