"""Receiving landed objects: each version of each object gets one decision, recorded for good."""

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import contracts
from contracts.paths import staging_key
from runtime.errors import ContentAlreadyAccepted, NotFound
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus, ReasonCode
from runtime.services.ingestion.staging.formats import named_format
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.ingestion.staging.stage import stage
from runtime.services.ingestion.staging.staged import RowStore, StagingPlan
from runtime.services.ports import Clock, IngestedObjects, Lake

MAX_BYTES = 2 * 1000**3
"""What a function surely stages in the 15 minutes that Lambda gives it: it stages 4 to 5 MB a second (docs/adr/0012)."""

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Ingestion:
    """Check what landed, stage its rows, and record what became of it."""

    lake: Lake
    objects: IngestedObjects
    rows: RowStore
    clock: Clock
    max_bytes: int = MAX_BYTES

    def receive(self, landed: LandedObject) -> IngestedObject:
        """Decide about one object version: ACCEPTED (its rows are staged), DUPLICATE of an accepted one, or REJECTED with a reason.

        Delivered again, the object keeps its first decision and nothing is written. Raises Unavailable and what a full disk raises:
        then nothing was decided, and the delivery can be repeated.
        """
        known = self.objects.find(landed.id)
        if known is not None:
            return known
        decided = self._decide(landed)
        try:
            return self.objects.record(decided)
        except ContentAlreadyAccepted:
            # The same bytes came under another name at the same moment, and that one was recorded first.
            return self.objects.record(_without_rows(decided, self._first_with_content_of(decided)))

    def _decide(self, landed: LandedObject) -> IngestedObject:
        draft = IngestedObject(
            id=landed.id,
            bucket=landed.bucket,
            key=landed.key,
            version_id=landed.version_id,
            bytes=landed.bytes,
            status=ObjectStatus.ACCEPTED,
            received_at=self.clock.now(),
        )
        with tempfile.TemporaryDirectory(prefix="signify-") as folder:
            return _Examination(self, draft, Path(folder)).decide()

    def _first_with_content_of(self, decided: IngestedObject) -> UUID:
        first = self.objects.find_accepted(decided.dataset or "", decided.sha256 or "")
        if first is None:
            raise ContentAlreadyAccepted(f"{decided.key}: the object accepted with the same content no longer exists; upload it again")
        return first.id


class _Examination:
    """What is known about one object so far: a rejection keeps everything that was found out before it."""

    def __init__(self, ingestion: Ingestion, draft: IngestedObject, folder: Path) -> None:
        self._ingestion = ingestion
        self._draft = draft
        self._folder = folder

    def decide(self) -> IngestedObject:
        try:
            return self._examine()
        except ObjectRejected as rejection:
            return replace(self._draft, status=ObjectStatus.REJECTED, reason_code=rejection.code, reason=rejection.reason)

    def _examine(self) -> IngestedObject:
        contract = self._contract()
        self._learn(dataset=contract.dataset)
        file_format = named_format(self._draft.key)
        self._learn(format=file_format.removeprefix("."))
        source = self._folder / "object"
        self._learn(sha256=self._download(source))
        first = self._ingestion.objects.find_accepted(contract.dataset, self._draft.sha256 or "")
        if first is not None:
            return _without_rows(self._draft, first.id)
        plan = StagingPlan(contract, str(self._draft.id), self._draft.received_at.date())
        target = self._folder / "staged.parquet"
        staged = stage(source, file_format, plan, target, self._ingestion.rows, self._ingestion.max_bytes)
        key = staging_key(contract.dataset, contract.version, self._draft.id)
        self._ingestion.lake.upload(target, key)
        return replace(
            self._draft,
            rows=staged.rows,
            unreadable_rows=staged.unreadable_rows,
            first_date=staged.first_date,
            last_date=staged.last_date,
            warnings=staged.warnings,
            staging_key=key,
        )

    def _learn(self, **facts: str) -> None:
        self._draft = replace(self._draft, **facts)  # type: ignore[arg-type]

    def _contract(self) -> contracts.Contract:
        try:
            return contracts.of_key(self._draft.key)
        except contracts.UnknownDataset as error:
            raise ObjectRejected(ReasonCode.UNKNOWN_DATASET, str(error)) from None

    def _download(self, to: Path) -> str:
        """Store the object in the file `to` and return its sha256; never more than the limit is read."""
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


def _without_rows(draft: IngestedObject, first: UUID) -> IngestedObject:
    return replace(
        draft,
        status=ObjectStatus.DUPLICATE,
        duplicate_of=first,
        reason="the same content was accepted before; no rows were added",
        rows=0,
        unreadable_rows=0,
        first_date=None,
        last_date=None,
        staging_key=None,
    )
