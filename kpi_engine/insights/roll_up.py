"""Findings that share a cause become one: many late sites of one data set, or many bad files of one source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import fsum

from kpi_engine.insights.finding import (
    Counterfactual,
    Driver,
    Evidence,
    Finding,
    Impact,
    Measurement,
    Money,
    Occurrence,
    Value,
    adds_up,
)
from kpi_engine.insights.rules.rule_set import rank_drivers
from kpi_engine.insights.scores import fingerprint
from kpi_engine.insights.terms import OUTCOME

SHARED_PERCENT = 60.0
"""Percent of the change of all findings of a rule that must share one value of a dimension."""


def roll_up(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those of a rule and direction that share most of their change as one parent with its children.

    Only findings that measure the same in the same unit are added up; rates, such as percentages, are not added up at all.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        own = fingerprint(finding) if finding.is_cause else ""
        measure = (finding.measurement.metric, finding.measurement.unit, finding.impact.unit)
        groups.setdefault((finding.rule.id, finding.direction, finding.period + own, *measure), []).append(finding)
    return [finding for group in groups.values() for finding in _roll_up_group(group)]


def _roll_up_group(group: Sequence[Finding]) -> list[Finding]:
    # findings without a size count by their number, and so do rates: two sites that are 3 points below do not make one that is 6 below
    has_sizes = adds_up(group[0].measurement.unit) and any(map(_size, group))
    weights = {id(finding): _size(finding) if has_sizes else 1.0 for finding in group}
    total = fsum(weights.values())
    best: tuple[float, str, str] | None = None
    for name, value in sorted({pair for finding in group for pair in finding.scope.items()}):
        members = [finding for finding in group if finding.scope.get(name) == value]
        share = 100 * fsum(weights[id(finding)] for finding in members) / total
        if len(members) > 1 and share >= SHARED_PERCENT and (best is None or share > best[0]):
            best = (share, name, value)
    if best is None:
        return list(group)
    _, name, value = best
    children = sorted((each for each in group if each.scope.get(name) == value), key=lambda each: (-_size(each), fingerprint(each)))
    return [_merge(children, name, value), *(each for each in group if each.scope.get(name) != value)]


def _size(finding: Finding) -> float:
    return abs(finding.measurement.delta or 0.0)


def _merge(children: Sequence[Finding], name: str, value: str) -> Finding:
    """Return the parent: the text of the largest child, the sums of all, and each child as a driver.

    Of a rate, which has no sum, measurement, drivers and impact are those of the largest child, as its text is.
    """
    worst, n_others = children[0], len(children) - 1
    measurement, drivers = worst.measurement, worst.drivers
    if adds_up(measurement.unit):
        measurement = _sum_measurements(children)
        parts = [Driver("finding", _label(each, name), each.measurement.delta or 0.0) for each in children]
        drivers = rank_drivers(parts, measurement.delta) if measurement.delta is not None else ()
    return replace(
        worst,
        scope={name: value},
        headline=f"{worst.headline} (and {n_others} more {value if name == OUTCOME else f'of {value}'})",
        measurement=measurement,
        impact=_sum_impacts(children),
        volume_share=max(each.volume_share for each in children),
        drivers=drivers,
        details={},
        predictions=tuple(each for child in children for each in child.predictions),
        counterfactuals=_sum_counterfactuals(children),
        sensitivities=(),
        rejections=(),
        parameters={**worst.parameters, "findings": len(children), "other_findings": n_others},
        evidence=_join_evidence(children),
        occurrence=_join_occurrences(children),
        children=tuple(children),
    )


def _label(finding: Finding, dimension: str) -> str:
    others = [value for name, value in sorted(finding.scope.items()) if name != dimension]
    return ", ".join(others) or next(iter(finding.scope.values()), finding.rule.id)


def _sum_measurements(children: Sequence[Finding]) -> Measurement:
    """Add up values and expectations; one that is unknown makes the sum unknown, and not smaller."""
    worst = children[0].measurement
    expectations = [each.measurement.expected for each in children if each.measurement.expected is not None]
    expected = fsum(expectations) if len(expectations) == len(children) else None
    return Measurement(worst.metric, fsum(each.measurement.value for each in children), worst.unit, expected)


def _sum_impacts(children: Sequence[Finding]) -> Impact:
    units = fsum(each.impact.units for each in children) if adds_up(children[0].impact.unit) else children[0].impact.units
    amounts = [each.impact.money for each in children]
    present = [amount for amount in amounts if amount is not None]
    if len(present) == len(children) and len({amount.currency for amount in present}) == 1:
        return Impact(units, children[0].impact.unit, Money(fsum(amount.expected for amount in present), present[0].currency))
    return Impact(units, children[0].impact.unit, money_reason=children[0].impact.money_reason or "not_all_have_a_price")


def _sum_counterfactuals(children: Sequence[Finding]) -> tuple[Counterfactual, ...]:
    """Sum up the numbers of actions that all children have; truths hold only if they hold for all."""
    return tuple(
        _merge_actions([each.counterfactuals[place] for each in children])
        for place, action in enumerate(children[0].counterfactuals)
        if all(len(each.counterfactuals) > place and each.counterfactuals[place].action == action.action for each in children)
    )


def _merge_actions(actions: Sequence[Counterfactual]) -> Counterfactual:
    """Return one action for all: possible only if each is, impossible if one is, at the sum of what they cost."""
    costs = [action.cost for action in actions if action.cost is not None]
    is_priced = len(costs) == len(actions) and len({cost.currency for cost in costs}) == 1
    worst = next(
        (each for each in actions if each.is_feasible is False), next((each for each in actions if each.is_feasible is None), None)
    )
    return replace(
        actions[0],
        steps=(),
        result=_sum_results(actions),
        cost=Money(fsum(cost.expected for cost in costs), costs[0].currency) if is_priced else None,
        cost_reason=None if is_priced else next((each.cost_reason for each in actions if each.cost_reason), "not_all_have_a_price"),
        is_feasible=worst.is_feasible if worst else True,
        feasibility_reason=worst.feasibility_reason if worst else None,
    )


def _sum_results(actions: Sequence[Counterfactual]) -> dict[str, Value]:
    results: dict[str, Value] = {}
    for key in actions[0].result:
        values = [action.result.get(key) for action in actions]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if isinstance(values[0], bool):
            results[key] = all(values)
        elif len(numbers) < len(values):
            results[key] = None
        else:
            results[key] = fsum(numbers) if adds_up(key) else values[0]
    return results


def _join_occurrences(children: Sequence[Finding]) -> Occurrence | None:
    """Return the newest occurrence; None when a child is about coming days, or a state that lasts."""
    occurrences = [each.occurrence for each in children if each.occurrence is not None]
    if len(occurrences) < len(children):
        return None
    day = max((each.day for each in occurrences if each.day), default=None)
    return Occurrence(day, any(each.is_larger_new for each in occurrences))


def _join_evidence(children: Sequence[Finding]) -> Evidence:
    evidence = [each.evidence for each in children]
    keys = {each.object_key for each in evidence}
    return Evidence(
        first_day=min((each.first_day for each in evidence if each.first_day), default=None),
        last_day=max((each.last_day for each in evidence if each.last_day), default=None),
        site_ids=tuple(sorted({site for each in evidence for site in each.site_ids})),
        sku_ids=tuple(sorted({sku for each in evidence for sku in each.sku_ids})),
        object_key=keys.pop() if len(keys) == 1 else None,
        dataset=evidence[0].dataset if len({each.dataset for each in evidence}) == 1 else None,
    )
