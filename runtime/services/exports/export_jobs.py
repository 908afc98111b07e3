"""Order exports for clients of the API, and read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from contracts.paths import export_cancel_key, export_file_key, export_order_key
from runtime.errors import Conflict, ExportExpired, InvalidInput, JobNotFound, NotFound
from runtime.models.api.requests import ExportRequest
from runtime.models.domain.jobs import Job, JobLimits, JobStatus, JobType, client_name, request_hash
from runtime.models.domain.runs import ForecastRun
from runtime.models.exports.orders import FILE_LIFETIME, LINK_LIFETIME, MANIFEST, MOST_SHEET_ROWS, ExportFormat, ExportOrder, ExportResource
from runtime.services.idempotency import check_key, key_error
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, JobRepository, RunRepository

NAMESPACE = UUID("5b0f6c1d-7b20-5f4e-8f6a-0d2f0b6e3f0e")
EXPORTS_PER_HOUR = 60
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class StoredExport:
    """The job of an export, and its manifest with a link to each file once it has succeeded."""

    job: Job
    manifest: Mapping[str, object] | None
    links: Mapping[str, str]
    expires_at: datetime | None


@dataclass(frozen=True)
class ExportJobs:
    """Store an order as a job; the object that states it in the lake makes the export."""

    jobs: JobRepository
    runs: RunRepository
    lake: Lake
    clock: Clock

    def order(self, request: ExportRequest, idempotency_key: str | None, client_id: str) -> tuple[Job, bool]:
        """Order an export. Return its job, and whether an earlier request of the client with the same key ordered it.

        Raises InvalidInput for a key that was used with another request, for a horizon beyond the run's or too many rows for a worksheet,
        RunNotFound, RunLimitExceeded for too many exports within an hour.
        """
        key = check_key(idempotency_key) if idempotency_key is not None else str(uuid4())
        export_id = uuid5(NAMESPACE, f"{client_id}\0{key}")
        body = request.model_dump(mode="json", exclude_defaults=True)
        job = self.jobs.find(export_id)
        is_replay = job is not None
        if job is None:
            order = self._build_order(request, export_id)
            job = self.jobs.admit(self._new_job(export_id, body, client_id), JobLimits(EXPORTS_PER_HOUR, HOUR, is_forced=True))
            # After the job, without which the order would be for nothing; a repeated request writes what an earlier one did not.
            self.lake.write_json(export_order_key(export_id), order.to_document())
        elif job.request_hash != request_hash(body):
            raise key_error(key, "body")
        elif job.status is JobStatus.QUEUED:
            self._write_missing_order(request, export_id)
        return job, is_replay

    def get(self, export_id: str, client_id: str | None) -> StoredExport:
        """Return an export of a client (None: of any). Raises JobNotFound, ExportExpired when its files were deleted."""
        job = self._find(export_id, client_id)
        if job.status is not JobStatus.SUCCEEDED:
            return StoredExport(job, None, {}, None)
        finished_at = job.finished_at or job.updated_at
        expires_at = finished_at + FILE_LIFETIME
        if self.clock.now() > expires_at:
            raise ExportExpired(f"The files of export {job.id} were deleted on {expires_at:%Y-%m-%d}; order it again.")
        try:
            manifest = self.lake.read_json(export_file_key(job.id, MANIFEST))
        except NotFound:
            raise ExportExpired(f"The files of export {job.id} are not stored any more; order it again.") from None
        names = [str(file["name"]) for file in manifest["files"]]
        links = {name: self.lake.sign_download(export_file_key(job.id, name), LINK_LIFETIME, name) for name in names}
        return StoredExport(job, manifest, links, expires_at)

    def cancel(self, job: Job) -> None:
        """Leave a note in the lake, which the exporter looks for while it writes; an export that is complete stays so. Raises Conflict."""
        if job.has_ended:
            raise Conflict(f"Export {job.id} has ended as {job.status}; only one that is queued or running can be cancelled.")
        self.lake.write_json(export_cancel_key(job.id), {"cancelled_at": self.clock.now()})

    def _find(self, export_id: str, client_id: str | None) -> Job:
        try:
            job = self.jobs.find(UUID(export_id))
        except ValueError:
            job = None
        if job is None or job.type is not JobType.EXPORT or (client_id is not None and job.requested_by != client_name(client_id)):
            raise JobNotFound(f"{export_id!r} is no export of this client; GET /api/v1/exports lists them.")
        return job

    def _build_order(self, request: ExportRequest, export_id: UUID) -> ExportOrder:
        run = self._find_run(request)
        days = request.time_horizon.days if request.time_horizon else run.horizon_days if run else 0
        if run is not None and days > run.horizon_days:
            problem = f"run {run.id} covers {run.horizon_days} days; request a shorter horizon."
            raise InvalidInput(f"/time_horizon: {days} days; {problem}", pointer="/time_horizon")
        self._check_format(request, run, days)
        return ExportOrder(
            export_id=export_id,
            resource=request.resource,
            format=request.format,
            run_id=run.id if run else None,
            as_of_date=run.as_of_date if run else None,
            horizon_days=days,
            site_id=request.site_id,
            sku_ids=tuple(request.sku_ids or ()),
        )

    def _find_run(self, request: ExportRequest) -> ForecastRun | None:
        if request.run_id is not None:
            return self.runs.get(request.run_id)
        published_run = self.runs.find_published()
        return self.runs.get(published_run.run_id) if published_run else None

    def _check_format(self, request: ExportRequest, run: ForecastRun | None, days: int) -> None:
        """Raise InvalidInput for a workbook in another format, and when the forecasts surely are more than a worksheet holds."""
        if request.resource is ExportResource.WORKBOOK and request.format is not ExportFormat.XLSX:
            raise InvalidInput(
                f"/format: {request.format.value}; a workbook has the format xlsx. State it, or another resource.", pointer="/format"
            )
        has_forecasts = request.resource in (ExportResource.FORECASTS, ExportResource.WORKBOOK)
        if request.format is not ExportFormat.XLSX or not has_forecasts or request.site_id or request.sku_ids or run is None:
            return
        rows = (run.series_forecast or 0) * days
        if rows > MOST_SHEET_ROWS:
            problem = f"{rows:,} forecasts do not fit on a worksheet of {MOST_SHEET_ROWS:,} rows"
            raise InvalidInput(f"/format: xlsx; {problem}. Use csv or parquet, or state site_id.", pointer="/format")

    def _write_missing_order(self, request: ExportRequest, export_id: UUID) -> None:
        key = export_order_key(export_id)
        try:
            self.lake.read_json(key)
        except NotFound:
            self.lake.write_json(key, self._build_order(request, export_id).to_document())

    def _new_job(self, export_id: UUID, body: Mapping[str, object], client_id: str) -> Job:
        now = self.clock.now()
        return Job(
            id=export_id,
            type=JobType.EXPORT,
            status=JobStatus.QUEUED,
            created_at=now,
            updated_at=now,
            request={**body, "requested_by": client_name(client_id)},
            request_hash=request_hash(body),
        )
