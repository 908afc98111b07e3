"""Derive the insights of a run, and follow the lifecycle of those that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.documents import InsightsDocument
from contracts.paths import insights_key
from contracts.run_states import GATE_REFUSED
from kpi_engine.insights.engine import RULE_SETS, Insight, InsightReport, derive_insights
from kpi_engine.insights.explanation import explain
from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.rule_records import RuleRecord, read_records
from kpi_engine.insights.rules.rule_set import RuleSet
from kpi_engine.insights.validation import find_faults
from runtime.errors import InsightChanged, NotFound
from runtime.models.domain.insights import REOPEN_TIME, InsightChange, InsightContent
from runtime.models.domain.runs import ForecastRun
from runtime.services.insights.facts_reading import FactsReading
from runtime.services.insights.lifecycle import RunVerdict, Sighting, list_changes
from runtime.services.insights.outcomes import Outcomes
from runtime.services.insights.ports import InsightRepository
from runtime.services.insights.source_reading import SourceReading, Sources
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, RunRepository

ATTEMPTS = 3
NOT_PUBLISHED = "readers do not see this run, so that it changes no insight"


@dataclass(frozen=True)
class Explanation:
    """An insight with its explanation, or what is wrong with that."""

    insight: Insight
    document: JsonDocument | None = None
    fault: str | None = None


@dataclass(frozen=True)
class BuildResult:
    """What a run changed. silent: why categories were not judged, by name. skip_reason: why nothing was judged at all.

    faults: what is wrong with rules and explanations that were left out; a bug in Signify. measured_ids: insights whose prediction was
    compared with what followed.
    """

    run_id: UUID
    changes: tuple[InsightChange, ...] = ()
    sightings: int = 0
    silent: Mapping[str, str] | None = None
    skip_reason: str | None = None
    faults: tuple[str, ...] = ()
    measured_ids: tuple[UUID, ...] = ()

    @property
    def touched_ids(self) -> list[UUID]:
        """The insights of which a row or an event is new."""
        return list(dict.fromkeys([*(change.insight.id for change in self.changes), *self.measured_ids]))

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
            "measured": len(self.measured_ids),
            "faults": list(self.faults),
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
    outcomes: Outcomes
    rule_sets: Sequence[RuleSet] = RULE_SETS

    def build(self, run_id: UUID) -> BuildResult:
        """Store what a run says about insights; doing it again changes nothing. Raises RunNotFound, InsightChanged.

        An insight whose explanation is wrong is left out and reported; what is stored of its rule stays as it is.
        """
        run = self.runs.get(run_id)
        if not _is_judged(run):
            return BuildResult(run_id, skip_reason=NOT_PUBLISHED)
        measures = self.outcomes.measure(run)
        records = self.outcomes.summarise()
        facts = replace(self.facts.read(run), rule_records=records)
        report = derive_insights(facts, self.rule_sets)
        explanations = self._explain(report.insights, facts)
        faults = (*report.failures, *(each.fault for each in explanations if each.fault))
        changes = self._store(self._judge(run, report, explanations, facts.dismissals))
        silent = {category.value: reason for category, reason in report.silent.items()}
        document: InsightsDocument = {
            "run_id": str(run_id),
            "as_of_date": run.as_of_date.isoformat(),
            "sightings": len(report.insights),
            "silent": silent,
            "judged_rules": list(report.judged_rules),
            "faults": list(faults),
            "rules": [dict(record.as_dict()) for record in records],
        }
        self.lake.write_json(insights_key(run_id), dict(document))
        return BuildResult(
            run_id, tuple(changes), len(report.insights), silent, faults=faults, measured_ids=tuple(event.insight_id for event in measures)
        )

    def reproduce(self, run_id: UUID) -> dict[str, str]:
        """Derive the insights of a run from its sources once more, change nothing, and return their hashes by fingerprint."""
        facts = replace(self.facts.read(self.runs.get(run_id)), rule_records=self._read_records(run_id))
        explanations = self._explain(derive_insights(facts, self.rule_sets).insights, facts)
        return {
            each.insight.fingerprint: str(each.document["reproduce"]["expected_hash"]) for each in explanations if each.document is not None
        }

    def _read_records(self, run_id: UUID) -> tuple[RuleRecord, ...]:
        """Return what the rules were worth when the run was judged; a run without the document was judged before there were records."""
        try:
            return read_records(self.lake.read_json(insights_key(run_id)).get("rules", ()))
        except NotFound:
            return ()

    def _judge(
        self, run: ForecastRun, report: InsightReport, explanations: Sequence[Explanation], dismissals: Mapping[str, str]
    ) -> RunVerdict:
        sightings = tuple(
            Sighting(
                each.insight.fingerprint,
                to_content(each.insight, each.document),
                each.insight.child_fingerprints,
                each.insight.finding.occurrence,
            )
            for each in explanations
            if each.document is not None
        )
        # A rule with a wrong explanation did not judge: an insight that it does not see any more may still be true.
        rules = frozenset(report.judged_rules) - {each.insight.finding.rule.id for each in explanations if each.fault}
        return RunVerdict(
            run_id=run.id,
            as_of_date=run.as_of_date,
            at=self.clock.now(),
            sightings=sightings,
            judged_rules=rules,
            dismissals=dismissals,
        )

    def _explain(self, insights: Sequence[Insight], facts: RunFacts) -> list[Explanation]:
        sources = self.sources.read_all(insights, facts)
        return [_explain_one(insight, facts, each) for insight, each in zip(insights, sources, strict=True)]

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


def _explain_one(insight: Insight, facts: RunFacts, sources: Sources) -> Explanation:
    rule_id = insight.finding.rule.id
    try:
        document = explain(insight, facts, sources.entries, sources.limits)
        faults = find_faults(document)
    except Exception as error:  # noqa: BLE001 - one explanation that fails takes none of the others with it
        return Explanation(insight, fault=f"the explanation of {rule_id} failed: {type(error).__name__}: {error}")
    if faults:
        return Explanation(insight, fault=f"the explanation of {rule_id} is wrong: {'; '.join(faults)}")
    return Explanation(insight, document)


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
