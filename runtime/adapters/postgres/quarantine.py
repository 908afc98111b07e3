"""The records of quarantined rows in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import TupleRow
from typing_extensions import override

from contracts.places import COLUMNS, SHEET
from contracts.quality_codes import SERIES_CODES
from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.json_rows import json_rows
from runtime.errors import RecordsClosed
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.objects import IngestedObject
from runtime.models.domain.quarantine import DiscardOutcome, Discards, QuarantineChange
from runtime.models.domain.row_checks import BadRow
from runtime.services.object_ports import RecordDiscards
from runtime.services.read_ports import JsonRows, QuarantineReads

REPORTS_READ = 14
"""Newest quality reports that are compared for rows that were parked and took part since."""


class PostgresRecordDiscards(RecordDiscards):
    """The function `discard_records`, which the API may call although it may not write the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def discard(self, event: AuditEvent, object_id: UUID, lines: Sequence[int] | None) -> Discards:
        values = [object_id, None if lines is None else list(lines), event.id, event.at, event.actor, event.reason, jsonb(event.detail)]
        with self._database.transaction() as cursor:
            [(result,)] = cursor.execute("select discard_records(%s, %s, %s, %s, %s, %s, %s)", values).fetchall()
        return Discards(DiscardOutcome(result["outcome"]), result["lines"])


class PostgresQuarantineReads(QuarantineReads):
    """The table `quarantine_records`, with the newest quality reports for what depends on other objects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def objects(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        received_at, object_id = after or (None, None)
        values = {"dataset": filters.get("dataset"), "received": received_at, "id": object_id, "limit": limit, "reports": REPORTS_READ}
        return json_rows(self._database, OBJECTS, values)

    @override
    def records_of(self, object_id: UUID, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        conditions = {name: filters.get(name) for name in ("status", "code")}
        values = {**conditions, "object_id": object_id, "line": after[0] if after else None, "limit": limit}
        values |= {"sheet": SHEET, "columns": COLUMNS}
        return json_rows(self._database, RECORDS, values)

    @override
    def find_open_rows(self, object_id: UUID, limit: int) -> list[BadRow]:
        return [BadRow(*row) for row in self._database.fetch(OPEN_ROWS, [object_id, limit])]


def store_change(cursor: Cursor[TupleRow], record: IngestedObject, change: QuarantineChange) -> None:
    """Store, for a new object, the records of its bad rows, or that it replays those of its original.

    Raises RecordsClosed when one of the lines is not open any more.
    """
    if record.replay_of is None:
        _insert_records(cursor, record.id, change.bad_rows)
        return
    cursor.execute("insert into replays (object_id, original_id) values (%s, %s)", [record.id, record.replay_of])
    if not change.replayed_lines:
        return
    values = {"object_id": record.replay_of, "lines": list(change.replayed_lines), "replay_id": record.id, "at": record.received_at}
    count = cursor.execute(CLOSE_REPLAYED, values | {"actor": change.event.actor if change.event else None}).rowcount
    if count != len(change.replayed_lines):
        raise RecordsClosed(f"{record.key}: {len(change.replayed_lines) - count} of its rows were replayed or discarded in the meantime")


def replace_run_records(cursor: Cursor[TupleRow], records: Mapping[UUID, Sequence[BadRow]]) -> None:
    """Store the records of the newest run instead of those of the run before that are still open."""
    cursor.execute(FORGET_RUN_RECORDS, [sorted(code.value for code in SERIES_CODES)])
    for object_id, bad_rows in records.items():
        rows = [{"line": row.line, "code": row.code, "reason": row.reason, "row_values": dict(row.values)} for row in bad_rows]
        cursor.execute(STORE_RUN_RECORDS, {"object_id": object_id, "rows": jsonb(rows)})


def _insert_records(cursor: Cursor[TupleRow], object_id: UUID, bad_rows: Sequence[BadRow]) -> None:
    if not bad_rows:
        return
    with cursor.copy(COPY_RECORDS) as copy:
        for row in bad_rows:
            suggested_values = None if row.suggested_values is None else jsonb(dict(row.suggested_values))
            copy.write_row((object_id, row.line, row.code, row.reason, jsonb(dict(row.values)), suggested_values))


# Rows that wait for other objects are known by their codes: no other record has one of these.
FORGET_RUN_RECORDS = "delete from quarantine_records where status = 'OPEN' and code = any(%s)"

STORE_RUN_RECORDS = """
insert into quarantine_records (object_id, line, code, reason, row_values)
select o.id, r.line, r.code, r.reason, r.row_values
from ingested_objects o, jsonb_to_recordset(%(rows)s) as r (line bigint, code text, reason text, row_values jsonb)
where o.id = %(object_id)s and o.status = 'ACCEPTED'
on conflict (object_id, line) do nothing
"""

COPY_RECORDS = "copy quarantine_records (object_id, line, code, reason, row_values, suggested_values) from stdin"

COUNT_OPEN_ROWS = """
select coalesce(sum(greatest(0, (c.document ->> 'quarantined_rows')::bigint - (
    select count(*) from quarantine_records r where r.object_id = o.id and r.status <> 'OPEN' and r.code <> all(%(codes)s)))), 0)
from ingested_objects o join row_checks c on c.object_id = o.id
where not exists (select from replays p where p.object_id = o.id) and (o.status = 'ACCEPTED' or o.status = 'REJECTED' and not exists (
    select from ingested_objects n where n.received_at > o.received_at
        and regexp_replace(n.key, %(partitions)s, '', 'g') = regexp_replace(o.key, %(partitions)s, '', 'g')))
"""

CLOSE_REPLAYED = """
update quarantine_records set status = 'REPLAYED', closed_at = %(at)s, closed_by = %(actor)s, replay_id = %(replay_id)s
where object_id = %(object_id)s and line = any(%(lines)s) and status = 'OPEN'
"""

CLOSE_FIXED = """
update quarantine_records set status = 'FIXED', closed_at = %(at)s, closed_by = %(actor)s, closing_reason = %(reason)s
where object_id = %(object_id)s and status = 'OPEN'
"""

REOPEN_REPLAYED = """
update quarantine_records set status = 'OPEN', closed_at = null, closed_by = null, closing_reason = null, replay_id = null
where replay_id = %s
"""

OPEN_LINES = "select line from quarantine_records where object_id = %s and status = 'OPEN' order by line"

DISCARDED_LINES = """
select r.object_id, array_agg(r.line order by r.line) from quarantine_records r join ingested_objects o on o.id = r.object_id
where r.status = 'DISCARDED' and o.status = 'ACCEPTED' group by r.object_id
"""

OPEN_ROWS = """
select line, code, reason, row_values, suggested_values from quarantine_records
where object_id = %s and status = 'OPEN' order by line limit %s
"""

# What runs quarantine of an object beyond its own records depends on other objects: it is read from the reports of the newest runs.
OBJECTS = """
with reports as (
    select run_id, payload, row_number() over (order by created_at desc) as age from data_quality_reports
    order by created_at desc limit %(reports)s
), codes as (
    select (o.value ->> 'object_id')::uuid as object_id, c.key as code, c.value::bigint as n, r.age
    from reports r, jsonb_each(r.payload -> 'datasets') d, jsonb_array_elements(d.value -> 'objects') o,
        jsonb_each_text(coalesce(o.value -> 'codes', '{}')) c
), of_runs as (
    select object_id, code, coalesce(max(n) filter (where age = 1), 0) as n, max(n) as most from codes group by object_id, code
), by_object as (
    select object_id, jsonb_object_agg(code, n) filter (where n > 0) as run_codes,
        jsonb_object_agg(code, most - n) filter (where most > n and code like 'UNKNOWN_%%') as released_codes
    from of_runs group by object_id
)
select array[o.received_at::text, o.id::text] as sort_key, json_build_object(
    'object_id', o.id, 'key', o.key, 'dataset', o.dataset, 'object_status', o.status, 'received_at', o.received_at,
    'rows', o.rows, 'quarantined_rows', coalesce((c.document ->> 'quarantined_rows')::bigint, 0),
    'codes', coalesce(c.document -> 'codes', '{}'),
    'records', coalesce((select jsonb_object_agg(code, statuses) from (
        select code, jsonb_object_agg(status, n) as statuses from (
            select r.code, r.status, count(*) as n from quarantine_records r where r.object_id = o.id group by r.code, r.status
        ) counts group by code) by_code), '{}'),
    'run_codes', coalesce(b.run_codes, '{}'), 'released_codes', coalesce(b.released_codes, '{}'),
    'replays', (select count(*) from replays p join ingested_objects e on e.id = p.object_id
        where p.original_id = o.id and e.status = 'ACCEPTED')) as row
from ingested_objects o left join row_checks c on c.object_id = o.id left join by_object b on b.object_id = o.id
where o.status in ('ACCEPTED', 'REJECTED') and not exists (select from replays p where p.object_id = o.id)
    and ((c.document ->> 'quarantined_rows')::bigint > 0 or b.run_codes is not null or b.released_codes is not null)
    and (%(dataset)s::text is null or o.dataset = %(dataset)s)
    and (%(received)s::text is null or (o.received_at, o.id) < (%(received)s::timestamptz, %(id)s::uuid))
order by o.received_at desc, o.id desc limit %(limit)s + 1
"""

RECORDS = """
select array[line::text] as sort_key, json_build_object(
    'line', line, 'place', concat_ws(', ',
        case when line / %(sheet)s > 1 then 'sheet ' || coalesce(
            (select quote_literal(c.document -> 'sheets' ->> (line / %(sheet)s - 2)::int) from row_checks c
                where c.object_id = r.object_id), (line / %(sheet)s - 1)::text) end,
        'line ' || case when line < %(sheet)s then line else line %% %(sheet)s / %(columns)s end,
        case when line >= %(sheet)s and line %% %(columns)s > 0 then 'column ' || line %% %(columns)s end),
    'code', code, 'reason', reason, 'values', row_values, 'suggested_values', suggested_values, 'status', status,
    'closed_at', closed_at, 'closed_by', closed_by, 'closing_reason', closing_reason, 'replay_id', replay_id) as row
from quarantine_records r
where object_id = %(object_id)s and (%(status)s::text is null or status = %(status)s) and (%(code)s::text is null or code = %(code)s)
    and (%(line)s::text is null or line > %(line)s::bigint)
order by line limit %(limit)s + 1
"""
