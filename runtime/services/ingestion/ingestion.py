"""Receive uploaded objects: each version of each object gets one permanent record."""

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from contracts import datasets
from contracts.paths import staging_key
from runtime.errors import ContentAlreadyAccepted, NotFound
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus, ReasonCode
from runtime.services.ingestion.mappings import Mappings
from runtime.services.ingestion.row_validation import RowValidator, check_rows, describe_unusable
from runtime.services.ingestion.same_file import SameFile
from runtime.services.ingestion.staging.formats import named_format
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.stage import stage
from runtime.services.ingestion.staging.staged import RowStore, StagingPlan
from runtime.services.ports import Clock, IngestedObjects, Lake

MAX_BYTES = 2 * 1000**3
"""The size that a function can stage in the 15 minutes of Lambda, at 4 to 5 MB a second (docs/adr/0012)."""

_CHUNK = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Ingestion:
    """Check uploaded objects, stage and validate their rows, and record the outcome."""

    lake: Lake
    objects: IngestedObjects
    rows: RowStore
    validator: RowValidator
    clock: Clock
    max_bytes: int = MAX_BYTES

    def receive(self, landed_object: LandedObject) -> IngestedObject:
        """Record one object version: ACCEPTED (its rows are staged), DUPLICATE of an accepted one, or REJECTED with a reason.

        An object with rows of which none is usable is rejected.

        A second delivery returns the first record and writes nothing. Raises Unavailable, and OSError when the disk is full: then nothing
        is recorded, and the delivery can be repeated.
        """
        earlier_record = self.objects.find(landed_object.id)
        if earlier_record is not None:
            return earlier_record
        record = SameFile(self.objects, self.clock).annotate(self._review(landed_object))
        try:
            return self.objects.record(record)
        except ContentAlreadyAccepted:
            # The same bytes arrived under another name at the same time, and that object was recorded first.
            return self.objects.record(_as_duplicate(record, self._find_original(record)))

    def supersede_earlier(self, record: IngestedObject) -> list[IngestedObject]:
        """Supersede the earlier files of the same name that a received object replaces, and return them. May be repeated."""
        return SameFile(self.objects, self.clock).supersede_earlier(record)

    def _review(self, landed_object: LandedObject) -> IngestedObject:
        draft = IngestedObject(
            id=landed_object.id,
            bucket=landed_object.bucket,
            key=landed_object.key,
            version_id=landed_object.version_id,
            bytes=landed_object.bytes,
            status=ObjectStatus.ACCEPTED,
            received_at=self.clock.now(),
        )
        with tempfile.TemporaryDirectory(prefix="signify-") as folder:
            return _ObjectReview(self, draft, Path(folder)).run()

    def _find_original(self, record: IngestedObject) -> UUID:
        original = self.objects.find_accepted(record.dataset or "", record.sha256 or "")
        if original is None:
            raise ContentAlreadyAccepted(f"{record.key}: the object accepted with the same content no longer exists; upload it again")
        return original.id


class _ObjectReview:
    """The review of one object. The draft of its record grows with every check, so that a rejection keeps all facts before it."""

    def __init__(self, ingestion: Ingestion, draft: IngestedObject, folder: Path) -> None:
        self._ingestion = ingestion
        self._draft = draft
        self._folder = folder

    def run(self) -> IngestedObject:
        try:
            return self._check_and_stage()
        except ObjectRejected as rejection:
            return replace(self._draft, status=ObjectStatus.REJECTED, reason_code=rejection.code, reason=rejection.reason)

    def _check_and_stage(self) -> IngestedObject:
        contract = self._contract()
        self._draft = replace(self._draft, dataset=contract.dataset)
        file_format = named_format(self._draft.key)
        self._draft = replace(self._draft, format=file_format.removeprefix("."))
        mapping = Mappings(self._ingestion.lake).find(self._draft.key, contract)
        source = self._folder / "object"
        sha256 = mapping.content_digest(self._download(source))
        self._draft = replace(self._draft, sha256=sha256)
        original = self._ingestion.objects.find_accepted(contract.dataset, sha256)
        if original is not None:
            return _as_duplicate(self._draft, original.id)
        plan = StagingPlan(contract, str(self._draft.id), self._draft.received_at.date(), mapping.layout)
        target = self._folder / "staged.parquet"
        staged_file = stage(source, file_format, plan, target, self._ingestion.rows, self._ingestion.max_bytes)
        self._draft = replace(
            self._draft,
            rows=staged_file.rows,
            unreadable_rows=staged_file.unreadable_rows,
            warnings=(*mapping.warnings, *staged_file.warnings),
        )
        self._validate(target, plan)
        key = staging_key(contract.dataset, contract.version, self._draft.id)
        self._ingestion.lake.upload(target, key)
        return replace(self._draft, staging_key=key)

    def _validate(self, staging_file: Path, plan: StagingPlan) -> None:
        """Add the outcome of the rows to the draft: the days are those of usable rows, since a run sees no others."""
        check = check_rows(self._ingestion.validator, staging_file, plan.contract, plan.today).check
        self._draft = replace(self._draft, row_check=check, first_date=check.first_date, last_date=check.last_date)
        if self._draft.rows and not check.usable_rows:
            raise ObjectRejected(ReasonCode.NO_USABLE_ROWS, describe_unusable(self._draft.rows, check))

    def _contract(self) -> datasets.Contract:
        try:
            return datasets.load_for_key(self._draft.key)
        except datasets.UnknownDataset as error:
            raise ObjectRejected(ReasonCode.UNKNOWN_DATASET, str(error)) from None

    def _download(self, to: Path) -> str:
        """Download the object to a file and return its sha256; stop at the size limit."""
        self._refuse_above_limit(self._draft.bytes)
        digest, size = hashlib.sha256(), 0
        try:
            with self._ingestion.lake.open(self._draft.key, self._draft.version_id) as stream, to.open("wb") as file:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    self._refuse_above_limit(size)
                    digest.update(chunk)
                    file.write(chunk)
        except NotFound:
            raise ObjectRejected(ReasonCode.UNREADABLE, "the object was deleted before it could be read; upload it again") from None
        self._draft = replace(self._draft, bytes=size)
        return digest.hexdigest()

    def _refuse_above_limit(self, size: int) -> None:
        limit = self._ingestion.max_bytes
        if size > limit:
            raise ObjectRejected(
                ReasonCode.TOO_LARGE, f"the object has {size:,} bytes, the limit is {limit:,}; split it into several files"
            )


def _as_duplicate(draft: IngestedObject, original_id: UUID) -> IngestedObject:
    return replace(
        draft,
        status=ObjectStatus.DUPLICATE,
        duplicate_of=original_id,
        reason="the same content was accepted before; no rows were added",
        rows=0,
        unreadable_rows=0,
        first_date=None,
        last_date=None,
        staging_key=None,
    )
