"""Alerts of the real step: the most valuable within a day's number, nothing lost, and feedback that moves thresholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest

from contracts.paths import anomaly_picture_key, anomaly_report_key
from kpi_engine.anomalies.terms import AnomalyVerdict
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.services.anomalies.alert_log import AlertLogs, UnsentRow
from runtime.services.anomalies.anomaly_detection import DetectionResult
from tests.fakes import InMemoryLake, InMemoryRuns
from tests.fakes.examples import STARTED_AT
from tests.unit.runtime.anomalies.test_event_tracking import PAST_DAYS, SKU_MASTER, World

SERIES = {"site_id": "S2", "sku_id": "SKU-3"}
ROW = 15
"""Of the series in the panel."""


@pytest.fixture
def world(runs: InMemoryRuns, lake: InMemoryLake) -> World:
    return World(runs, lake)


def plant_three(world: World) -> None:
    """Rises of another SKU at each site, the larger the higher the number of the site."""
    for site in range(3):
        world.plant({"site_id": f"S{site}", "sku_id": f"SKU-{site}"}, 1, 1, 1.5 + site / 2)


def titles(result: DetectionResult) -> list[str]:
    return [event.scope["site_id"] for event in result.messages]


def unsent(world: World, day: date) -> list[UnsentRow]:
    return AlertLogs(world.lake).list_unsent(day)


def lines(world: World, result: DetectionResult) -> list[str]:
    document: dict[str, Any] = world.lake.read_json(anomaly_report_key(result.run_id))
    return list(document["notification"])


def day_of(number: int) -> date:
    return (STARTED_AT + timedelta(days=number)).date()


def judge(world: World, event: AnomalyEvent, verdict: AnomalyVerdict, hours: float = 1) -> AnomalyFeedback:
    feedback = AnomalyFeedback(
        id=uuid4(),
        event_id=event.id,
        at=event.updated_at + timedelta(hours=hours),
        actor="client-1",
        verdict=verdict,
        reason="a stock count",
        run_id=event.last_run_id,
        measure=event.measure,
        direction=event.direction,
        scope=event.scope,
        severity=event.severity,
    )
    world.events.feedback[feedback.id] = feedback
    return feedback


def test_the_most_valuable_anomalies_are_sent_first_and_the_others_are_listed_with_the_reason(world: World) -> None:
    plant_three(world)
    world.step = replace(world.step, alerts_per_day=2)
    result = world.run(1)
    assert titles(result) == ["S2", "S1"]
    [row] = unsent(world, day_of(1))
    assert (row["reason"], row["severity"], row["days"]) == ("BUDGET", "HIGH", 1)
    assert "at site S0, SKU-0" in row["title"]
    assert "1 more were not sent, beyond the 2 alerts of a day" in lines(world, result)[-1]
    event = world.events.by_id[next(each.id for each in world.events.by_id.values() if each.scope["site_id"] == "S0")]
    state: Any = event.detail["alert_state"]
    assert (event.told_severity, event.message_kind, state["state"], state["reason"]) == (None, None, "UNSENT", "BUDGET")


def test_what_was_beyond_the_budget_is_sent_on_the_next_day_and_leaves_the_list_of_the_week(world: World) -> None:
    plant_three(world)
    world.step = replace(world.step, alerts_per_day=2)
    world.run(1)
    result = world.run(2)
    assert titles(result) == ["S0"]
    assert unsent(world, day_of(2)) == []


def test_the_alerts_of_a_day_are_shared_by_its_runs(world: World) -> None:
    plant_three(world)
    world.step = replace(world.step, alerts_per_day=2)
    assert len(world.run(1).messages) == 2
    assert world.run(1, "by hand").messages == ()


def test_a_repeated_run_sends_the_same_alerts_within_the_same_budget(world: World) -> None:
    plant_three(world)
    world.step = replace(world.step, alerts_per_day=2)
    first = world.run(1)
    document, events = world.document(first), dict(world.events.by_id)
    again = world.step.detect(first.run_id)
    assert (titles(again), world.document(again), world.events.by_id) == (titles(first), document, events)


def test_with_margins_of_all_the_most_money_comes_first(world: World) -> None:
    for site in range(3):
        world.plant({"site_id": f"S{site}", "sku_id": f"SKU-{site}"}, 1, 1, 0.5 - site / 10)
    margins = pd.concat([SKU_MASTER.assign(sku_id=f"SKU-{sku}", unit_margin=10.0 ** (3 - sku)) for sku in range(6)])
    world.reference.frames["sku_master"] = margins
    world.step = replace(world.step, alerts_per_day=1)
    assert titles(world.run(1)) == ["S0"]  # the smallest fall, of the dearest SKU


def test_what_is_too_small_for_an_alert_is_listed_and_not_sent(world: World) -> None:
    world.plant(SERIES, 1, 1, 1.6)
    run_id = world.run(1).run_id
    small_world = World(world.runs, InMemoryLake())
    small_world.frames.backtests[run_id] = world.frames.backtests[run_id].copy()
    small_world.frames.demands[run_id] = world.frames.demands[run_id].copy()
    small_world.frames.backtests[run_id][["predicted_value", "confidence_lower", "confidence_upper"]] /= 100
    small_world.frames.demands[run_id]["demand"] /= 100
    assert small_world.step.detect(run_id).messages == ()
    [row] = unsent(small_world, day_of(1))
    assert (row["reason"], row["reason_detail"]) == ("NOT_MATERIAL", "below_min_units")


def test_a_run_without_notification_tells_nobody_and_a_later_one_does(world: World) -> None:
    plant_three(world)
    first = world.run(1)
    quiet_world = World(world.runs, InMemoryLake())
    quiet_world.demand = world.demand.copy()
    run_id = first.run_id
    quiet_world.frames.backtests, quiet_world.frames.demands = world.frames.backtests, world.frames.demands
    result = quiet_world.step.detect(run_id, is_notified=False)
    assert result.messages == ()
    assert {row["reason"] for row in unsent(quiet_world, day_of(1))} == {"NOT_NOTIFIED"}
    assert len(quiet_world.run(2).messages) == 3


def test_the_first_run_of_a_week_says_how_many_of_the_week_before_were_not_sent(world: World) -> None:
    plant_three(world)
    world.step = replace(world.step, alerts_per_day=2)
    sunday = next(number for number in range(1, 8) if day_of(number).isoweekday() == 7)
    for site in range(3):
        world.plant({"site_id": f"S{site}", "sku_id": f"SKU-{site}"}, sunday, sunday, 1.5 + site / 2)
    world.run(sunday)
    n_unsent = len(unsent(world, day_of(sunday)))
    assert n_unsent > 0
    monday = world.run(sunday + 1)
    [notice] = [line for line in lines(world, monday) if "in week" in line]
    year, week, _ = day_of(sunday).isocalendar()
    assert f"in week {year}-W{week:02} {n_unsent} anomal" in notice
    assert f"{n_unsent} beyond the alerts of the day" in notice
    assert [line for line in lines(world, world.run(sunday + 2)) if "in week" in line] == []


def test_an_alert_says_what_a_person_needs_to_decide(world: World) -> None:
    world.reference.frames["sku_master"] = SKU_MASTER
    world.plant({"site_id": "S1"}, 1, 1, 1.6)
    [text] = lines(world, world.run(1))
    head, *facts = text.splitlines()
    names = [fact.strip().partition(":")[0] for fact in facts]
    event = world.only_event()
    assert head == "Anomaly: CRITICAL: Volume spike +63 % at site S1, 6 SKUs, 22 Nov"
    assert names == ["Score", "Seen", "When", "Where", "Worth", "Do", "Data", "More", "False or expected", "Key"]
    assert f"./signify anomalies {event.group_id[:8]}; picture: GET /api/v1/anomalies/{event.group_id}/picture" in text
    assert f"./signify anomalies feedback {event.group_id[:8]} not-real|expected --reason WHY" in text
    assert "first seen 2026-11-22, seen once" in text


def test_every_group_of_a_report_has_a_picture_in_the_lake(world: World) -> None:
    plant_three(world)
    result = world.run(1)
    assert result.report.total == 3
    for anomaly in result.report.anomalies:
        with world.lake.open(anomaly_picture_key(result.run_id, anomaly.group.id)) as stream:
            assert stream.read().startswith(b"<svg ")


def test_a_dismissed_event_is_told_again_only_when_its_severity_rises(world: World) -> None:
    world.plant(SERIES, 1, 1, 1.3)
    world.plant(SERIES, 3, 3, 2.4)
    [event] = world.run(1).messages
    assert event.severity != "CRITICAL"
    judge(world, event, AnomalyVerdict.EXPECTED)
    second = world.run(2)
    assert second.messages == ()
    [row] = world.document(second)["unsent"]
    assert (row["reason"], row["reason_detail"]) == ("DISMISSED", "expected: a stock count")
    [again] = world.run(3).messages
    assert (again.message_kind, again.severity) == ("RISEN", "CRITICAL")


def test_the_report_names_what_was_dismissed_with_the_reason_until_its_severity_rises(world: World) -> None:
    """So that no insight is made of it."""
    world.plant(SERIES, 1, 1, 1.3)
    world.plant(SERIES, 3, 3, 2.4)
    first = world.run(1)
    assert world.document(first)["dismissals"] == {}
    [event] = first.messages
    judge(world, event, AnomalyVerdict.EXPECTED)
    assert world.document(world.run(2))["dismissals"] == {event.group_id: "expected: a stock count"}
    assert world.document(world.run(3))["dismissals"] == {}


def test_the_deadline_of_an_alert_counts_from_the_day_of_the_run(world: World) -> None:
    world.plant(SERIES, 1, 1, 1.6)
    [alert] = world.document(world.run(1))["report"]["alerts"]
    assert date.fromisoformat(alert["recommended_action"]["deadline"]) > day_of(1)


def test_a_dismissed_event_ends_without_a_message(world: World) -> None:
    world.plant(SERIES, 1, 1, 1.6)
    [event] = world.run(1).messages
    judge(world, event, AnomalyVerdict.NOT_REAL)
    results = [world.run(number) for number in range(2, 6)]
    assert [result.messages for result in results] == [(), (), (), ()]
    assert world.only_event().status == "OVER"


def dismiss_twice(world: World) -> AnomalyEvent:
    """Dismiss the event of a series after two runs that reported it."""
    world.plant(SERIES, 1, 1, 1.6)
    for number in (1, 2):
        world.run(number)
        judge(world, world.only_event(), AnomalyVerdict.NOT_REAL)
    return world.only_event()


def test_two_dismissals_raise_the_threshold_of_the_next_run_which_says_so(world: World) -> None:
    dismiss_twice(world)
    [anomaly] = world.run(3).report.anomalies
    threshold = anomaly.as_dict()["threshold"]
    assert isinstance(threshold, dict)
    assert threshold["text"] == "threshold raised from 3.0 to 3.4 after two dismissals"
    event_detail: Any = world.only_event().detail
    assert event_detail["group"]["threshold"] == threshold


def test_feedback_after_the_start_of_a_run_does_not_count_for_it_however_late_it_is_repeated(world: World) -> None:
    world.plant(SERIES, 1, 1, 1.6)
    first = world.run(1)
    report = world.document(first)["report"]
    judge(world, world.only_event(), AnomalyVerdict.NOT_REAL)
    judge(world, world.only_event(), AnomalyVerdict.NOT_REAL, hours=2)
    world.step.detect(first.run_id)
    assert world.document(first)["report"] == report


def find_weakest_rise(world: World) -> float:
    """The least demand of the series on the 15th day that is reported without feedback."""
    for units in range(110, 140):
        plain = World(world.runs, InMemoryLake())
        plain.demand = world.demand.copy()
        plain.demand[ROW, PAST_DAYS + 15] = units
        if any(anomaly.group.scope == SERIES for anomaly in plain.run(15, f"units-{units}").report.anomalies):
            return units
    raise AssertionError("no rise is reported")


def test_an_event_below_a_raised_threshold_is_not_reported_and_listed_with_the_reason(world: World) -> None:
    dismiss_twice(world)
    world.demand[ROW, PAST_DAYS + 1] = 100  # it was restated; a rise of before would make another one usual
    world.demand[ROW, PAST_DAYS + 15] = find_weakest_rise(world)
    result = world.run(15)
    assert [each for each in result.report.anomalies if each.group.scope == SERIES] == []
    [row] = [each for each in unsent(world, day_of(15)) if each["reason"] == "THRESHOLD_RAISED"]
    assert row["reason_detail"] == "threshold raised from 3.0 to 3.4 after two dismissals"


def test_feedback_that_is_withdrawn_counts_no_more(world: World) -> None:
    dismiss_twice(world)
    for feedback_id, feedback in world.events.feedback.items():
        world.events.feedback[feedback_id] = replace(feedback, withdrawn_at=STARTED_AT, withdrawn_by="client-1")
    [anomaly] = world.run(3).report.anomalies
    assert anomaly.group.threshold is None
