"""Read from which objects, versions and lines the figures of an insight come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from contracts import datasets
from kpi_engine.insights.engine import Insight
from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Evidence, Finding
from runtime.errors import ManifestNotFound
from runtime.services.insights.ports import ObjectLines, RowSelection, RunEvidence
from runtime.services.runs.manifests import Manifests

MOST_DAYS = timedelta(days=92)
WHOLE_OBJECTS = "where no lines of a source are listed, the figures come from all its rows"
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
        score = facts.quality.score if facts.quality else None
        try:
            objects = {UUID(str(entry["object_id"])): entry for entry in self.manifests.list_entries(UUID(facts.run_id))}
        except ManifestNotFound:
            return [Sources((), (SOURCES_GONE,)) for _ in insights]
        parts = [_list_parts(insight.finding) for insight in insights]
        selections = {part: selection for each in parts for part in each if (selection := _select_days(UUID(facts.run_id), part))}
        lines = dict(zip(selections, self.evidence.source_lines(UUID(facts.run_id), list(selections.values())), strict=True))
        return [_join([_read_part(part, objects, lines.get(part), score) for part in each]) for each in parts]


def _list_parts(finding: Finding) -> list[Evidence]:
    """Return the evidence of a finding and its other sources, in one form."""
    others = []
    for each in finding.sources:
        names = datasets.list_demand_names() if each.dataset is None else (each.dataset,)
        others += [Evidence(each.first_day, each.last_day, each.site_ids, dataset=name) for name in names]
    return [finding.evidence, *others]


def _read_part(
    part: Evidence, objects: Mapping[UUID, Mapping[str, object]], lines: Sequence[ObjectLines] | None, score: float | None
) -> Sources:
    if lines is None:
        whole = tuple(_whole(entry, score) for entry in _select(list(objects.values()), part))
        return Sources(whole, (WHOLE_OBJECTS,) if whole else ())
    entries = tuple(_with_lines(objects[each.object_id], each, score) for each in lines if each.object_id in objects)
    return Sources(entries, _cut(lines))


def _join(parts: Sequence[Sources]) -> Sources:
    """Return the sources of all parts, each object once for each list of its lines."""
    entries = {(str(each["object"]), str(each["row_ranges"])): dict(each) for part in parts for each in part.entries}
    if not entries:
        return Sources((), (NO_OBJECT,))
    return _limit(list(entries.values()), tuple(dict.fromkeys(limit for part in parts for limit in part.limits)))


def _cut(lines: Sequence[ObjectLines]) -> tuple[str, ...]:
    """Return a limit when not every line of a source is listed."""
    is_cut = any(sum(last - first + 1 for first, last in each.line_ranges) < each.rows for each in lines)
    return (MORE_LINES,) if is_cut else ()


def _select_days(run_id: UUID, evidence: Evidence) -> RowSelection | None:
    first, last = evidence.first_day, evidence.last_day
    if first is None or last is None or last - first > MOST_DAYS:
        return None
    return RowSelection(run_id, first, last, evidence.site_ids, evidence.sku_ids, evidence.dataset)


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
