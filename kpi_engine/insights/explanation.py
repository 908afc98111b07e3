"""The explanation of an insight: a document of figures from which its text is written, with a hash over its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from math import fsum

from kpi_engine.insights.engine import Insight
from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import DO_NOTHING, Counterfactual, Driver, Finding, Money, PredictedDemand
from kpi_engine.insights.json_values import Json, JsonDocument

DECIMALS = 6
VERSION = 2
NOT_HASHED = ("insight_id", "version", "generated_at", "reproduce")
"""Members that do not follow from the sources: the identity in the database, and the hash itself."""


def explain(insight: Insight, facts: RunFacts, sources: Sequence[Mapping[str, object]], limits: Sequence[str] = ()) -> JsonDocument:
    """Return the explanation without identity: add insight_id, version and generated_at when it is stored.

    sources: the objects, versions and lines that the figures come from. limits: what is not known about the sources.
    """
    finding, scores = insight.finding, insight.scores
    content: JsonDocument = {
        "explanation_version": VERSION,
        "as_of_date": facts.as_of_date.isoformat(),
        "category": finding.rule.category.value,
        "scope": dict(finding.scope),
        "headline": finding.headline,
        "cause": finding.cause,
        "question_answered": finding.rule.question,
        "what_happened": _measurement(finding),
        "impact": {
            "units": finding.impact.units,
            "unit": finding.impact.unit,
            "money": _money(finding.impact.money),
            "money_reason": None if finding.impact.money else finding.impact.money_reason,
            "volume_percentile": finding.volume_share,
        },
        "drivers": _drivers(finding),
        "method": {
            "id": finding.rule.id,
            "forecast_model": facts.model_name,
            "model_version": facts.model_version,
            "decomposition": "additive, sums to the difference",
            "parameters": dict(finding.parameters),
            "code_version": facts.code_version,
        },
        "scores": {
            "impact": scores.impact,
            "impact_basis": scores.basis.value,
            "confidence": scores.confidence,
            "urgency": scores.urgency,
            "rank": scores.rank,
            "priority": scores.priority.value,
            "formula": "rank = impact * confidence / 100 * (0.5 + 0.5 * urgency)",
        },
        "confidence": {
            "score": finding.confidence.score,
            "factors": {
                "evidence": finding.confidence.evidence,
                "data_quality": finding.confidence.data_quality,
                "statistical": finding.confidence.statistical,
            },
        },
        "data_sources": [dict(source) for source in sources],
        "assumptions": list(finding.assumptions),
        "alternatives_rejected": [{"hypothesis": each.hypothesis, "why_rejected": each.why} for each in finding.rejections],
        "counterfactuals": [_counterfactual(each) for each in finding.counterfactuals],
        "recommended_action": {"action": finding.action, "owner_role": finding.owner_role, "deadline": insight.deadline.isoformat()},
        "sensitivity": [{"parameter": each.parameter, "breaks_if": each.comparison, "value": each.value} for each in finding.sensitivities],
        "limits": [*finding.limits, *limits],
        "prediction": _prediction(finding.predictions),
        "details": {name: [dict(row) for row in rows] for name, rows in finding.details.items()},
        "children": [_child(child) for child in finding.children],
    }
    content = round_numbers(content)
    return {**content, "reproduce": {"run_id": facts.run_id, "expected_hash": hash_content(content)}}


def hash_content(explanation: JsonDocument) -> str:
    """Return the hash of what follows from the sources, as sha256:<hexadecimal digits>.

    >>> hash_content({"headline": "a", "version": 3}) == hash_content({"version": 4, "headline": "a"})
    True
    """
    content = {name: value for name, value in explanation.items() if name not in NOT_HASHED}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def round_numbers(value: Json) -> Json:
    """Return a JSON value with its numbers rounded, so that it is the same whoever added them up; whole numbers become integers.

    >>> round_numbers({"a": [0.1 + 0.2, 3.0, True, None]})
    {'a': [0.3, 3, True, None]}
    """
    if isinstance(value, float):
        number = round(value, DECIMALS)
        return int(number) if number.is_integer() else number
    if isinstance(value, Mapping):
        return {name: round_numbers(each) for name, each in value.items()}
    return [round_numbers(each) for each in value] if isinstance(value, list | tuple) else value


def _counterfactual(action: Counterfactual) -> dict[str, object]:
    is_feasible = True if action.action == DO_NOTHING else action.is_feasible
    return {
        "action": action.action,
        "result": dict(action.result),
        "cost": _money(action.cost),
        "cost_reason": None if action.cost else action.cost_reason,
        "feasible": is_feasible,
        "feasibility_reason": None if is_feasible else action.feasibility_reason,
        "checked_constraints": list(action.constraints),
        "steps": [dict(step) for step in action.steps],
    }


def _prediction(predictions: Sequence[PredictedDemand]) -> dict[str, object] | None:
    """Return the predictions with their effect: what they expect beyond the limits, upwards or downwards as their sum goes."""
    if not predictions:
        return None
    sign = 1.0 if fsum(each.expected - each.limit for each in predictions) >= 0 else -1.0
    rows = [
        {
            "first_date": str(each.first_day),
            "last_date": str(each.last_day),
            "expected": each.expected,
            "limit": each.limit,
            "site_ids": list(each.site_ids),
            "sku_ids": list(each.sku_ids),
        }
        for each in predictions
    ]
    effect = fsum(max(0.0, sign * (each.expected - each.limit)) for each in predictions)
    last_day = max(each.last_day for each in predictions)
    return {"direction": "above" if sign > 0 else "below", "last_date": str(last_day), "effect": effect, "rows": rows}


def _child(child: Finding) -> dict[str, object]:
    """Return a child with the figures that its headline states."""
    measurement = _measurement(child)
    return {"headline": child.headline, "scope": dict(child.scope), "what_happened": measurement, "parameters": dict(child.parameters)}


def _measurement(finding: Finding) -> dict[str, object]:
    measurement = finding.measurement
    has_interval = measurement.lower is not None or measurement.upper is not None
    return {
        "metric": measurement.metric,
        "value": measurement.value,
        "unit": measurement.unit,
        "expected": measurement.expected,
        "delta": measurement.delta,
        "threshold": measurement.threshold,
        "interval": {"level": measurement.level, "lower": measurement.lower, "upper": measurement.upper} if has_interval else None,
    }


def _drivers(finding: Finding) -> list[dict[str, object]]:
    delta = finding.measurement.delta
    return [_driver(driver, delta) for driver in finding.drivers] if delta else []


def _driver(driver: Driver, delta: float) -> dict[str, object]:
    count = {} if driver.count is None else {"count": driver.count}
    return {
        "kind": driver.kind,
        "key": driver.key,
        **count,
        "contribution_units": driver.units,
        "contribution_pct": 100 * driver.units / delta,
        "direction": "up" if driver.units > 0 else "down",
    }


def _money(money: Money | None) -> dict[str, object] | None:
    return None if money is None else {"low": money.low, "expected": money.expected, "high": money.high, "currency": money.currency}
