"""Quarantined rows: list them, replay mended ones, discard those that are not needed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from contracts import datasets
from contracts.bad_rows import LINE_COLUMN
from contracts.paths import replay_key
from runtime.errors import Conflict, InvalidInput, ObjectNotFound
from runtime.models.api.requests import MendedRow, ReplayRequest
from runtime.models.domain.audit import Actor, AuditAction, AuditEvent
from runtime.models.domain.jobs import request_hash
from runtime.models.domain.objects import IngestedObject
from runtime.models.domain.quarantine import RECORDS_KEPT, DiscardOutcome, Discards
from runtime.models.domain.row_checks import BadRow
from runtime.services.idempotency import event_id, key_error
from runtime.services.ingestion.replay import find_object, reason_against_replay
from runtime.services.object_ports import IngestedObjects, Lake, RecordDiscards
from runtime.services.paging import Cursors, Page
from runtime.services.ports import AuditLog, Clock
from runtime.services.read_ports import AuditReads, QuarantineReads

EVENT_NAMESPACE = UUID("0a3f6a57-0f0f-5a55-8c41-7a4c2a0e9b11")
OTHER_REQUEST = "request"
RAW = "raw"
"""The only value of a row that could not be split into columns: its text."""


@dataclass(frozen=True)
class Submission:
    """Mended rows that were uploaded: their key and number. `is_repeated`: an earlier request with the same key did it."""

    key: str
    rows: int
    is_repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """Read and change what is in quarantine, in the name of a client."""

    objects: IngestedObjects
    reads: QuarantineReads
    discards: RecordDiscards
    lake: Lake
    audit_log: AuditLog
    audit_reads: AuditReads
    cursors: Cursors
    clock: Clock

    def list_objects(self, filters: Mapping[str, str], limit: int, cursor: str | None) -> Page:
        """Return one page of the objects with quarantined rows, newest first. Raises BadCursor."""
        scope = {"quarantined_rows": dict(filters)}
        return self.cursors.read_page(scope, limit, cursor, lambda after: self.reads.objects(filters, after, limit))

    def list_records(self, object_id: str, filters: Mapping[str, str], limit: int, cursor: str | None) -> Page:
        """Return one page of the records of an object, by line. Raises ObjectNotFound, BadCursor."""
        record = self._find(object_id)
        scope = {"records": str(record.id), **filters}
        return self.cursors.read_page(scope, limit, cursor, lambda after: self.reads.records_of(record.id, filters, after, limit))

    def replay(self, object_id: str, request: ReplayRequest, *, actor: Actor, idempotency_key: str | None) -> Submission:
        """Upload mended rows of an object, which are received like any file, and record who did it.

        Raises ObjectNotFound; Conflict when no row of the object can be replayed; InvalidInput for a line without an open row, a column
        that the data set does not have, a row without values whose correction is not certain, and for a key of another request.
        """
        record = self._find(object_id)
        identifier = event_id(EVENT_NAMESPACE, actor.client_id, idempotency_key)
        digest = request_hash({"object_id": str(record.id), **request.model_dump(mode="json")})
        earlier_event = self.audit_reads.find(identifier)
        if earlier_event is not None:
            return _repeat(earlier_event, digest, idempotency_key)
        rows = self._mend(record, request.rows)
        name = f"{PurePosixPath(record.key).name.split('.')[0]}.replay-{identifier.hex[:12]}.jsonl"
        key = replay_key(record.dataset or "", self.clock.now().date(), name, record.id)
        with tempfile.TemporaryDirectory(prefix="signify-") as folder:
            path = Path(folder) / name
            path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
            self.lake.upload(path, key)
        detail = {**actor.to_detail(), "key": key, "rows": len(rows), "request": digest}
        event = AuditEvent(identifier, self.clock.now(), actor.client_id, AuditAction.SUBMIT_REPLAY, str(record.id), request.reason, detail)
        self.audit_log.record(event)
        return Submission(key, len(rows))

    def discard(
        self, object_id: str, lines: Sequence[int] | None, reason: str, *, actor: Actor, idempotency_key: str | None
    ) -> tuple[UUID, Discards]:
        """Discard open rows of an object (None: all of them), and record who did it and why. Return its id and the lines.

        Raises ObjectNotFound, Conflict when none of the lines has an open row, InvalidInput for a key of another request.
        """
        record = self._find(object_id)
        event = AuditEvent(
            id=event_id(EVENT_NAMESPACE, actor.client_id, idempotency_key),
            at=self.clock.now(),
            actor=actor.client_id,
            action=AuditAction.DISCARD_RECORDS,
            subject=str(record.id),
            reason=reason,
            detail=actor.to_detail(),
        )
        discards = self.discards.discard(event, record.id, lines)
        if discards.outcome is DiscardOutcome.KEY_TAKEN:
            raise key_error(idempotency_key, OTHER_REQUEST)
        if not discards.lines:
            raise Conflict(f"Object {record.id} has no open quarantined row{' at these lines' if lines else ''}; nothing was discarded.")
        return record.id, discards

    def _mend(self, record: IngestedObject, mended_rows: Sequence[MendedRow] | None) -> list[dict[str, str]]:
        if (reason := reason_against_replay(record)) is not None:
            raise Conflict(f"{reason[:1].upper()}{reason[1:]}.")
        open_rows = {row.line: row for row in self.reads.find_open_rows(record.id, RECORDS_KEPT)}
        if mended_rows is None:
            mended_rows = [MendedRow(line=line) for line, row in open_rows.items() if row.suggested_values]
            if not mended_rows:
                raise Conflict(f"No open row of object {record.id} has a certain correction; state the values of the mended rows.")
        names = [column.name for column in datasets.load(record.dataset or "").columns]
        return [_mend_row(index, row, open_rows.get(row.line), names) for index, row in enumerate(mended_rows)]

    def _find(self, object_id: str) -> IngestedObject:
        record = find_object(self.objects, object_id)
        if record is None:
            raise ObjectNotFound(f"No object has the id {object_id!r}; GET /data-quality/quarantine lists the ids.")
        return record


def _mend_row(index: int, mended_row: MendedRow, bad_row: BadRow | None, names: Sequence[str]) -> dict[str, str]:
    """Return the values of a mended row: those of the quarantined one, with the stated ones, else with the certain correction."""
    pointer = f"/rows/{index}"
    if bad_row is None:
        raise InvalidInput(
            f"{pointer}/line: line {mended_row.line} has no open quarantined row; GET lists the open ones.", pointer=f"{pointer}/line"
        )
    values = bad_row.suggested_values if mended_row.values is None else mended_row.values
    if values is None:
        text = f"{pointer}: no correction of line {mended_row.line} is certain; state the mended `values`."
        raise InvalidInput(text, pointer=pointer)
    if unknown_names := sorted(set(values) - set(names)):
        text = f"{pointer}/values: {unknown_names[0]!r} is no column of the data set; its columns are {', '.join(names)}."
        raise InvalidInput(text, pointer=f"{pointer}/values")
    own_values = {name: value for name, value in bad_row.values.items() if name != RAW}
    return {**own_values, **values, LINE_COLUMN: str(mended_row.line)}


def _repeat(event: AuditEvent, digest: str, idempotency_key: str | None) -> Submission:
    detail = event.detail
    if detail.get("request") != digest:
        raise key_error(idempotency_key, OTHER_REQUEST)
    return Submission(str(detail["key"]), int(str(detail["rows"])), is_repeated=True)
