"""The insight engine: from the facts of a run to ranked insights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import Finding
from kpi_engine.insights.roll_up import roll_up
from kpi_engine.insights.rules import (
    capacity,
    cost,
    data_quality,
    demand_anomaly,
    forecast_rules,
    inventory,
    muted_rules,
    service,
    transport,
)
from kpi_engine.insights.rules.rule_set import RuleSet
from kpi_engine.insights.scores import Scores, fingerprint, score_finding
from kpi_engine.insights.terms import InsightCategory, Priority

RULE_SETS: tuple[RuleSet, ...] = (
    data_quality.RULES,
    demand_anomaly.RULES,
    forecast_rules.ACCURACY_RULES,
    forecast_rules.BIAS_RULES,
    forecast_rules.HEALTH_RULES,
    capacity.RULES,
    transport.RULES,
    service.RULES,
    inventory.RULES,
    cost.RULES,
    muted_rules.RULES,
)
ALWAYS_HEARD = frozenset(rule.id for rule_set in RULE_SETS for rule in rule_set.rules if not rule.can_be_muted)
"""The rules that never mute themselves."""
BUDGET = 20
"""Insights per owner that are pushed; the others are ranked and listed."""
DAYS_TO_ACT = {Priority.CRITICAL: 1, Priority.HIGH: 2, Priority.MEDIUM: 5, Priority.LOW: 7}
NO_RULE = "no rule judges it yet"
RULE_FAILED = "its rules failed: a bug in Signify, which the run reports"


@dataclass(frozen=True)
class Insight:
    """A finding with its scores. is_pushed: within the budget of its owner. deadline: the last day to act."""

    finding: Finding
    scores: Scores
    fingerprint: str
    deadline: date
    is_pushed: bool = True

    @property
    def child_fingerprints(self) -> tuple[str, ...]:
        """The identities of the findings that it stands for."""
        return tuple(fingerprint(child) for child in self.finding.children)


@dataclass(frozen=True)
class InsightReport:
    """Insights, the highest rank first. silent: why a category was not judged. judged_rules: the ids of the rules that were.

    failures: what is wrong with the rules of a category that raised an error; its category is silent.
    """

    insights: tuple[Insight, ...]
    silent: Mapping[InsightCategory, str]
    judged_rules: tuple[str, ...]
    failures: tuple[str, ...] = ()


def derive_insights(facts: RunFacts, rule_sets: Sequence[RuleSet] = RULE_SETS, budget: int = BUDGET) -> InsightReport:
    """Judge every category that the facts suffice for, and rank what is found.

    >>> from datetime import date
    >>> report = derive_insights(RunFacts(run_id="1", as_of_date=date(2026, 11, 21), code_version="c"))
    >>> report.insights, report.silent[InsightCategory.DATA_QUALITY]
    ((), 'the run has no data-quality report')
    """
    silent = {category: NO_RULE for category in InsightCategory if category not in {each.category for each in rule_sets}}
    findings: list[Finding] = []
    judged_rules: list[str] = []
    failures: list[str] = []
    for rule_set in rule_sets:
        try:
            reason = rule_set.find_silence(facts)
            new_findings = list(rule_set.derive(facts)) if reason is None else []
        except Exception as error:  # noqa: BLE001 - one rule that fails takes none of the others with it
            reason, new_findings = RULE_FAILED, []
            failures.append(f"the rules of {rule_set.category} failed: {type(error).__name__}: {error}")
        if reason is not None:
            silent[rule_set.category] = reason
            continue
        judged_rules.extend(rule.id for rule in rule_set.rules)
        findings.extend(new_findings)
    insights = [_rank(finding, facts) for finding in roll_up(findings)]
    muted_ids = {record.rule_id for record in facts.rule_records if record.is_muted}
    return InsightReport(_apply_budget(insights, budget, muted_ids), silent, tuple(judged_rules), tuple(failures))


def _rank(finding: Finding, facts: RunFacts) -> Insight:
    """Score a finding. Nobody can act before the run: a deadline of old data that has passed by then is the day of the run."""
    scores = score_finding(finding, facts.as_of_date)
    deadline = finding.deadline or facts.today + timedelta(days=DAYS_TO_ACT[scores.priority])
    deadline = max(deadline, facts.today)
    return Insight(finding, scores, fingerprint(finding), deadline)


def _apply_budget(insights: Sequence[Insight], budget: int, muted_ids: Set[str]) -> tuple[Insight, ...]:
    """Return the insights in the order of their rank; of each owner's the first ones are pushed, none of a muted rule.

    Of equal identity, the first stays.
    """
    ranking = sorted(insights, key=lambda each: (-each.scores.rank, each.deadline, each.fingerprint))
    unique = {each.fingerprint: each for each in reversed(ranking)}
    counts: Counter[str] = Counter()
    result = []
    for insight in (each for each in ranking if unique[each.fingerprint] is each):
        if insight.finding.rule.id in muted_ids:
            result.append(replace(insight, is_pushed=False))
            continue
        counts[insight.finding.owner_role] += 1
        result.append(replace(insight, is_pushed=counts[insight.finding.owner_role] <= budget))
    return tuple(result)
