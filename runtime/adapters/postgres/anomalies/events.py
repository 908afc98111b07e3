"""Anomaly events in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg import sql
from typing_extensions import override

from kpi_engine.anomalies.terms import AnomalyVerdict
from runtime.adapters.postgres.database import Database, jsonb
from runtime.models.domain.anomalies.feedback import MEMORY, AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent, EventStatus, MessageKind
from runtime.services.anomaly_ports import AnomalyEvents

COLUMNS = tuple(field.name for field in fields(AnomalyEvent))
RECENT = """
select * from anomaly_events where measure = %s and (status = 'OPEN' or (status = 'OVER' and end_date >= %s))
order by first_seen, start_date, id
"""
NEWEST_DAY = "select max(last_seen) from anomaly_events where measure = %s"
MESSAGES = """
select * from anomaly_events where message_run_id = %s
order by array_position('{CRITICAL,HIGH,MEDIUM,LOW}'::text[], severity), start_date desc, id
"""
FEEDBACK = """
select * from anomaly_feedback where measure = %s and at <= %s and at > %s and (withdrawn_at is null or withdrawn_at > %s) order by at, id
"""
SAVE = "insert into anomaly_events ({columns}) values ({values}) on conflict (id) do update set {updates}"


class PostgresAnomalyEvents(AnomalyEvents):
    """The table `anomaly_events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def list_recent(self, measure: str, since: date) -> list[AnomalyEvent]:
        return read_events(self._database, RECENT, [measure, since])

    @override
    def newest_day(self, measure: str) -> date | None:
        [(day,)] = self._database.fetch(NEWEST_DAY, [measure])
        return day if isinstance(day, date) else None

    @override
    def save(self, events: Sequence[AnomalyEvent]) -> None:
        names = [sql.Identifier(name) for name in COLUMNS]
        statement = sql.SQL(SAVE).format(
            columns=sql.SQL(", ").join(names),
            values=sql.SQL(", ").join(sql.Placeholder(name) for name in COLUMNS),
            updates=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in names),
        )
        with self._database.transaction() as cursor:
            for event in events:
                cursor.execute(statement, {**asdict(event), "scope": jsonb(dict(event.scope)), "detail": jsonb(dict(event.detail))})

    @override
    def list_messages(self, run_id: UUID) -> list[AnomalyEvent]:
        return read_events(self._database, MESSAGES, [run_id])

    @override
    def list_feedback(self, measure: str, until: datetime) -> list[AnomalyFeedback]:
        return read_feedback(self._database, FEEDBACK, [measure, until, until - MEMORY, until])


def read_events(database: Database, query: LiteralString, parameters: Sequence[object]) -> list[AnomalyEvent]:
    """Return the events that a statement selects, in its order."""
    events = []
    for row in database.rows(query, parameters):
        kind = row["message_kind"]
        enums = {"status": EventStatus(row["status"]), "message_kind": MessageKind(kind) if kind else None}
        events.append(AnomalyEvent(**{name: row[name] for name in COLUMNS} | enums))
    return events


def read_feedback(database: Database, query: LiteralString, parameters: Sequence[object]) -> list[AnomalyFeedback]:
    """Return the feedback that a statement selects, in its order."""
    return [AnomalyFeedback(**row | {"verdict": AnomalyVerdict(row["verdict"])}) for row in database.rows(query, parameters)]
