"""The records of uploaded objects in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.errors import ContentAlreadyAccepted
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.services.ports import IngestedObjects


class PostgresIngestedObjects(IngestedObjects):
    """The table `ingested_objects`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(self, object_id: UUID) -> IngestedObject | None:
        return _first(self._database.rows("select * from ingested_objects where id = %s", [object_id]))

    @override
    def find_accepted(self, dataset: str, sha256: str) -> IngestedObject | None:
        sql = "select * from ingested_objects where dataset = %s and sha256 = %s and status = 'ACCEPTED'"
        return _first(self._database.rows(sql, [dataset, sha256]))

    @override
    def record(self, new_record: IngestedObject) -> IngestedObject:
        try:
            with self._database.transaction() as cursor:
                cursor.execute(INSERT, asdict(new_record) | {"warnings": jsonb(new_record.warnings)})
        except UniqueViolation as error:
            raise ContentAlreadyAccepted(
                f"{new_record.key}: an object with sha256 {new_record.sha256} was accepted in the meantime"
            ) from error
        return self.find(new_record.id) or new_record

    @override
    def list_accepted(self) -> list[IngestedObject]:
        return [
            _object(row) for row in self._database.rows("select * from ingested_objects where status = 'ACCEPTED' order by received_at, id")
        ]


INSERT = """
insert into ingested_objects (id, bucket, key, version_id, dataset, format, sha256, bytes, rows, unreadable_rows, first_date, last_date,
    status, reason_code, reason, duplicate_of, warnings, staging_key, received_at)
values (%(id)s, %(bucket)s, %(key)s, %(version_id)s, %(dataset)s, %(format)s, %(sha256)s, %(bytes)s, %(rows)s, %(unreadable_rows)s,
    %(first_date)s, %(last_date)s, %(status)s, %(reason_code)s, %(reason)s, %(duplicate_of)s, %(warnings)s, %(staging_key)s,
    %(received_at)s)
on conflict (id) do nothing
"""


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
        }
    )
