"""Read from which objects, versions and lines the figures of an insight come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kpi_engine.insights.engine import Insight
from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Evidence
from runtime.errors import ManifestNotFound
from runtime.services.insights.ports import ObjectLines, RowSelection, RunEvidence
from runtime.services.runs.manifests import Manifests

MOST_DAYS = timedelta(days=92)
WHOLE_OBJECTS = "the lines of the sources are not listed: the figures come from all their rows"
NO_OBJECT = "no object that the run has read is a source of these figures"
MOST_OBJECTS = 50
SOURCES_GONE = "the manifest of the run is deleted, so that its sources are not known"
MORE_LINES = "of a source with many ranges of lines, only the first are listed; its number of rows counts all"
MORE_SOURCES = "only the sources with the most rows are listed"


@dataclass(frozen=True)
class Sources:
    """The sources of an insight, and what is not known about them."""

    entries: tuple[Mapping[str, object], ...]
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceReading:
    """Find the sources in the manifest of the run and in its curated rows."""

    manifests: Manifests
    evidence: RunEvidence

    def read_all(self, insights: Sequence[Insight], facts: RunFacts) -> list[Sources]:
        """Return the sources of each insight: with lines where it is about single days, else the whole objects of its data set."""
        run_id, score = UUID(facts.run_id), facts.quality.score if facts.quality else None
        try:
            objects = {UUID(str(entry["object_id"])): entry for entry in self.manifests.list_entries(run_id)}
        except ManifestNotFound:
            return [Sources((), (SOURCES_GONE,)) for _ in insights]
        evidence = [insight.finding.evidence for insight in insights]
        days = {place: selection for place, each in enumerate(evidence) if (selection := _select_days(run_id, each))}
        lines = dict(zip(days, self.evidence.source_lines(run_id, list(days.values())), strict=True))
        return [
            _limit(
                [_with_lines(objects[each.object_id], each, score) for each in lines[place] if each.object_id in objects],
                _cut(lines[place]),
            )
            if place in lines
            else _list_whole([_whole(entry, score) for entry in _select(list(objects.values()), part)])
            for place, part in enumerate(evidence)
        ]


def _cut(lines: Sequence[ObjectLines]) -> tuple[str, ...]:
    """Return a limit when not every line of a source is listed."""
    is_cut = any(sum(last - first + 1 for first, last in each.line_ranges) < each.rows for each in lines)
    return (MORE_LINES,) if is_cut else ()


def _select_days(run_id: UUID, evidence: Evidence) -> RowSelection | None:
    first, last = evidence.first_day, evidence.last_day
    if first is None or last is None or last - first > MOST_DAYS:
        return None
    return RowSelection(run_id, first, last, evidence.site_ids, evidence.sku_ids)


def _list_whole(entries: Sequence[dict[str, object]]) -> Sources:
    return _limit(entries, (WHOLE_OBJECTS if entries else NO_OBJECT,))


def _limit(entries: Sequence[dict[str, object]], limits: tuple[str, ...]) -> Sources:
    ranking = sorted(entries, key=lambda each: (-int(str(each["rows"])), str(each["object"])))
    return Sources(tuple(ranking[:MOST_OBJECTS]), (*limits, *([MORE_SOURCES] if len(ranking) > MOST_OBJECTS else [])))


def _select(entries: Sequence[Mapping[str, object]], evidence: Evidence) -> Iterator[Mapping[str, object]]:
    for entry in entries:
        if evidence.object_key not in (None, entry["key"]) or evidence.dataset not in (None, entry["dataset"]):
            continue
        yield entry


def _with_lines(entry: Mapping[str, object], lines: ObjectLines, score: float | None) -> dict[str, object]:
    return {**_whole(entry, score), "rows": lines.rows, "row_ranges": [list(each) for each in lines.line_ranges]}


def _whole(entry: Mapping[str, object], score: float | None) -> dict[str, object]:
    return {
        "dataset": entry["dataset"],
        "object": entry["key"],
        "version_id": entry["version_id"],
        "sha256": entry["sha256"],
        "row_ranges": None,
        "rows": entry["rows"],
        "quality_score": score,
    }
