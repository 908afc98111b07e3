"""Read insights, and change them in the name of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from contracts.paths import insights_key
from runtime.errors import InsightChanged, InsightClosed, InsightNotFound, InvalidInput, NotFound
from runtime.models.domain.audit import Actor, AuditAction, AuditEvent
from runtime.models.domain.insights import (
    OPEN_STATUSES,
    REOPEN_TIME,
    REOPENED_STATUSES,
    STATUSES,
    STATUSES_BY_HAND,
    EditOutcome,
    FeedbackVerdict,
    InsightEdit,
    InsightEvent,
    InsightEventKind,
    InsightStatus,
)
from runtime.models.domain.runs import PublishedRun
from runtime.services.idempotency import event_id, key_error
from runtime.services.insights.ports import InsightEdits, InsightFilters, InsightReads
from runtime.services.object_ports import Lake
from runtime.services.paging import Cursors, Page
from runtime.services.ports import Clock, RunRepository

NOTHING_PUBLISHED = "No run has been published yet, so that nothing has been judged."
NOT_JUDGED = (
    "The published run has not been judged: its state BuildInsights has not succeeded, it was published by hand after it had ended, "
    "or its files are deleted. Insights that are open follow from other runs; ./signify insights judge {run} judges it."
)
SHORT_ID = 8
EVENT_NAMESPACE = UUID("7d1f2b94-6b1c-5a53-b0a4-2f6c9d7e8a10")


@dataclass(frozen=True, kw_only=True)
class InsightReading:
    """The insights as clients see and change them."""

    reads: InsightReads
    edits: InsightEdits
    runs: RunRepository
    lake: Lake
    cursors: Cursors
    clock: Clock

    def read_page(self, filters: InsightFilters, limit: int, cursor: str | None) -> Page:
        """Return one page, the highest rank first. Raises BadCursor."""
        scope = {"insights": asdict(filters)}
        return self.cursors.read_page(scope, limit, cursor, lambda after: self.reads.rows(filters, after, limit))

    def explain_silence(self) -> tuple[PublishedRun | None, list[str]]:
        """Return the published run, and what it could not judge or had to leave out, with the reasons, and insights about later days."""
        run = self.runs.find_published()
        if run is None:
            return None, [NOTHING_PUBLISHED]
        beyond = list(_explain_later(self.reads.count_beyond(run.as_of_date), run.as_of_date))
        try:
            document = self.lake.read_json(insights_key(run.run_id))
        except NotFound:
            return run, [*beyond, NOT_JUDGED.format(run=str(run.run_id)[:SHORT_ID])]
        reasons = [f"{category}: {reason}" for category, reason in sorted(document["silent"].items())]
        # A document of an earlier version has no faults.
        return run, [*beyond, *reasons, *(f"Left out: {fault}" for fault in document.get("faults", ()))]

    def read_rules(self, run: PublishedRun | None) -> Sequence[Mapping[str, object]]:
        """Return what became of the insights of each rule, as it was when a run was judged; empty when it was not."""
        try:
            rules: Sequence[Mapping[str, object]] = self.lake.read_json(insights_key(run.run_id)).get("rules", ()) if run else ()
        except NotFound:
            return ()
        return rules

    def get(self, insight_id: str) -> tuple[int, str]:
        """Return version and JSON of an insight. Raises InsightNotFound."""
        insight = self.reads.find(_parse(insight_id))
        if insight is None:
            raise _missing(insight_id)
        return insight

    def get_explanation(self, insight_id: str) -> Mapping[str, object]:
        """Return the explanation of an insight. Raises InsightNotFound."""
        explanation = self.reads.find_explanation(_parse(insight_id))
        if explanation is None:
            raise _missing(insight_id)
        return explanation

    def change(self, insight_id: str, expected_version: int, edit: InsightEdit, actor: Actor) -> UUID:
        """Change status or assignee of an open insight, or open a closed one again, and return its id.

        Raises InsightNotFound, InsightChanged when it has another version, InsightClosed, InvalidInput for a status that people cannot set
        and for one that lacks its reason.
        """
        _check_edit(edit)
        identifier = _parse(insight_id)
        version, status = self._find_status(identifier, insight_id)
        if version != expected_version:
            raise InsightChanged(f"If-Match states version {expected_version}, the insight has version {version}; read it and try again.")
        if status not in OPEN_STATUSES:
            _check_reopening(status, edit)
        event = AuditEvent(
            id=event_id(EVENT_NAMESPACE, actor.client_id, None),
            at=self.clock.now(),
            actor=actor.client_id,
            action=AuditAction.CHANGE_INSIGHT,
            subject=str(identifier),
            reason=edit.reason,
            detail={**edit.to_detail(), **actor.to_detail()},
        )
        outcome = self.edits.change(identifier, expected_version, edit, event)
        if outcome is EditOutcome.STALE:
            raise InsightChanged("The insight was changed in the meantime; read it and try again.")
        if outcome is EditOutcome.OCCUPIED:
            raise InsightClosed(f"The insight stays {status}: another one about the same condition is open; change that one.")
        return identifier

    def add_feedback(
        self, insight_id: str, verdict: FeedbackVerdict, reason: str | None, *, actor: Actor, idempotency_key: str | None
    ) -> InsightEvent:
        """Store what a person says of an insight, open or closed, once for each key, and return what is stored.

        Raises InsightNotFound, and InvalidInput for a key that stands for another feedback.
        """
        identifier = _parse(insight_id)
        version, _ = self._find_status(identifier, insight_id)
        detail = {"verdict": verdict.value, "reason": reason, **actor.to_detail()}
        event = InsightEvent(
            id=event_id(EVENT_NAMESPACE, f"{actor.client_id} {identifier}", idempotency_key),
            insight_id=identifier,
            at=self.clock.now(),
            actor=actor.client_id,
            kind=InsightEventKind.FEEDBACK,
            version=version,
            detail=detail,
        )
        stored_event = self.edits.add_feedback(event)
        if stored_event.detail != detail:
            raise key_error(idempotency_key, "verdict, reason or actor")
        return stored_event

    def _find_status(self, identifier: UUID, insight_id: str) -> tuple[int, InsightStatus]:
        row = self.reads.find_status(identifier)
        if row is None:
            raise _missing(insight_id)
        return row[0], STATUSES[row[1]]


def _explain_later(count: int, day: date) -> Iterator[str]:
    """Yield what a reader must know where an earlier run is published again, for instance one without a wrong file."""
    if count:
        what = "1 open insight follows" if count == 1 else f"{count:,} open insights follow"
        yield f"{what} from data after {day}, which the published run does not have; dismiss what rested on a file that was withdrawn."


def _explain_end(status: InsightStatus) -> str:
    """Return what becomes of a closed insight."""
    days = REOPEN_TIME.days
    if status is InsightStatus.DISMISSED:
        return f"it stays closed as long as runs see its condition; {days} days without it, and the condition opens another insight."
    return (
        f"it opens again by itself when a run sees its condition within {days} days; one that somebody resolved, "
        "when the condition is newer than the data of then."
    )


def _check_reopening(status: InsightStatus, edit: InsightEdit) -> None:
    """Raise InsightClosed unless the edit opens a closed insight that may be opened, InvalidInput when it does not say why."""
    if status not in REOPENED_STATUSES:
        raise InsightClosed(f"The insight is {status}: another one contains it; change that one.")
    if edit.status not in OPEN_STATUSES:
        allowed = ", ".join(OPEN_STATUSES)
        raise InsightClosed(f"The insight is {status}; {_explain_end(status)} To open it, send `status` {allowed} with a `reason`.")
    if not (edit.reason or "").strip():
        raise InvalidInput(f"/reason: the insight is {status}; say why it is opened again.", pointer="/reason")


def _check_edit(edit: InsightEdit) -> None:
    if edit.status is None and edit.assignee is None:
        raise InvalidInput("The body changes nothing: send `status`, `assignee` or both.", pointer="")
    if edit.status is not None and edit.status not in STATUSES_BY_HAND:
        allowed = ", ".join(STATUSES_BY_HAND)
        raise InvalidInput(f"/status: {edit.status} is set by the system; send one of {allowed}.", pointer="/status")
    if edit.status is InsightStatus.DISMISSED and not (edit.reason or "").strip():
        raise InvalidInput("/reason: DISMISSED needs a reason; say why no action is needed.", pointer="/reason")


def _parse(insight_id: str) -> UUID:
    try:
        return UUID(insight_id)
    except ValueError:
        raise _missing(insight_id) from None


def _missing(insight_id: str) -> InsightNotFound:
    return InsightNotFound(f"No insight has the id {insight_id!r}; GET /insights lists the ids.")
