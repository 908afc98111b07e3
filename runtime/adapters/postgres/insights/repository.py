"""Insights in PostgreSQL: what runs derive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

from psycopg import Cursor
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from typing_extensions import override

from kpi_engine.insights.rule_records import WINDOW, ClosedInsight
from kpi_engine.insights.terms import InsightCategory, Priority
from runtime.adapters.postgres.database import Database, jsonb
from runtime.errors import InsightChanged
from runtime.models.domain.insights import STATUSES, InsightChange, InsightContent, InsightEvent, StoredInsight
from runtime.models.domain.kpis import Basis
from runtime.services.insights.ports import AccuracyDocument, InsightRepository, MeasuredFigures, Prediction, RowSelection

CONTENT = (
    "rule_id", "category", "priority", "owner_role", "headline", "site_ids", "rank", "deadline", "is_pushed", "next_command", "explanation",
)  # fmt: skip


class PostgresInsights(InsightRepository):
    """The tables `insights` and `insight_events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def list_current(self, since: datetime) -> list[StoredInsight]:
        return [_read(row) for row in self._database.rows(CURRENT, {"since": since})]

    @override
    def apply(self, changes: Sequence[InsightChange]) -> None:
        try:
            with self._database.transaction() as cursor:
                # Those that close first: another one with their identity may open.
                for change in sorted(changes, key=lambda each: each.insight.is_open):
                    _store(cursor, change)
        except UniqueViolation as error:
            raise InsightChanged("Another run has opened one of the insights in the meantime.") from error

    @override
    def list_closed(self) -> list[ClosedInsight]:
        return [ClosedInsight(*row) for row in self._database.fetch(CLOSED, {"most": WINDOW})]

    @override
    def list_unmeasured(self, until: date) -> list[Prediction]:
        rows = self._database.fetch(UNMEASURED, {"until": until.isoformat(), "since": (until - MEASURED_WITHIN).isoformat()})
        return [Prediction(insight_id, version, document) for insight_id, version, document in rows]

    @override
    def add_events(self, events: Sequence[InsightEvent]) -> None:
        with self._database.transaction() as cursor:
            for event in events:
                cursor.execute(INSERT_EVENT, asdict(event) | {"detail": jsonb(event.detail)})


def _store(cursor: Cursor[TupleRow], change: InsightChange) -> None:
    values = _values(change.insight) | {"expected_version": change.expected_version}
    count = cursor.execute(INSERT if change.expected_version is None else UPDATE, values).rowcount
    if not count and change.expected_version is not None:
        raise InsightChanged(f"Insight {change.insight.id} was changed in the meantime.")
    if change.event is not None:
        cursor.execute(INSERT_EVENT, asdict(change.event) | {"detail": jsonb(change.event.detail)})


def _values(insight: StoredInsight) -> dict[str, object]:
    values = {name: value for name, value in vars(insight).items() if name != "content"} | vars(insight.content)
    return values | {"site_ids": jsonb(insight.content.site_ids), "explanation": jsonb(insight.content.explanation)}


def _read(row: dict[str, object]) -> StoredInsight:
    content = {name: row.pop(name) for name in CONTENT}
    content |= {"category": InsightCategory(str(content["category"])), "priority": Priority(str(content["priority"]))}
    site_ids: object = content["site_ids"]
    content["site_ids"] = tuple(site_ids) if isinstance(site_ids, list) else ()
    return StoredInsight(**row | {"status": STATUSES[str(row["status"])], "content": InsightContent(**content)})  # type: ignore[arg-type]


MEASURED_WITHIN = timedelta(days=60)
"""A prediction whose days are not complete so long after is no longer measured."""

# A person's word counts first, then what people did: whoever changed an insight, or closed it otherwise than by dismissing it, used it.
CLOSED = """
select rule_id, is_useful, is_hit from (
    select i.rule_id, i.closed_at, i.id,
        case (select e.detail ->> 'verdict' from insight_events e where e.insight_id = i.id and e.kind = 'FEEDBACK'
                order by e.at desc, e.id desc limit 1)
            when 'USEFUL' then true when 'NOT_USEFUL' then false when 'WRONG' then false
            else i.status <> 'DISMISSED' and (i.closed_by is distinct from 'system'
                or exists (select from insight_events e where e.insight_id = i.id
                    and (e.kind = 'CHANGED' or e.kind = 'REOPENED' and e.actor <> 'system'))) end as is_useful,
        (select (e.detail ->> 'is_hit')::boolean from insight_events e where e.insight_id = i.id and e.kind = 'MEASURED'
            order by e.at desc limit 1) as is_hit,
        row_number() over (partition by i.rule_id order by i.closed_at desc, i.id) as place
    from insights i where i.status in ('RESOLVED', 'DISMISSED', 'EXPIRED')
) as newest where place <= %(most)s order by closed_at desc, id
"""
UNMEASURED = """
select i.id, i.version, i.explanation -> 'prediction' from insights i
where i.status in ('RESOLVED', 'EXPIRED') and i.explanation -> 'prediction' ->> 'last_date' between %(since)s and %(until)s
    and not exists (select from insight_events e where e.insight_id = i.id and e.kind = 'MEASURED')
order by i.id
"""
CURRENT = """
select id, fingerprint, status, version, as_of_date, first_seen_at, last_seen_at, last_run_id, judged_run_id, occurrence_count, missed_runs,
    assignee, closed_at, closed_by, closing_reason, superseded_by, rule_id, category, priority, owner_role, headline, site_ids, rank,
    deadline, is_pushed, next_command, explanation
from insights where closed_at is null or closed_at >= %(since)s or last_seen_at >= %(since)s
"""
INSERT = """
insert into insights (id, fingerprint, rule_id, category, priority, status, version, owner_role, headline, site_ids, rank, deadline,
    is_pushed, next_command, explanation, as_of_date, first_seen_at, last_seen_at, last_run_id, judged_run_id, occurrence_count,
    missed_runs, assignee, closed_at, closed_by, closing_reason, superseded_by)
values (%(id)s, %(fingerprint)s, %(rule_id)s, %(category)s, %(priority)s, %(status)s, %(version)s, %(owner_role)s, %(headline)s,
    %(site_ids)s, %(rank)s, %(deadline)s, %(is_pushed)s, %(next_command)s, %(explanation)s, %(as_of_date)s, %(first_seen_at)s,
    %(last_seen_at)s, %(last_run_id)s, %(judged_run_id)s, %(occurrence_count)s, %(missed_runs)s, %(assignee)s, %(closed_at)s,
    %(closed_by)s, %(closing_reason)s, %(superseded_by)s)
"""
UPDATE = """
update insights set status = %(status)s, version = %(version)s, priority = %(priority)s, owner_role = %(owner_role)s,
    headline = %(headline)s, site_ids = %(site_ids)s, rank = %(rank)s, deadline = %(deadline)s, is_pushed = %(is_pushed)s,
    next_command = %(next_command)s, explanation = %(explanation)s, as_of_date = %(as_of_date)s, last_seen_at = %(last_seen_at)s,
    last_run_id = %(last_run_id)s, judged_run_id = %(judged_run_id)s, occurrence_count = %(occurrence_count)s,
    missed_runs = %(missed_runs)s, closed_at = %(closed_at)s, closed_by = %(closed_by)s, closing_reason = %(closing_reason)s,
    superseded_by = %(superseded_by)s
where id = %(id)s and version = %(expected_version)s
"""
INSERT_EVENT = """
insert into insight_events (id, insight_id, at, actor, kind, version, detail)
values (%(id)s, %(insight_id)s, %(at)s, %(actor)s, %(kind)s, %(version)s, %(detail)s) on conflict (id) do nothing
"""


class PostgresMeasuredFigures(MeasuredFigures):
    """The tables `accuracy_reports` and `forecasts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def accuracy_documents(self, run_id: UUID) -> list[AccuracyDocument]:
        return [AccuracyDocument(row[0], Basis(row[1]), row[2], row[3]) for row in self._database.fetch(ACCURACY, {"run_id": run_id})]

    @override
    def planned_units(self, selection: RowSelection) -> float | None:
        values = vars(selection) | {"site_ids": list(selection.site_ids), "sku_ids": list(selection.sku_ids)}
        [(units,)] = self._database.fetch(PLANNED, values)
        return None if units is None else float(units)


ACCURACY = """
with reports as (
    select a.run_id, a.basis, a.as_of_date - r.as_of_date as lead_days, a.payload,
        row_number() over (partition by a.basis order by r.as_of_date, r.published_at desc nulls last) as place
    from accuracy_reports a join forecast_runs r on r.id = a.run_id where a.computed_by = %(run_id)s
)
select run_id, basis, lead_days, payload from reports where place = 1 or lead_days = 7 order by basis, lead_days desc, run_id
"""
# The mean, where it is stored, since medians do not add up.
PLANNED = """
select sum(coalesce(mean_value, predicted_value)) from forecasts
where run_id = %(run_id)s and forecast_date between %(first_day)s and %(last_day)s
    and (%(site_ids)s::text[] = '{}' or site_id = any(%(site_ids)s)) and (%(sku_ids)s::text[] = '{}' or sku_id = any(%(sku_ids)s))
"""
