"""Withdraw accepted objects: later runs no longer read them. On request also erase what is stored of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from runtime.errors import Conflict, ObjectNotFound
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, Withdrawal, WithdrawalOrder
from runtime.services.ingestion.erasure import Erasure
from runtime.services.object_ports import IngestedObjects
from runtime.services.ports import Clock

WITH_ROWS = {ObjectStatus.ACCEPTED, ObjectStatus.SUPERSEDED, ObjectStatus.WITHDRAWN}

CURRENT = {ObjectStatus.ACCEPTED, ObjectStatus.WITHDRAWN}
"""What a name means where other objects of it were replaced, rejected or uploaded twice."""


@dataclass(frozen=True)
class WithdrawalResult:
    """The objects after the order, and how many files were erased."""

    objects: tuple[IngestedObject, ...]
    erased_files: int = 0

    def as_dict(self) -> dict[str, object]:
        """Return the result as JSON values."""
        fields = ("id", "key", "version_id", "dataset", "rows")
        rows = [{name: getattr(record, name) for name in fields} | {"status": record.status.value} for record in self.objects]
        return {"objects": [{**row, "id": str(row["id"])} for row in rows], "erased_files": self.erased_files}


@dataclass(frozen=True)
class ObjectWithdrawal:
    """Withdraw objects, erase them, and take a withdrawal back."""

    objects: IngestedObjects
    erasure: Erasure
    clock: Clock

    def withdraw(self, order: WithdrawalOrder) -> WithdrawalResult:
        """Withdraw the accepted objects of the order; a second call changes nothing. A run that has started still reads them.

        Raises ObjectNotFound, or Conflict when none of the objects was accepted.
        """
        return WithdrawalResult(tuple(self._withdraw(record, order) for record in self._find_effective(order.object_name)))

    def erase(self, order: WithdrawalOrder) -> WithdrawalResult:
        """Withdraw the objects of the order, and delete their files, staged rows and rows in the files of earlier runs.

        Raises Conflict as well while a run reads the files. A second call continues what was interrupted.
        """
        records = self._with_replays(self._find_effective(order.object_name))
        self.erasure.require_no_run(min(record.received_at for record in records))
        erased_files = 0
        for record in [self._withdraw(record, order) for record in records]:
            erased_files += self.erasure.erase(record)
            now = self.clock.now()
            self.objects.mark_erased(record.id, now, _event(AuditAction.ERASE_OBJECT, record, order, now))
        return WithdrawalResult(self._reload(records), erased_files)

    def restore(self, order: WithdrawalOrder) -> WithdrawalResult:
        """Accept withdrawn objects again.

        Raises ObjectNotFound, or Conflict when none is withdrawn, one was erased, or the same content was accepted again meanwhile.
        """
        records = [record for record in self._find(order.object_name) if record.status is ObjectStatus.WITHDRAWN]
        if not records:
            raise Conflict(f"{order.object_name} is not withdrawn; there is nothing to take back")
        for record in records:
            if record.replay_of is not None:
                raise Conflict(f"{record.key} (object {record.id}) is a replay: its quarantined rows are open again; replay them again")
            withdrawal = self.objects.find_withdrawal(record.id)
            if withdrawal is not None and withdrawal.erased_at is not None:
                raise Conflict(f"{record.key} (object {record.id}) was erased on {withdrawal.erased_at.date()}; upload the file again")
            self.objects.restore(record.id, _event(AuditAction.RESTORE_OBJECT, record, order, self.clock.now()))
        return WithdrawalResult(self._reload(records))

    def _withdraw(self, record: IngestedObject, order: WithdrawalOrder) -> IngestedObject:
        now = self.clock.now()
        event = _event(AuditAction.WITHDRAW_OBJECT, record, order, now)
        self.objects.withdraw(Withdrawal(record.id, now, order.actor, order.reason), event)
        return self._reload([record])[0]

    def _find_effective(self, object_name: str) -> list[IngestedObject]:
        """Return the objects that are or were accepted. Only they have staged rows."""
        records = self._find(object_name)
        effective = [record for record in records if record.status in WITH_ROWS]
        if not effective:
            originals = ", ".join(sorted({str(record.duplicate_of) for record in records if record.duplicate_of}))
            advice = f"its rows came from object {originals}: withdraw that one" if originals else "no run reads it"
            raise Conflict(f"{object_name} is {records[0].status}: {advice}")
        return effective

    def _with_replays(self, records: Sequence[IngestedObject]) -> list[IngestedObject]:
        """Return the objects, each followed by the objects with mended rows of it."""
        replays = (replay for record in records for replay in self.objects.list_replays(record.id) if replay.status in WITH_ROWS)
        return [*records, *replays]

    def _find(self, object_name: str) -> list[IngestedObject]:
        try:
            record = self.objects.find(UUID(object_name))
            records = [record] if record else []
        except ValueError:
            records = self.objects.list_versions(object_name) or self._find_by_name(object_name)
        if not records:
            raise ObjectNotFound(
                f"No object has the id, key or file name {object_name!r}. A key begins with landing/; GET /data-quality/objects lists them."
            )
        return records

    def _find_by_name(self, name: str) -> list[IngestedObject]:
        """Return the versions of the one key with this file name, with or without its data set before it. Raises Conflict for several.

        Keys of which no run has read anything do not count beside others.
        """
        by_key: dict[str, list[IngestedObject]] = {}
        for record in self.objects.list_with_name(name):
            by_key.setdefault(record.key, []).append(record)
        current = {key: records for key, records in by_key.items() if any(each.status in CURRENT for each in records)} or by_key
        if len(current) > 1:
            raise Conflict(f"{len(current)} objects have the name {name!r}; state the key of one: {', '.join(sorted(current))}")
        return next(iter(current.values()), [])

    def _reload(self, records: Sequence[IngestedObject]) -> tuple[IngestedObject, ...]:
        return tuple(self.objects.find(record.id) or record for record in records)


def _event(action: AuditAction, record: IngestedObject, order: WithdrawalOrder, at: datetime) -> AuditEvent:
    detail = {"key": record.key, "version_id": record.version_id, "dataset": record.dataset, "sha256": record.sha256, "rows": record.rows}
    return AuditEvent(uuid4(), at, order.actor, action, str(record.id), order.reason, detail)
