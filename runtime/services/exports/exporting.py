"""Make the files of an export that a client has ordered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from contracts.paths import export_cancel_key, export_file_key, export_order_key
from contracts.routes import API_PATH
from contracts.version import VERSION
from runtime.errors import InvalidInput, NotFound
from runtime.models.domain.jobs import JobResult, JobStatus, Progress
from runtime.models.exports.orders import MANIFEST, ExportFile, ExportFormat, ExportOrder
from runtime.services.exports.export_table import ExportTable, ParquetWriter, Row, describe_file
from runtime.services.exports.sources import ExportSources
from runtime.services.exports.text_files import write_csv, write_flat_jsonl, write_jsonl
from runtime.services.exports.workbook import write_workbook
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, JobRepository

PAGES_PER_MARK = 25
"""After so many pages the job shows how many rows are written, and a cancelled export ends."""
STEPS = ("WriteFile", "UploadFile")


class ExportCancelled(Exception):
    """Somebody cancelled the export."""


@dataclass(frozen=True, kw_only=True)
class Exporting:
    """Write the file of an order, upload it, and describe it in a manifest; doing it again makes the same file."""

    jobs: JobRepository
    sources: ExportSources
    parquet: ParquetWriter
    lake: Lake
    clock: Clock

    def run(self, export_id: UUID) -> JobStatus:
        """Make the export and return how its job ends; a job that has ended stays as it is. Raises JobNotFound."""
        job = self.jobs.get(export_id)
        if job.has_ended:
            return job.status
        order = ExportOrder.from_document(self.lake.read_json(export_order_key(export_id)))
        self._mark(export_id, 0, STEPS[0])
        try:
            file = self._make(order)
        except ExportCancelled:
            error = {"code": "ExportCancelled", "detail": "The export was cancelled before its file was complete."}
            return self._finish(export_id, JobStatus.CANCELLED, error=error)
        except InvalidInput as fault:
            return self._finish(export_id, JobStatus.FAILED, error={"code": type(fault).__name__, "detail": str(fault)})
        self._write_manifest(order, file)
        result: JobResult = {"resource": "exports", "href": f"{API_PATH}/exports/{export_id}", "rows": file.rows, "bytes": file.bytes}
        self.jobs.finish(export_id, JobStatus.SUCCEEDED, self.clock.now(), result=result)
        return JobStatus.SUCCEEDED

    def _make(self, order: ExportOrder) -> ExportFile:
        tables = [self._watch(table, order.export_id) for table in self.sources.open(order)]
        with TemporaryDirectory(prefix="signify-") as name:
            path = Path(name) / f"{order.resource.value}.{order.format.value}"
            file = describe_file(path, self._write(order, tables, path))
            self._mark(order.export_id, 1, STEPS[1])
            self.lake.upload(path, export_file_key(order.export_id, file.name))
            return file

    def _write(self, order: ExportOrder, tables: Sequence[ExportTable], path: Path) -> int:
        match order.format:
            case ExportFormat.CSV:
                return write_csv(tables[0], path)
            case ExportFormat.JSONL:
                return write_jsonl(tables[0], path)
            case ExportFormat.PARQUET:
                rows = path.with_suffix(".rows")
                count = write_flat_jsonl(tables[0], rows)
                self.parquet.convert(rows, tables[0].columns, path)
                return count
            case ExportFormat.XLSX:
                return write_workbook(tables, path, self._list_facts(order))

    def _list_facts(self, order: ExportOrder) -> dict[str, str]:
        days = f"{order.horizon_days} days after {order.as_of_date}" if order.as_of_date else ""
        facts = {"Run": str(order.run_id or ""), "Days": days, "Site": order.site_id or "", "SKUs": ", ".join(order.sku_ids)}
        return {name: value for name, value in facts.items() if value} | {"Made at": self.clock.now().isoformat(timespec="seconds")}

    def _watch(self, table: ExportTable, export_id: UUID) -> ExportTable:
        """Return the list, which shows its progress while it is read."""

        def read_pages() -> Iterator[Sequence[Row]]:
            rows = 0
            for number, page in enumerate(table.pages(), 1):
                yield page
                rows += len(page)
                if number % PAGES_PER_MARK == 0:
                    self._check_cancelled(export_id)
                    self._mark(export_id, 0, f"{STEPS[0]}: {table.name}, {rows:,} rows")

        return replace(table, pages=read_pages)

    def _check_cancelled(self, export_id: UUID) -> None:
        try:
            self.lake.read_json(export_cancel_key(export_id))
        except NotFound:
            return
        raise ExportCancelled

    def _mark(self, export_id: UUID, step: int, message: str) -> None:
        progress: Progress = {"step": step + 1, "steps": len(STEPS), "percent": 100 * step // len(STEPS), "message": message}
        self.jobs.mark_running(export_id, progress, self.clock.now())

    def _finish(self, export_id: UUID, status: JobStatus, error: dict[str, str]) -> JobStatus:
        self.jobs.finish(export_id, status, self.clock.now(), error={"code": error["code"], "detail": error["detail"]})
        return status

    def _write_manifest(self, order: ExportOrder, file: ExportFile) -> None:
        about = {"schema_version": VERSION, "created_at": self.clock.now(), "files": [asdict(file)]}
        self.lake.write_json(export_file_key(order.export_id, MANIFEST), {**order.to_document(), **about})
