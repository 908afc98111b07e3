"""The manifests of runs: the objects that each run reads, in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.paths import manifest_key
from runtime.errors import ManifestNotFound, NotFound
from runtime.models.domain.documents import Manifest, ManifestObject
from runtime.models.domain.runs import ForecastRun
from runtime.services.object_ports import Lake
from runtime.services.ports import RunRepository
from runtime.services.read_ports import JsonRows


@dataclass(frozen=True)
class Manifests:
    """Write and read manifests. The manifest of a run that an earlier version started may be in its row only."""

    lake: Lake
    runs: RunRepository

    def write(self, manifest: Manifest) -> None:
        """Store a manifest, in place of an earlier one of the same run."""
        self.lake.write_json(manifest_key(manifest.run_id), manifest.model_dump(mode="json"))

    def ensure(self, run: ForecastRun) -> None:
        """Write the manifest of a run that has it in its row only. Raises ManifestNotFound when it has none at all."""
        if not self.lake.keys(manifest_key(run.id)):
            self.write(make_manifest(run, self._entries_of_row(run.id)))

    def read_page(self, run_id: UUID, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return a page of the objects of a run in the order in which they were received; the sort key is the position.

        Raises ManifestNotFound.
        """
        entries, start = self._entries(run_id), int(after[0]) if after else 0
        end = min(start + limit, len(entries))
        page = [ManifestObject.model_validate(entry).model_dump(mode="json") for entry in entries[start:end]]
        return JsonRows(json.dumps(page), (str(end),) if page else None, end < len(entries))

    def list_entries(self, run_id: UUID) -> Sequence[Mapping[str, object]]:
        """Return every object of a run in the order in which they were received. Raises ManifestNotFound."""
        return [ManifestObject.model_validate(entry).model_dump(mode="json") for entry in self._entries(run_id)]

    def _entries(self, run_id: UUID) -> Sequence[Mapping[str, object]]:
        try:
            entries: Sequence[Mapping[str, object]] = self.lake.read_json(manifest_key(run_id))["objects"]
        except NotFound:
            return self._entries_of_row(run_id)
        return entries

    def _entries_of_row(self, run_id: UUID) -> Sequence[Mapping[str, object]]:
        entries = self.runs.list_input_entries(run_id)
        if not entries:
            raise ManifestNotFound(f"The manifest of run {run_id} is not in the lake; it is deleted when the files of the run expire.")
        return entries


def make_manifest(run: ForecastRun, entries: Sequence[Mapping[str, object]]) -> Manifest:
    """Return the manifest of a run that reads these objects."""
    return Manifest(
        run_id=run.id,
        as_of_date=run.as_of_date,
        horizon_days=run.horizon_days,
        today=run.created_at.date(),
        objects=tuple(ManifestObject.model_validate(entry) for entry in entries),
    )
