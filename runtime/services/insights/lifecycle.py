"""The lifecycle of insights: what a run's report changes in those that are stored. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from kpi_engine.insights.finding import Occurrence
from runtime.models.domain.insights import (
    CLAIMED_STATUSES,
    EXPIRY_DAYS,
    REOPEN_TIME,
    RUNS_UNTIL_RESOLVED,
    SYSTEM,
    InsightChange,
    InsightContent,
    InsightEvent,
    InsightEventKind,
    InsightStatus,
    StoredInsight,
)

NAMESPACE = UUID("5a2b7c0e-3a51-5d0b-9a0e-7f5f7a6c2d11")
TOLERANCE = 1e-6
"""Deviations that differ by less, as a share, are equal: those of an explanation are rounded."""
CONDITION_FALSE = f"the condition was false in {RUNS_UNTIL_RESOLVED} runs"


@dataclass(frozen=True)
class Sighting:
    """An insight of a run's report, and the identities of the findings that it contains. occurrence: as of its finding."""

    fingerprint: str
    content: InsightContent
    child_fingerprints: tuple[str, ...] = ()
    occurrence: Occurrence | None = None


@dataclass(frozen=True, kw_only=True)
class RunVerdict:
    """What a run says: the insights it sees, and the rules that it judged. An insight of any other rule is left as it is.

    dismissals: why groups of anomalies are none, by their ids.
    """

    run_id: UUID
    as_of_date: date
    at: datetime
    sightings: tuple[Sighting, ...]
    judged_rules: Set[str]
    dismissals: Mapping[str, str] = field(default_factory=dict)


def list_changes(insights: Sequence[StoredInsight], verdict: RunVerdict) -> list[InsightChange]:
    """Return what a run changes; judging the same run again changes nothing but content.

    insights: all open insights, and those that were closed or seen within the last 7 days. A run of an earlier day than the one that judged
    an insight last says nothing about it.
    """
    newest = _find_newest(insights, verdict)
    changes = [change for sighting in verdict.sightings for change in _see(newest.get(sighting.fingerprint), sighting, verdict)]
    ids = {change.insight.fingerprint: change.insight.id for change in changes}
    parents = {
        child: ids[sighting.fingerprint]
        for sighting in verdict.sightings
        if sighting.fingerprint in ids
        for child in sighting.child_fingerprints
    }
    seen_fingerprints = {sighting.fingerprint for sighting in verdict.sightings}
    for insight in insights:
        if insight.is_open and insight.fingerprint not in seen_fingerprints and insight.as_of_date <= verdict.as_of_date:
            changes.extend(_miss(insight, verdict, parents))
    return changes


def _find_newest(insights: Sequence[StoredInsight], verdict: RunVerdict) -> dict[str, StoredInsight]:
    """Return of each identity the open insight, else the one that was closed last, within the time in which it is opened again."""
    newest: dict[str, StoredInsight] = {}
    for insight in sorted(insights, key=lambda each: (each.is_open, each.closed_at or each.last_seen_at)):
        if insight.is_open or verdict.at - max(insight.last_seen_at, insight.closed_at or insight.last_seen_at) <= REOPEN_TIME:
            newest[insight.fingerprint] = insight
    return newest


def _see(insight: StoredInsight | None, sighting: Sighting, verdict: RunVerdict) -> Iterator[InsightChange]:
    if insight is None:
        yield _create(sighting, verdict)
    elif insight.as_of_date > verdict.as_of_date:
        return
    elif insight.status is InsightStatus.DISMISSED:
        yield InsightChange(_note(insight, verdict), insight.version, None)
    elif _is_settled(insight, sighting, verdict):
        # as_of_date stays that of the data on which somebody resolved it.
        yield InsightChange(replace(_note(insight, verdict), as_of_date=insight.as_of_date), insight.version, None)
    elif not insight.is_open:
        yield _change(_update(_open(insight), sighting, verdict), insight, InsightEventKind.REOPENED, verdict)
    else:
        yield from _see_again(insight, sighting, verdict)


def _is_settled(insight: StoredInsight, sighting: Sighting, verdict: RunVerdict) -> bool:
    """Whether somebody has resolved what a run sees: it sees nothing that happened since, only days that are still in its window."""
    if insight.status is not InsightStatus.RESOLVED or insight.closed_by == SYSTEM:
        return False
    if insight.last_run_id == verdict.run_id:
        return True
    occurrence = sighting.occurrence
    if occurrence is None or (occurrence.day is not None and occurrence.day > insight.as_of_date):
        return False
    return not (occurrence.is_larger_new and _deviation(sighting.content) > _deviation(insight.content) * (1 + TOLERANCE))


def _deviation(content: InsightContent) -> float:
    """Return by how much the value differs from what was expected, 0 where the explanation does not say."""
    measurement = content.explanation.get("what_happened")
    delta = measurement.get("delta") if isinstance(measurement, Mapping) else None
    return abs(delta) if isinstance(delta, int | float) else 0.0


def _create(sighting: Sighting, verdict: RunVerdict) -> InsightChange:
    insight = StoredInsight(
        id=uuid5(NAMESPACE, f"{sighting.fingerprint} {verdict.run_id}"),
        fingerprint=sighting.fingerprint,
        status=InsightStatus.NEW,
        version=1,
        content=sighting.content,
        as_of_date=verdict.as_of_date,
        first_seen_at=verdict.at,
        last_seen_at=verdict.at,
        last_run_id=verdict.run_id,
        judged_run_id=verdict.run_id,
    )
    return InsightChange(insight, None, _event(insight, InsightEventKind.CREATED, verdict, {}))


def _see_again(insight: StoredInsight, sighting: Sighting, verdict: RunVerdict) -> Iterator[InsightChange]:
    """Refresh the numbers of an insight, unless somebody has taken it up: then they are noted in the event."""
    is_same_run = insight.last_run_id == verdict.run_id
    if is_same_run and insight.content == sighting.content:
        return
    if insight.status in CLAIMED_STATUSES:
        if not is_same_run:
            detail = {"headline": sighting.content.headline, "what_happened": sighting.content.explanation.get("what_happened")}
            yield _change(_note(insight, verdict), insight, InsightEventKind.SEEN_AGAIN, verdict, detail)
        return
    yield _change(_update(insight, sighting, verdict), insight, InsightEventKind.SEEN_AGAIN, verdict)


def _update(insight: StoredInsight, sighting: Sighting, verdict: RunVerdict) -> StoredInsight:
    return replace(_note(insight, verdict), content=sighting.content)


def _note(insight: StoredInsight, verdict: RunVerdict) -> StoredInsight:
    """Note that a run sees the insight, once for each run."""
    count = insight.occurrence_count + (insight.last_run_id != verdict.run_id)
    return replace(
        insight,
        as_of_date=verdict.as_of_date,
        last_seen_at=verdict.at,
        last_run_id=verdict.run_id,
        judged_run_id=verdict.run_id,
        occurrence_count=count,
        missed_runs=0,
    )


def _open(insight: StoredInsight) -> StoredInsight:
    return replace(insight, status=InsightStatus.NEW, closed_at=None, closed_by=None, closing_reason=None, superseded_by=None)


def _miss(insight: StoredInsight, verdict: RunVerdict, parents: Mapping[str, UUID]) -> Iterator[InsightChange]:
    """Yield what follows when a run does not see an open insight."""
    if insight.fingerprint in parents:
        parent = parents[insight.fingerprint]
        closing = _close(insight, InsightStatus.SUPERSEDED, f"insight {parent} contains it", verdict)
        yield _change(replace(closing, superseded_by=parent), insight, InsightEventKind.CLOSED, verdict)
    elif insight.content.rule_id not in verdict.judged_rules:
        if insight.content.deadline + timedelta(days=EXPIRY_DAYS) < verdict.as_of_date:
            reason = f"no run has judged it until {EXPIRY_DAYS} days after its deadline"
            yield _change(_close(insight, InsightStatus.EXPIRED, reason, verdict), insight, InsightEventKind.CLOSED, verdict)
    elif dismissal := verdict.dismissals.get(_find_group(insight)):
        closing = _close(insight, InsightStatus.RESOLVED, f"its anomaly was dismissed, {dismissal}", verdict)
        yield _change(closing, insight, InsightEventKind.CLOSED, verdict)
    elif insight.judged_run_id != verdict.run_id:
        missing = replace(insight, judged_run_id=verdict.run_id, as_of_date=verdict.as_of_date, missed_runs=insight.missed_runs + 1)
        if missing.missed_runs < RUNS_UNTIL_RESOLVED:
            yield _change(missing, insight, InsightEventKind.NOT_SEEN, verdict)
        else:
            yield _change(_close(missing, InsightStatus.RESOLVED, CONDITION_FALSE, verdict), insight, InsightEventKind.CLOSED, verdict)


def _find_group(insight: StoredInsight) -> str:
    """The group of anomalies that an insight is about; empty for any other."""
    method = insight.content.explanation.get("method")
    parameters = method.get("parameters") if isinstance(method, Mapping) else None
    return str(parameters.get("anomaly_group", "")) if isinstance(parameters, Mapping) else ""


def _close(insight: StoredInsight, status: InsightStatus, reason: str, verdict: RunVerdict) -> StoredInsight:
    return replace(insight, status=status, closed_at=verdict.at, closed_by=SYSTEM, closing_reason=reason)


def _change(
    insight: StoredInsight, before: StoredInsight, kind: InsightEventKind, verdict: RunVerdict, detail: Mapping[str, object] | None = None
) -> InsightChange:
    new_insight = replace(insight, version=before.version + 1)
    status = {} if new_insight.status is before.status else {"from": before.status.value, "to": new_insight.status.value}
    reason = {"reason": new_insight.closing_reason} if new_insight.closing_reason else {}
    return InsightChange(new_insight, before.version, _event(new_insight, kind, verdict, {**status, **reason, **(detail or {})}))


def _event(insight: StoredInsight, kind: InsightEventKind, verdict: RunVerdict, detail: Mapping[str, object]) -> InsightEvent:
    identifier = uuid5(NAMESPACE, f"{insight.id} {insight.version} {kind}")
    content = {"run_id": str(verdict.run_id), "as_of_date": verdict.as_of_date.isoformat(), **detail}
    return InsightEvent(identifier, insight.id, verdict.at, SYSTEM, kind, insight.version, content)
