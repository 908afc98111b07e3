"""Derive the insights of a run, and follow the lifecycle of those that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.documents import InsightsDocument
from contracts.paths import insights_key
from contracts.run_states import GATE_REFUSED
from kpi_engine.insights.engine import Insight, InsightReport, derive_insights
from kpi_engine.insights.explanation import explain
from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.validation import find_faults
from runtime.errors import BrokenInsight, InsightChanged
from runtime.models.domain.insights import REOPEN_TIME, InsightChange, InsightContent
from runtime.models.domain.runs import ForecastRun
from runtime.services.insights.facts_reading import FactsReading
from runtime.services.insights.lifecycle import RunVerdict, Sighting, list_changes
from runtime.services.insights.ports import InsightRepository
from runtime.services.insights.source_reading import SourceReading
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, RunRepository

ATTEMPTS = 3
NOT_PUBLISHED = "readers do not see this run, so that it changes no insight"


@dataclass(frozen=True)
class BuildResult:
    """What a run changed. silent: why categories were not judged, by name. skip_reason: why nothing was judged at all."""

    run_id: UUID
    changes: tuple[InsightChange, ...] = ()
    sightings: int = 0
    silent: Mapping[str, str] | None = None
    skip_reason: str | None = None

    @property
    def opened_count(self) -> int:
        """The number of new insights."""
        return sum(change.expected_version is None for change in self.changes)

    @property
    def closed_count(self) -> int:
        """The number of insights that were closed."""
        return sum(not change.insight.is_open and change.event is not None for change in self.changes)

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state."""
        return {
            "run_id": str(self.run_id),
            "sightings": self.sightings,
            "opened": self.opened_count,
            "closed": self.closed_count,
            "silent": dict(self.silent or {}),
            "skip_reason": self.skip_reason,
        }


@dataclass(frozen=True, kw_only=True)
class InsightBuilding:
    """Judge a run that readers see, or that the quality gate refused; any other run changes nothing."""

    runs: RunRepository
    facts: FactsReading
    sources: SourceReading
    insights: InsightRepository
    lake: Lake
    clock: Clock

    def build(self, run_id: UUID) -> BuildResult:
        """Store what a run says about insights; doing it again changes nothing. Raises RunNotFound, BrokenInsight, InsightChanged."""
        run = self.runs.get(run_id)
        if not _is_judged(run):
            return BuildResult(run_id, skip_reason=NOT_PUBLISHED)
        facts = self.facts.read(run)
        report = derive_insights(facts)
        verdict = self._judge(run, facts, report)
        changes = self._store(verdict)
        silent = {category.value: reason for category, reason in report.silent.items()}
        document: InsightsDocument = {
            "run_id": str(run_id),
            "as_of_date": run.as_of_date.isoformat(),
            "sightings": len(report.insights),
            "silent": silent,
            "judged_rules": list(report.judged_rules),
        }
        self.lake.write_json(insights_key(run_id), dict(document))
        return BuildResult(run_id, tuple(changes), len(report.insights), silent)

    def reproduce(self, run_id: UUID) -> dict[str, str]:
        """Derive the insights of a run from its sources once more, change nothing, and return their hashes by fingerprint."""
        facts = self.facts.read(self.runs.get(run_id))
        insights = derive_insights(facts).insights
        explanations = zip(insights, self._explain(insights, facts), strict=True)
        return {insight.fingerprint: str(explanation["reproduce"]["expected_hash"]) for insight, explanation in explanations}

    def _judge(self, run: ForecastRun, facts: RunFacts, report: InsightReport) -> RunVerdict:
        explanations = zip(report.insights, self._explain(report.insights, facts), strict=True)
        sightings = tuple(Sighting(each.fingerprint, to_content(each, text), each.child_fingerprints) for each, text in explanations)
        rules = frozenset(report.judged_rules)
        return RunVerdict(run_id=run.id, as_of_date=run.as_of_date, at=self.clock.now(), sightings=sightings, judged_rules=rules)

    def _explain(self, insights: Sequence[Insight], facts: RunFacts) -> list[JsonDocument]:
        explanations = []
        for insight, sources in zip(insights, self.sources.read_all(insights, facts), strict=True):
            explanation = explain(insight, facts, sources.entries, sources.limits)
            faults = find_faults(explanation)
            if faults:
                raise BrokenInsight(f"the explanation of {insight.finding.rule.id} is wrong: {'; '.join(faults)}")
            explanations.append(explanation)
        return explanations

    def _store(self, verdict: RunVerdict) -> Sequence[InsightChange]:
        """Store the changes; when somebody changes an insight at the same time, decide again on what is stored then."""
        for attempt in range(ATTEMPTS):
            changes = list_changes(self.insights.list_current(verdict.at - REOPEN_TIME), verdict)
            try:
                self.insights.apply(changes)
            except InsightChanged:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return changes
        return ()


def _is_judged(run: ForecastRun) -> bool:
    return run.published_at is not None or (run.failure is not None and run.failure["code"] == GATE_REFUSED)


def to_content(insight: Insight, explanation: Mapping[str, object]) -> InsightContent:
    """Return an insight as it is stored."""
    finding = insight.finding
    return InsightContent(
        rule_id=finding.rule.id,
        category=finding.rule.category,
        priority=insight.scores.priority,
        owner_role=finding.owner_role,
        headline=finding.headline,
        site_ids=finding.evidence.site_ids,
        rank=insight.scores.rank,
        deadline=insight.deadline,
        is_pushed=insight.is_pushed,
        next_command=finding.next_command,
        explanation=explanation,
    )
