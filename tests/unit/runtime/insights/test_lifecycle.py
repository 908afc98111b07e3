"""What a run changes in the insights that are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from kpi_engine.insights.finding import Occurrence
from runtime.models.domain.insights import InsightEventKind, InsightStatus, StoredInsight
from runtime.services.insights.lifecycle import RunVerdict, Sighting, list_changes
from tests.fakes.examples import STARTED_AT
from tests.fakes.insights import InMemoryInsights, a_content

RULE = a_content().rule_id
DAY = date(2026, 11, 21)


class World:
    """Runs, one a day, and what they leave."""

    def __init__(self) -> None:
        self.insights, self.day = InMemoryInsights(), 0

    def run(
        self,
        *fingerprints: str,
        rules: tuple[str, ...] = (RULE,),
        children: tuple[str, ...] = (),
        days: int = 1,
        headline: str = "x",
        occurrence: Occurrence | None = None,
        deviation: float = 1.0,
    ) -> None:
        self.day += days
        content = a_content(headline=headline)
        content = replace(content, explanation={**content.explanation, "what_happened": {"delta": deviation}})
        sightings = tuple(Sighting(each, content, children, occurrence) for each in fingerprints)
        self.verdict = RunVerdict(
            run_id=uuid4(),
            as_of_date=DAY + timedelta(days=self.day),
            at=STARTED_AT + timedelta(days=self.day),
            sightings=sightings,
            judged_rules=frozenset(rules),
        )
        self.judge(self.verdict)

    def judge(self, verdict: RunVerdict) -> None:
        self.insights.apply(list_changes(self.insights.list_current(verdict.at - timedelta(days=7)), verdict))

    def set(self, **changes: object) -> None:
        insight = self.one
        self.insights.by_id[insight.id] = replace(insight, **changes)  # type: ignore[arg-type]

    @property
    def one(self) -> StoredInsight:
        (insight,) = self.insights.by_id.values()
        return insight

    @property
    def kinds(self) -> list[str]:
        return [event.kind.value for event in self.insights.events.values()]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("status", [InsightStatus.NEW, InsightStatus.IN_PROGRESS])
def test_an_insight_whose_anomaly_was_dismissed_is_closed_at_once_with_the_reason(world: World, status: InsightStatus) -> None:
    world.run("f")
    explanation = {"method": {"parameters": {"anomaly_group": "g1"}}}
    world.set(status=status, content=replace(world.one.content, explanation=explanation))
    other = replace(world.verdict, run_id=uuid4(), as_of_date=DAY + timedelta(days=2), sightings=(), dismissals={"g2": "not real: x"})
    world.judge(other)
    assert world.one.status is status
    world.judge(replace(other, run_id=uuid4(), dismissals={"g1": "not real: a stock count"}))
    assert world.one.status is InsightStatus.RESOLVED
    assert world.one.closing_reason == "its anomaly was dismissed, not real: a stock count"


def test_a_repeated_finding_is_one_insight_with_a_count_and_new_numbers(world: World) -> None:
    world.run("a", headline="first")
    world.run("a", headline="second")
    assert (world.one.occurrence_count, world.one.version, world.one.content.headline) == (2, 2, "second")


def test_judging_the_same_run_again_changes_nothing(world: World) -> None:
    world.run("a")
    world.run()
    before = world.one
    world.judge(world.verdict)
    assert world.one == before
    assert before.missed_runs == 1


def test_a_condition_that_is_false_in_two_runs_is_resolved_by_the_system(world: World) -> None:
    world.run("a")
    world.run()
    assert world.one.is_open
    world.run()
    assert (world.one.status, world.one.closed_by) == (InsightStatus.RESOLVED, "system")
    assert world.kinds == ["CREATED", "NOT_SEEN", "CLOSED"]


def test_one_run_without_it_between_two_with_it_resolves_nothing(world: World) -> None:
    for fingerprints in (["a"], [], ["a"], []):
        world.run(*fingerprints)
    assert (world.one.is_open, world.one.missed_runs) == (True, 1)


@pytest.mark.parametrize(("days", "count"), [(7, 1), (8, 2)])
def test_true_again_within_seven_days_opens_the_same_insight_and_later_another_one(world: World, days: int, count: int) -> None:
    world.run("a")
    world.run()
    world.run()
    world.run("a", days=days)
    assert len(world.insights.by_id) == count
    assert sum(each.is_open for each in world.insights.by_id.values()) == 1
    assert (InsightEventKind.REOPENED in world.kinds) == (count == 1)


def test_a_rule_that_is_not_judged_resolves_nothing(world: World) -> None:
    world.run("a")
    for _ in range(5):
        world.run(rules=())
    assert (world.one.status, world.one.missed_runs) == (InsightStatus.NEW, 0)


def test_an_insight_that_no_run_judges_long_after_its_deadline_expires(world: World) -> None:
    world.run("a")
    world.run(rules=(), days=21)
    assert world.one.is_open
    world.run(rules=(), days=1)
    assert world.one.status is InsightStatus.EXPIRED


@pytest.mark.parametrize("status", [InsightStatus.ACKNOWLEDGED, InsightStatus.IN_PROGRESS])
def test_the_content_of_a_claimed_insight_is_frozen_and_the_new_numbers_are_an_event(world: World, status: InsightStatus) -> None:
    world.run("a", headline="first")
    world.set(status=status)
    world.run("a", headline="second")
    assert (world.one.content.headline, world.one.occurrence_count, world.one.status) == ("first", 2, status)
    assert list(world.insights.events.values())[-1].detail["headline"] == "second"


def test_a_dismissed_insight_stays_dismissed_while_its_condition_lasts(world: World) -> None:
    world.run("a")
    world.set(status=InsightStatus.DISMISSED, closed_at=STARTED_AT, closed_by="c", closing_reason="no")
    for _ in range(12):
        world.run("a")
    assert (world.one.status, world.one.occurrence_count) == (InsightStatus.DISMISSED, 13)
    world.run("a", days=8)
    assert sum(each.is_open for each in world.insights.by_id.values()) == 1


BY_HAND = {"status": InsightStatus.RESOLVED, "closed_at": STARTED_AT + timedelta(days=1), "closed_by": "c"}


def test_what_somebody_resolved_stays_resolved_as_long_as_only_its_days_are_in_the_window(world: World) -> None:
    spike = Occurrence(DAY + timedelta(days=1))
    world.run("a", occurrence=spike)
    world.set(**BY_HAND)
    for _ in range(12):
        world.run("a", occurrence=spike)
    assert (world.one.status, world.one.version, world.one.occurrence_count) == (InsightStatus.RESOLVED, 1, 13)
    world.run("a", occurrence=Occurrence(DAY + timedelta(days=world.day)))
    assert (world.one.status, world.kinds[-1]) == (InsightStatus.NEW, "REOPENED")


def test_the_same_run_judged_again_does_not_open_what_somebody_resolved_since(world: World) -> None:
    world.run("a")
    world.set(**BY_HAND)
    world.judge(world.verdict)
    assert world.one.status is InsightStatus.RESOLVED


@pytest.mark.parametrize(("deviation", "is_open"), [(-9.0, False), (-10.0, False), (-11.0, True)])
def test_what_is_measured_over_a_window_opens_again_when_it_got_worse_or_the_window_is_new(
    world: World, deviation: float, is_open: bool
) -> None:
    window = Occurrence(DAY - timedelta(days=27), is_larger_new=True)
    world.run("a", occurrence=window, deviation=-10.0)
    world.set(**BY_HAND)
    world.run("a", occurrence=replace(window, day=DAY - timedelta(days=26)), deviation=deviation)
    assert world.one.is_open is is_open
    world.run("a", occurrence=replace(window, day=DAY + timedelta(days=2)), deviation=deviation)
    assert world.one.is_open


def test_what_somebody_resolved_opens_again_when_coming_days_need_somebody_still(world: World) -> None:
    world.run("a")
    world.set(**BY_HAND)
    world.run("a")
    assert world.one.is_open


def test_a_parent_takes_the_place_of_its_children(world: World) -> None:
    world.run("child")
    world.run("parent", children=("child", "sibling"))
    child, parent = (next(each for each in world.insights.by_id.values() if each.fingerprint == name) for name in ("child", "parent"))
    assert (child.status, child.superseded_by, parent.is_open) == (InsightStatus.SUPERSEDED, parent.id, True)


def test_a_run_of_an_earlier_day_says_nothing_about_newer_insights(world: World) -> None:
    world.run("a", days=5)
    before = world.one
    world.run(days=-2)
    world.run("a", days=0)
    assert world.one == before
