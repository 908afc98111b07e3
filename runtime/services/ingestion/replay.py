"""Replays: mended rows that take the places of quarantined rows of an object, their original.

Every row states the line of its original in the column `signify_line`, as in the file of bad rows. A row that is usable takes the place of
the row at its line, as if the original had been right; the others are refused, and the rows at their lines stay open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from contracts.bad_rows import LINE_COLUMN
from contracts.datasets import Column, ColumnType, Contract
from contracts.paths import replayed_object
from contracts.places import describe_place, parse_place
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.models.domain.quarantine import RECORDS_KEPT, QuarantineChange
from runtime.models.domain.row_checks import BadRow
from runtime.services.ingestion.staging.rejection import ObjectRejected
from runtime.services.object_ports import IngestedObjects

ACTOR = "data_processor"
REFUSALS_SHOWN = 20
ROWS_NAMED = 3
"""Rows that a reason names of those that it refuses."""
LINE = Column(LINE_COLUMN, ColumnType.STRING, "Line of the row in the file whose row is replaced.")
REPLAYABLE = {ObjectStatus.ACCEPTED, ObjectStatus.REJECTED}


@dataclass(frozen=True)
class Refusal:
    """A row that takes no place, as text, and why."""

    row: str
    cause: str


@dataclass(frozen=True)
class Replay:
    """Which rows of a file take which lines of the original, and why the others do not."""

    lines: Mapping[int, int]
    """Line in the file -> line in the original."""
    refusals: tuple[Refusal, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The refused rows by reason, the first of them named."""
        if not self.refusals:
            return ()
        causes: dict[str, list[str]] = {}
        for refusal in self.refusals:
            causes.setdefault(refusal.cause, []).append(refusal.row)
        texts = [f"{_name_rows(rows)}: {cause}" for cause, rows in causes.items()]
        more = sum(len(rows) for rows in list(causes.values())[REFUSALS_SHOWN:])
        head = f"{len(self.refusals):,} of {len(self.refusals) + len(self.lines):,} rows were not replayed"
        return (head, *texts[:REFUSALS_SHOWN], *([f"... and {more:,} more rows"] if more > 0 else []))

    def require_rows(self) -> None:
        """Raise ObjectRejected when no row takes a place."""
        if not self.lines:
            text = "; ".join(self.warnings) or "the file has no rows"
            raise ObjectRejected(ReasonCode.REPLAY, f"no row was replayed: {text}")


def find_original(record: IngestedObject, objects: IngestedObjects) -> IngestedObject | None:
    """Return the object whose rows the key of a new object says that it replays; None for one that replays nothing.

    Raises ObjectRejected when there is no such object, or none of its rows can be replayed.
    """
    text = replayed_object(record.key)
    if text is None:
        return None
    original = find_object(objects, text)
    if original is None:
        reason = f"the key states replay_of={text[:60]}, and no object has this id; GET /data-quality/quarantine lists the ids"
        raise ObjectRejected(ReasonCode.REPLAY, reason)
    if original.dataset != record.dataset:
        reason = f"object {original.id} is of the data set {original.dataset}, the file of {record.dataset}; upload it to that data set"
        raise ObjectRejected(ReasonCode.REPLAY, reason)
    if (obstacle := reason_against_replay(original)) is not None:
        raise ObjectRejected(ReasonCode.REPLAY, obstacle)
    return original


def find_object(objects: IngestedObjects, text: str) -> IngestedObject | None:
    """Return the object whose id a text is; None for any other text."""
    try:
        return objects.find(UUID(text))
    except ValueError:
        return None


def reason_against_replay(original: IngestedObject) -> str | None:
    """Return why no row of an object can be replayed; None when its rows can."""
    if original.replay_of is not None:
        return f"object {original.id} is a replay itself: replay the rows of object {original.replay_of}"
    if original.status in REPLAYABLE:
        return None
    if original.duplicate_of is not None:
        return f"object {original.id} is a duplicate: replay the rows of object {original.duplicate_of}"
    return f"object {original.id} is {original.status}: no run reads it, so its rows need no replay"


def with_line_column(contract: Contract) -> Contract:
    """Return the contract with the column of lines, which a replay is staged with."""
    return replace(contract, columns=(*contract.columns, LINE))


def match_lines(
    texts: Sequence[tuple[int, str | None]], bad_rows: Sequence[BadRow], open_lines: Sequence[int], sheets: Sequence[str] = ()
) -> Replay:
    """Decide for every row of a file whether it takes the place of a row of the original.

    texts: the line of each row, and what it states as the line of its original. bad_rows: the rows that break a rule. open_lines: the lines
    of the open quarantined rows of the original; sheets: the sheets of the original. Raises ObjectRejected for a file of more rows than an
    object has records.
    """
    if len(texts) > RECORDS_KEPT:
        reason = f"the file has {len(texts):,} rows, a replay at most {RECORDS_KEPT:,}; correct the whole file and upload it under its name"
        raise ObjectRejected(ReasonCode.REPLAY, reason)
    places = {line: parse_place(text or "", sheets) for line, text in texts}
    rows = [(line, text, places[line]) for line, text in texts]
    refusals = dict(_refusals(rows, {row.line: row for row in bad_rows}, set(open_lines), sheets))
    lines = {line: place for line, place in places.items() if line not in refusals and place is not None}
    return Replay(lines, tuple(refusals.values()))


def make_change(record: IngestedObject, original: IngestedObject, replay: Replay) -> QuarantineChange:
    """Return what an accepted replay changes in quarantine, with the event about it."""
    lines = sorted(replay.lines.values())
    detail = {"key": original.key, "replayed_by": str(record.id), "replay_key": record.key, "lines": lines}
    reason = f"replayed by object {record.id}"
    event = AuditEvent(uuid4(), record.received_at, ACTOR, AuditAction.REPLAY_RECORDS, str(original.id), reason, detail)
    return QuarantineChange(replayed_lines=lines, event=event)


def _refusals(
    rows: Sequence[tuple[int, str | None, int | None]], bad_rows: Mapping[int, BadRow], open_lines: set[int], sheets: Sequence[str]
) -> Iterator[tuple[int, Refusal]]:
    counts = Counter(place for _, _, place in rows)
    for line, text, place in rows:
        row = f"line {line}" if place is None or place == line else f"line {line} ({describe_place(place, sheets)} of the original)"
        if (bad_row := bad_rows.get(line)) is not None:
            yield line, Refusal(row, f"{bad_row.code}: {bad_row.reason}")
        elif place is None:
            yield line, Refusal(row, f"{LINE_COLUMN} is {text!r}; it names the line of the row in the original, such as 17")
        elif counts[place] > 1:
            yield line, Refusal(row, f"{counts[place]} rows of the file have this line; one row takes the place of one")
        elif place not in open_lines:
            cause = "no open quarantined row of the original has this line; ./signify quarantine show lists those"
            yield line, Refusal(row, cause)


def _name_rows(rows: Sequence[str]) -> str:
    """Return rows as text, the first of them named.

    >>> _name_rows(["line 2", "line 3", "line 4", "line 5"])
    'line 2, line 3, line 4 and 1 more'
    """
    more = len(rows) - ROWS_NAMED
    return ", ".join(rows[:ROWS_NAMED]) + (f" and {more:,} more" if more > 0 else "")
