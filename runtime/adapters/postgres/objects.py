"""The records of uploaded objects in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation
from typing_extensions import override

from contracts.paths import INGEST_DATE, NUMBER_WORD, REPLAY_SEGMENT, SAME_NAME
from contracts.quality_codes import SERIES_CODES
from runtime.adapters.postgres import quarantine
from runtime.adapters.postgres.database import Database, jsonb
from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode, Withdrawal
from runtime.models.domain.quarantine import NO_CHANGE, QuarantineChange
from runtime.models.domain.row_checks import BadRow, parse_row_check
from runtime.services.object_ports import IngestedObjects
from runtime.services.ports import AuditLog


class PostgresIngestedObjects(IngestedObjects):
    """The tables `ingested_objects`, `withdrawals`, `replays` and `quarantine_records`."""

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        self._database = database
        self._audit_log = audit_log

    @override
    def find(self, object_id: UUID) -> IngestedObject | None:
        return _first(self._database.rows(f"{SELECT} where id = %s", [object_id]))

    @override
    def find_accepted(self, dataset: str, sha256: str) -> IngestedObject | None:
        sql = f"{SELECT} where dataset = %s and sha256 = %s and status = 'ACCEPTED'"
        return _first(self._database.rows(sql, [dataset, sha256]))

    @override
    def record(self, new_record: IngestedObject, change: QuarantineChange = NO_CHANGE) -> IngestedObject:
        try:
            with self._database.transaction() as cursor:
                is_new = cursor.execute(INSERT, _columns(new_record)).rowcount
                if is_new and (check := new_record.row_check):
                    cursor.execute(INSERT_CHECK, [new_record.id, check.usable_rows, jsonb(check.to_document())])
                if is_new:
                    quarantine.store_change(cursor, new_record, change)
                    if change.event:
                        self._audit_log.record(change.event)
        except UniqueViolation as error:
            raise ContentAlreadyAccepted(
                f"{new_record.key}: an object with sha256 {new_record.sha256} was accepted in the meantime"
            ) from error
        return self.find(new_record.id) or new_record

    @override
    def list_open_lines(self, object_id: UUID) -> list[int]:
        return [line for (line,) in self._database.fetch(quarantine.OPEN_LINES, [object_id])]

    @override
    def list_discarded_lines(self) -> Mapping[UUID, Sequence[int]]:
        return dict(self._database.fetch(quarantine.DISCARDED_LINES))

    @override
    def list_replays(self, object_id: UUID) -> list[IngestedObject]:
        rows = self._database.rows(f"{SELECT} where r.original_id = %s order by received_at, id", [object_id])
        return [_object(row) for row in rows]

    @override
    def list_accepted(self) -> list[IngestedObject]:
        return [_object(row) for row in self._database.rows(f"{SELECT} where status = 'ACCEPTED' order by received_at, id")]

    @override
    def list_versions(self, key: str) -> list[IngestedObject]:
        rows = self._database.rows(f"{SELECT} where key = %s order by received_at, id", [key])
        return [_object(row) for row in rows]

    @override
    def list_with_name(self, name: str) -> list[IngestedObject]:
        dataset, _, file_name = name.rpartition("/")
        values = {"ending": f"/{file_name}", "dataset": dataset or None}
        return [_object(row) for row in self._database.rows(f"{SELECT} where {HAS_NAME} order by received_at, id", values)]

    @override
    def list_duplicates(self, object_id: UUID) -> list[IngestedObject]:
        rows = self._database.rows(f"{SELECT} where duplicate_of = %s order by received_at, id", [object_id])
        return [_object(row) for row in rows]

    @override
    def count_open_rows(self) -> int:
        values = {"codes": sorted(code.value for code in SERIES_CODES), "partitions": PARTITIONS}
        return int(self._database.fetch(quarantine.COUNT_OPEN_ROWS, values)[0][0])

    @override
    def replace_run_records(self, records: Mapping[UUID, Sequence[BadRow]]) -> None:
        with self._database.transaction() as cursor:
            quarantine.replace_run_records(cursor, records)

    @override
    def list_unusable(self, since: datetime | None, until: datetime) -> list[IngestedObject]:
        values = {"since": since, "until": until, "partitions": PARTITIONS, "numbers": NUMBER_WORD, "replay": f"%/{REPLAY_SEGMENT}%"}
        sql = f"{UPLOADS} {SELECT} where {IS_UNUSABLE} order by o.received_at desc, o.id"
        return [_object(row) for row in self._database.rows(sql, values)]

    @override
    def list_files(self, identity: str) -> list[IngestedObject]:
        sql = f"{SELECT} where status = 'ACCEPTED' and regexp_replace(key, %s, '', 'g') = %s order by received_at, id"
        return [_object(row) for row in self._database.rows(sql, [PARTITIONS, identity])]

    @override
    def supersede(self, object_id: UUID, event: AuditEvent) -> None:
        with self._database.transaction() as cursor:
            if cursor.execute(SUPERSEDE, [event.reason, object_id]).rowcount:
                values = {"object_id": object_id, "at": event.at, "actor": event.actor, "reason": event.reason}
                cursor.execute(quarantine.CLOSE_FIXED, values)
                self._audit_log.record(event)

    @override
    def find_withdrawal(self, object_id: UUID) -> Withdrawal | None:
        rows = self._database.fetch("select object_id, at, actor, reason, erased_at from withdrawals where object_id = %s", [object_id])
        return Withdrawal(*rows[0]) if rows else None

    @override
    def withdraw(self, withdrawal: Withdrawal, event: AuditEvent) -> None:
        with self._database.transaction() as cursor:
            if cursor.execute(WITHDRAW, asdict(withdrawal)).rowcount:
                cursor.execute(quarantine.REOPEN_REPLAYED, [withdrawal.object_id])
                self._audit_log.record(event)

    @override
    def mark_erased(self, object_id: UUID, at: datetime, event: AuditEvent) -> None:
        with self._database.transaction() as cursor:
            cursor.execute("update withdrawals set erased_at = %s where object_id = %s and erased_at is null", [at, object_id])
            if cursor.rowcount:
                cursor.execute(FORGET_ROWS, [object_id, object_id])
                cursor.execute(FORGET_RECORDS, [object_id, object_id])
                self._audit_log.record(event)

    @override
    def restore(self, object_id: UUID, event: AuditEvent) -> None:
        try:
            with self._database.transaction() as cursor:
                if cursor.execute(RESTORE, [object_id]).rowcount:
                    cursor.execute("delete from withdrawals where object_id = %s", [object_id])
                    self._audit_log.record(event)
        except UniqueViolation as error:
            raise ContentAlreadyAccepted(
                f"the content of object {object_id} was accepted again since it was withdrawn; it takes part already"
            ) from error


PARTITIONS = f"({INGEST_DATE}|{SAME_NAME})=[^/]*/"
"""Pattern of what is no part of the identity of a file, as contracts.paths.file_identity leaves it out."""

HAS_NAME: LiteralString = """
right(o.key, length(%(ending)s)) = %(ending)s and length(%(ending)s) > 1
    and (%(dataset)s::text is null or split_part(o.key, '/', 2) = %(dataset)s)
"""
"""The second part of a key is its data set, also where no contract has it."""

SELECT: LiteralString = """
select o.*, (select c.document from row_checks c where c.object_id = o.id) as row_check, r.original_id as replay_of
from ingested_objects o left join replays r on r.object_id = o.id
"""

UPLOADS: LiteralString = """
with uploads as (
    select u.id, u.received_at, u.status = 'REJECTED' or u.status = 'ACCEPTED' and u.rows = 0 as is_unusable,
        u.status = 'ACCEPTED' and u.rows > 0 as is_usable, i.identity, regexp_replace(i.identity, '[^/]*$', '')
            || regexp_replace(lower(regexp_replace(i.identity, '^.*/', '')), %(numbers)s, '', 'g') as source
    from ingested_objects u cross join lateral (select regexp_replace(u.key, %(partitions)s, '', 'g') as identity) i
    where u.received_at <= %(until)s and u.key not like %(replay)s)
"""

IS_UNUSABLE: LiteralString = """
o.id in (
    select r.id from uploads r
    where r.is_unusable
        and not exists (select from uploads n where n.identity = r.identity and n.received_at > r.received_at)
        and (%(since)s::timestamptz is null or r.received_at >= %(since)s::timestamptz or not exists (
            select from uploads n where n.source = r.source and n.is_usable and n.received_at > r.received_at))
        and (not exists (select from quarantine_records q where q.object_id = r.id)
            or exists (select from quarantine_records q where q.object_id = r.id and q.status = 'OPEN')
            or (select count(*) from quarantine_records q where q.object_id = r.id)
                < (select u.rows from ingested_objects u where u.id = r.id)))
"""

WITHDRAW = """
with withdrawn as (update ingested_objects set status = 'WITHDRAWN'
    where id = %(object_id)s and status in ('ACCEPTED', 'SUPERSEDED') returning id)
insert into withdrawals (object_id, at, actor, reason) select id, %(at)s, %(actor)s, %(reason)s from withdrawn
"""

# Only a superseded object has a reason.
RESTORE = """
update ingested_objects set status = case when reason is null then 'ACCEPTED' else 'SUPERSEDED' end where id = %s and status = 'WITHDRAWN'
"""

SUPERSEDE = "update ingested_objects set status = 'SUPERSEDED', reason = %s where id = %s and status = 'ACCEPTED'"

INSERT = """
insert into ingested_objects (id, bucket, key, version_id, dataset, format, sha256, bytes, rows, unreadable_rows, first_date, last_date,
    status, reason_code, reason, duplicate_of, warnings, staging_key, received_at)
values (%(id)s, %(bucket)s, %(key)s, %(version_id)s, %(dataset)s, %(format)s, %(sha256)s, %(bytes)s, %(rows)s, %(unreadable_rows)s,
    %(first_date)s, %(last_date)s, %(status)s, %(reason_code)s, %(reason)s, %(duplicate_of)s, %(warnings)s, %(staging_key)s,
    %(received_at)s)
on conflict (id) do nothing
"""

INSERT_CHECK = "insert into row_checks (object_id, usable_rows, document) values (%s, %s, %s)"

OF_UPLOADS: LiteralString = """object_id = %s or object_id in (
    select other.id from ingested_objects o join ingested_objects other
        on other.key = o.key and other.status = 'REJECTED' or other.duplicate_of = o.id
    where o.id = %s)
"""
FORGET_ROWS = f"update row_checks set document = document || '{{\"first_bad_row\": null}}' where {OF_UPLOADS}"  # noqa: S608 - literals only
FORGET_RECORDS = f"delete from quarantine_records where {OF_UPLOADS}"  # noqa: S608 - literals only


def _columns(record: IngestedObject) -> dict[str, object]:
    return {**vars(record), "warnings": jsonb(record.warnings)}


def _first(rows: list[dict[str, Any]]) -> IngestedObject | None:
    return _object(rows[0]) if rows else None


def _object(row: dict[str, Any]) -> IngestedObject:
    code = row["reason_code"]
    return IngestedObject(
        **row
        | {
            "status": ObjectStatus(row["status"]),
            "reason_code": code and ReasonCode(code),
            "warnings": tuple(row["warnings"]),
            "row_check": parse_row_check(row["row_check"]) if row["row_check"] else None,
        }
    )
