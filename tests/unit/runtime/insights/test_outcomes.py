"""What became of insights: which were used, whose prediction came true, and which rule mutes itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid5

import pytest

from contracts.paths import insights_key
from runtime.models.domain.insights import InsightEvent, InsightEventKind, InsightStatus, StoredInsight
from runtime.services.insights.outcomes import Outcomes
from tests.fakes import FixedClock
from tests.fakes.examples import STARTED_AT, a_run
from tests.fakes.insights import NAMESPACE, InMemoryEvidence, InMemoryInsights, a_content, an_insight
from tests.unit.runtime.insights.test_insight_building import LATE_FEED, RUN, World

DAY = date(2026, 11, 21)
PREDICTION = {
    "direction": "above",
    "last_date": str(DAY),
    "effect": 40.0,
    "rows": [{"first_date": str(DAY), "last_date": str(DAY), "expected": 140.0, "limit": 100.0, "site_ids": ["LDS1"], "sku_ids": []}],
}


def a_closed_insight(name: str, rule_id: str = "overload.v1", **changes: Any) -> StoredInsight:
    explanation = {**a_content().explanation, "prediction": PREDICTION}
    insight = an_insight(
        name,
        content=a_content(rule_id=rule_id, explanation=explanation),
        status=InsightStatus.RESOLVED,
        closed_at=STARTED_AT,
        closed_by="system",
    )
    return replace(insight, **changes)


def an_event(insight: StoredInsight, kind: InsightEventKind, **detail: object) -> InsightEvent:
    return InsightEvent(uuid5(NAMESPACE, f"{insight.fingerprint} {kind} {detail}"), insight.id, STARTED_AT, "someone", kind, 2, detail)


def store(insights: InMemoryInsights, *rows: StoredInsight) -> None:
    insights.by_id.update({each.id: each for each in rows})


@pytest.mark.parametrize(("units", "actual", "is_hit"), [(121.0, 21.0, True), (119.0, 19.0, False), (80.0, 0.0, False)])
def test_a_prediction_came_true_when_half_of_its_effect_did(units: float, actual: float, is_hit: bool) -> None:
    insights, evidence = InMemoryInsights(), InMemoryEvidence()
    store(insights, a_closed_insight("a"))
    evidence.units = units
    [event] = Outcomes(insights, evidence, FixedClock()).measure(a_run(as_of_date=DAY))
    assert (event.kind, event.detail["predicted_units"]) == (InsightEventKind.MEASURED, 40.0)
    assert (event.detail["actual_units"], event.detail["is_hit"]) == (actual, is_hit)


def test_a_prediction_is_measured_once_and_only_when_its_days_are_complete() -> None:
    insights, evidence = InMemoryInsights(), InMemoryEvidence()
    store(insights, a_closed_insight("a"), a_closed_insight("open", status=InsightStatus.NEW, closed_at=None, closed_by=None))
    outcomes = Outcomes(insights, evidence, FixedClock())
    assert outcomes.measure(a_run(as_of_date=DAY)) == []  # the demand of the day is not known yet
    evidence.units = 150.0
    assert outcomes.measure(a_run(as_of_date=DAY - timedelta(days=1))) == []
    assert [len(outcomes.measure(a_run(as_of_date=DAY))) for _ in range(2)] == [1, 0]


def test_a_fall_is_measured_downwards() -> None:
    insights, evidence = InMemoryInsights(), InMemoryEvidence()
    rows = [{**PREDICTION["rows"][0], "expected": 60.0}]  # type: ignore[index]
    explanation = {**a_content().explanation, "prediction": {**PREDICTION, "direction": "below", "rows": rows}}
    store(insights, a_closed_insight("a", content=a_content(explanation=explanation)))
    evidence.units = 70.0
    [event] = Outcomes(insights, evidence, FixedClock()).measure(a_run(as_of_date=DAY))
    assert (event.detail["actual_units"], event.detail["is_hit"]) == (30.0, True)


def test_the_hit_rate_of_a_rule_counts_only_what_was_measured() -> None:
    insights = InMemoryInsights()
    rows = [a_closed_insight(name) for name in "abcd"]
    store(insights, *rows)
    insights.add_events([an_event(each, InsightEventKind.MEASURED, is_hit=each is not rows[0]) for each in rows[:3]])
    [record] = Outcomes(insights, InMemoryEvidence(), FixedClock()).summarise()
    assert (record.closed_count, record.measured_count, record.hit_count) == (4, 3, 2)
    assert record.hit_rate == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("changes", "events", "is_useful"),
    [
        ({}, {}, False),
        ({"closed_by": "jane"}, {}, True),
        ({"closed_by": "jane", "status": InsightStatus.DISMISSED, "closing_reason": "known"}, {}, False),
        ({}, {InsightEventKind.CHANGED: {}}, True),
        ({"closed_by": "jane"}, {InsightEventKind.FEEDBACK: {"verdict": "WRONG"}}, False),
        ({}, {InsightEventKind.FEEDBACK: {"verdict": "USEFUL"}}, True),
    ],
)
def test_an_insight_was_useful_when_somebody_used_it_and_no_word_says_otherwise(
    changes: dict[str, Any], events: dict[InsightEventKind, dict[str, object]], is_useful: bool
) -> None:
    insights, insight = InMemoryInsights(), a_closed_insight("a", **changes)
    store(insights, insight)
    insights.add_events([an_event(insight, kind, **detail) for kind, detail in events.items()])
    [record] = Outcomes(insights, InMemoryEvidence(), FixedClock()).summarise()
    assert record.useful_count == is_useful


def a_world_whose_late_source_rule_nobody_uses(n_used: int, rule_id: str = "late_source.v1") -> World:
    world = World()
    world.publish()
    world.judge_input((LATE_FEED,))
    rows = [a_closed_insight(f"{place:02}", rule_id, closed_by="jane" if place < n_used else "system") for place in range(20)]
    store(world.insights, *rows)
    return world


def test_a_rule_that_nobody_uses_is_listed_but_not_pushed_and_raises_model_health() -> None:
    world = a_world_whose_late_source_rule_nobody_uses(5)
    world.building.build(RUN.id)
    by_rule = {each.content.rule_id: each for each in world.insights.by_id.values() if each.is_open}
    assert by_rule["late_source.v1"].content.is_pushed is False
    content = by_rule["muted_rule.v1"].content
    assert content.is_pushed
    assert content.headline == "The rule late_source.v1 muted itself: 5 of its last 20 insights were used"
    [record] = world.lake.read_json(insights_key(RUN.id))["rules"]
    assert (record["rule_id"], record["useful_percent"], record["is_muted"]) == ("late_source.v1", 25.0, True)


def test_a_rule_that_three_of_ten_insights_speak_for_stays_heard() -> None:
    world = a_world_whose_late_source_rule_nobody_uses(6)
    world.building.build(RUN.id)
    [late] = [each for each in world.insights.by_id.values() if each.is_open]
    assert (late.content.rule_id, late.content.is_pushed) == ("late_source.v1", True)


def test_a_run_that_the_gate_refused_is_never_muted() -> None:
    world = a_world_whose_late_source_rule_nobody_uses(0, "gate_refused.v1")
    [record] = world.building.outcomes.summarise()
    assert (record.useful_count, record.is_muted) == (0, False)


def test_the_hash_of_a_muted_rule_is_reproduced_from_what_the_run_knew() -> None:
    world = a_world_whose_late_source_rule_nobody_uses(5)
    world.building.build(RUN.id)
    [insight] = [each for each in world.insights.by_id.values() if each.content.rule_id == "muted_rule.v1"]
    store(world.insights, a_closed_insight("later", "late_source.v1", closed_by="jane", closed_at=STARTED_AT + timedelta(days=1)))
    reproduce: Any = insight.content.explanation["reproduce"]
    assert world.building.reproduce(RUN.id)[insight.fingerprint] == reproduce["expected_hash"]
