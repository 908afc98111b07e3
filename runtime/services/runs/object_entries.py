"""The objects of a manifest: each with the rows that take the places of its quarantined ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.services.object_ports import IngestedObjects


@dataclass(frozen=True)
class ObjectEntries:
    """Describe accepted objects for a manifest."""

    objects: IngestedObjects

    def list_entries(self, records: Sequence[IngestedObject]) -> list[dict[str, object]]:
        """Return the entries of accepted objects in their order.

        A replay is a part of the entry of its original. One of a file that was rejected stands in its place, with the later ones of the
        same file. One of a file that no run reads any more takes no part.
        """
        replays: dict[UUID, list[IngestedObject]] = {}
        for record in records:
            if record.replay_of is not None:
                replays.setdefault(record.replay_of, []).append(record)
        rejected_ids = {object_id for object_id in replays if self._is_rejected(object_id)}
        discarded_lines = self.objects.list_discarded_lines()
        entries = []
        for record in records:
            if record.replay_of is None:
                entries.append(_entry(record, replays.get(record.id, []), discarded_lines.get(record.id, ())))
            elif record.replay_of in rejected_ids and replays[record.replay_of][0].id == record.id:
                entries.append(_entry_of_rejected(replays[record.replay_of]))
        return entries

    def _is_rejected(self, object_id: UUID) -> bool:
        """Return whether an object was rejected; a record that was deleted since was that of a rejected one."""
        original = self.objects.find(object_id)
        return original is None or original.status is ObjectStatus.REJECTED


def _entry(record: IngestedObject, replays: Sequence[IngestedObject], discarded_lines: Sequence[int]) -> dict[str, object]:
    return {
        "object_id": record.id,
        "dataset": record.dataset or "",
        "key": record.key,
        "version_id": record.version_id,
        "sha256": record.sha256 or "",
        "rows": record.rows,
        "staging_key": record.staging_key or "",
        "replays": [replay.staging_key for replay in replays],
        "discarded_lines": discarded_lines,
    }


def _entry_of_rejected(replays: Sequence[IngestedObject]) -> dict[str, object]:
    entry = _entry(replays[0], replays, ())
    return entry | {"rows": sum(replay.rows for replay in replays)}
