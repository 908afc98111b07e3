"""Erase what the platform stores of one object: its file, its staged rows, its rows in the files of runs, and samples in reports.

What stays: the record of the object (key, size, checksum), the features, forecasts and figures of earlier runs, which hold sums over rows,
backups of the database, and for `workingDays` the files in scratch/ and queries/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from contracts import datasets
from contracts.documents import QualityDocument
from contracts.paths import (
    Zone,
    backup_prefix,
    quality_key,
    quality_page_key,
    quality_report_key,
    run_backup_prefix,
    run_prefix,
    run_records_key,
)
from runtime.errors import Conflict, NotFound, ReportNotFound
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.models.domain.runs import RunStatus
from runtime.services.object_ports import IngestedObjects, Lake, ObjectVersion
from runtime.services.ports import QualityReports, RunRepository
from runtime.services.recovery.row_backup import RowBackup

ROW_ZONES = (Zone.CURATED, Zone.QUARANTINE)
"""The zones of a run whose files hold single rows."""


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """Delete the files of an object, all versions of them."""

    lake: Lake
    objects: IngestedObjects
    runs: RunRepository
    reports: QualityReports
    backup: RowBackup

    def require_no_run(self, since: datetime) -> None:
        """Raise Conflict while a run that started since then is RUNNING: it reads the staged rows."""
        running = [run_id for run_id, status in self.runs.list_statuses(since).items() if status is RunStatus.RUNNING]
        if running:
            raise Conflict(f"run {running[0]} is running and reads the rows; erase when it has ended")

    def erase(self, record: IngestedObject) -> int:
        """Delete everything, and return the number of file versions deleted. A second call deletes what a first one left."""
        uploads = self._find_uploads(record)
        versions = [*self._list_files(uploads), *self._list_staged_rows(record), *self._list_row_checks(uploads)]
        run_ids = list(self.runs.list_statuses(record.received_at))
        for run_id in run_ids:
            versions += self._list_rows_of_run(record, run_id)
            versions += self._forget_samples(record, run_id)
        self.lake.delete_versions(versions)
        return len(versions)

    def _find_uploads(self, record: IngestedObject) -> list[IngestedObject]:
        """Return the record, its duplicates, its rejected replays and rejected versions of its key: none that was ever accepted."""
        rejected_versions = [other for other in self.objects.list_versions(record.key) if other.status is ObjectStatus.REJECTED]
        rejected_replays = [other for other in self.objects.list_replays(record.id) if other.status is ObjectStatus.REJECTED]
        return [record, *self.objects.list_duplicates(record.id), *rejected_versions, *rejected_replays]

    def _list_files(self, uploads: Sequence[IngestedObject]) -> list[ObjectVersion]:
        """Return the versions of the uploaded files. A version without a record was not received yet; it stays."""
        versions = {ObjectVersion(upload.key, upload.version_id) for upload in uploads}
        keys = {upload.key for upload in uploads}
        return [version for key in sorted(keys) for version in self.lake.list_versions(key) if version in versions]

    def _list_row_checks(self, uploads: Sequence[IngestedObject]) -> list[ObjectVersion]:
        """Return the copies of the outcomes of rows, which quote bad rows."""
        prefixes = [backup_prefix(table) for table in (BackupTable.ROW_CHECKS, BackupTable.QUARANTINE_RECORDS)]
        keys = [f"{prefix}{upload.id}.json" for upload in uploads for prefix in prefixes]
        return [version for key in keys for version in self.lake.list_versions(key)]

    def _list_staged_rows(self, record: IngestedObject) -> list[ObjectVersion]:
        return self.lake.list_versions(record.staging_key) if record.staging_key else []

    def _list_rows_of_run(self, record: IngestedObject, run_id: UUID) -> list[ObjectVersion]:
        contract = datasets.load(record.dataset or "")
        prefixes = [run_prefix(zone, contract.dataset, run_id, contract.version) for zone in ROW_ZONES]
        return [version for prefix in prefixes for version in self.lake.list_versions(prefix)]

    def _forget_samples(self, record: IngestedObject, run_id: UUID) -> list[ObjectVersion]:
        """Take the samples of quarantined rows out of the reports of a run, and return the versions of its file that still have them."""
        try:
            report = self.reports.get(run_id)
            self.reports.save(replace(report, payload=without_samples(report.payload, record.id)))
        except ReportNotFound:
            pass
        keys = (quality_report_key(run_id), quality_page_key(run_id), run_records_key(run_id))
        copies = [version for key in keys for version in self.lake.list_versions(key)]
        return [*copies, *self._forget_samples_in_lake(record, run_id)]

    def _forget_samples_in_lake(self, record: IngestedObject, run_id: UUID) -> list[ObjectVersion]:
        key = quality_key(run_id)
        versions = [*self.lake.list_versions(key), *self.lake.list_versions(f"{run_backup_prefix(run_id)}{BackupTable.QUALITY_REPORTS}.")]
        self.backup.save(BackupTable.QUALITY_REPORTS, run_id)
        try:
            self.lake.write_json(key, without_samples(self.lake.read_json(key), record.id))
        except NotFound:
            return versions
        return versions


def without_samples(document: Mapping[str, object], object_id: UUID) -> dict[str, object]:
    """Return a quality document without the samples of an object."""
    quality = cast(QualityDocument, document)
    parts = {
        name: {**part, "samples": [sample for sample in part.get("samples", []) if sample["object_id"] != str(object_id)]}
        for name, part in quality["datasets"].items()
    }
    return {**document, "datasets": parts}
