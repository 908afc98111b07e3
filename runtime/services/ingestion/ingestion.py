"""Receive uploaded objects: each version of each object gets one permanent record."""

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from contracts import datasets
from contracts.bad_rows import LINE_COLUMN
from contracts.paths import staging_key
from runtime.errors import ContentAlreadyAccepted, NotFound
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus, ReasonCode
from runtime.models.domain.quarantine import NO_CHANGE, RECORDS_KEPT, QuarantineChange
from runtime.services.ingestion.mappings import Mappings
from runtime.services.ingestion.replay import find_original, make_change, match_lines, with_line_column
from runtime.services.ingestion.row_validation import CheckedRows, RowValidator, check_rows, describe_unusable
from runtime.services.ingestion.same_file import SameFile
from runtime.services.ingestion.staging.formats import named_format
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.stage import stage
from runtime.services.ingestion.staging.staged import RowStore, StagingPlan
from runtime.services.object_ports import IngestedObjects, Lake
from runtime.services.ports import Clock

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
        record, change = self._review(landed_object)
        record = SameFile(self.objects, self.clock).annotate(record)
        try:
            return self.objects.record(record, change)
        except ContentAlreadyAccepted:
            # The same bytes arrived under another name at the same time, and that object was recorded first.
            return self.objects.record(_as_duplicate(record, self._find_original(record)))

    def supersede_earlier(self, record: IngestedObject) -> list[IngestedObject]:
        """Supersede the earlier files of the same name that a received object replaces, and return them. May be repeated."""
        return SameFile(self.objects, self.clock).supersede_earlier(record)

    def _review(self, landed_object: LandedObject) -> tuple[IngestedObject, QuarantineChange]:
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
            review = _ObjectReview(self, draft, Path(folder))
            return review.run(), review.change

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
        self.change = NO_CHANGE

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
        accepted_object = self._ingestion.objects.find_accepted(contract.dataset, sha256)
        if accepted_object is not None:
            return _as_duplicate(self._draft, accepted_object.id)
        original = find_original(self._draft, self._ingestion.objects)
        staged_contract = contract if original is None else with_line_column(contract)
        plan = StagingPlan(staged_contract, str(self._draft.id), self._draft.received_at.date(), mapping.layout)
        target = self._folder / "staged.parquet"
        staged_file = stage(source, file_format, plan, target, self._ingestion.rows, self._ingestion.max_bytes)
        self._draft = replace(
            self._draft,
            rows=staged_file.rows,
            unreadable_rows=staged_file.unreadable_rows,
            warnings=(*mapping.warnings, *staged_file.warnings),
        )
        if original is not None:
            target = self._replay(target, replace(plan, contract=contract), original)
        else:
            self._validate(target, plan, staged_file.sheets)
        key = staging_key(contract.dataset, contract.version, self._draft.id)
        self._ingestion.lake.upload(target, key)
        self._draft = replace(self._draft, staging_key=key)
        return self._draft

    def _validate(self, staging_file: Path, plan: StagingPlan, sheets: tuple[str, ...]) -> None:
        """Validate the rows of an object; its bad rows get records."""
        check = self._check(staging_file, plan, sheets)
        self.change = QuarantineChange(bad_rows=check.bad_rows)
        if self._draft.rows and not check.check.usable_rows:
            raise ObjectRejected(ReasonCode.NO_USABLE_ROWS, describe_unusable(self._draft.rows, check.check))

    def _replay(self, staging_file: Path, plan: StagingPlan, original: IngestedObject) -> Path:
        """Stage the rows of a replay that take the place of one of its original, and return their file."""
        self._draft = replace(self._draft, replay_of=original.id)
        texts = self._ingestion.rows.read_texts(staging_file, LINE_COLUMN)
        bad_rows = self._check(staging_file, plan).bad_rows
        sheets = original.row_check.sheets if original.row_check else ()
        replay = match_lines(texts, bad_rows, self._ingestion.objects.list_open_lines(original.id), sheets)
        replay.require_rows()
        target = self._folder / "replayed.parquet"
        self._ingestion.rows.select_lines(staging_file, replay.lines, plan.contract, target)
        warnings = (*self._draft.warnings, *replay.warnings)
        self._draft = replace(self._draft, rows=len(replay.lines), unreadable_rows=0, warnings=warnings)
        self.change = make_change(self._draft, original, replay)
        return target

    def _check(self, staging_file: Path, plan: StagingPlan, sheets: tuple[str, ...] = ()) -> CheckedRows:
        """Add the outcome of the rows to the draft: the days are those of usable rows, since a run sees no others."""
        checked_rows = check_rows(self._ingestion.validator, staging_file, plan.contract, plan.today, RECORDS_KEPT, sheets)
        check = checked_rows.check
        self._draft = replace(self._draft, row_check=check, first_date=check.first_date, last_date=check.last_date)
        return checked_rows

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
        replay_of=None,
    )
