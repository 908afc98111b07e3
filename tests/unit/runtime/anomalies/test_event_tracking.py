"""Events over days and runs: the real step on runs of successive days, each with the demand that is known by then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from contracts.paths import anomaly_report_key
from runtime.adapters.lake.anomaly_table import LakeAnomalyTable
from runtime.models.domain.anomaly_events import AnomalyEvent, EventStatus
from runtime.services.anomalies.anomaly_detection import AnomalyDetection, DetectionResult
from runtime.services.runs.run_summary import success_summary
from tests.fakes import InMemoryFrames, InMemoryLake, InMemoryRuns
from tests.fakes.anomalies import InMemoryAnomalyEvents, InMemoryReferenceData
from tests.fakes.examples import AS_OF, STARTED_AT, a_run

PAST_DAYS = 56
SERIES = [(f"S{site}", f"SKU-{sku}") for site in range(3) for sku in range(6)]
Scope = Mapping[str, str]


class World:
    """Three sites with six SKUs that sell about 100 a day, and daily runs over their demand."""

    def __init__(self, runs: InMemoryRuns, lake: InMemoryLake) -> None:
        self.runs, self.lake, self.frames = runs, lake, InMemoryFrames()
        self.events, self.reference = InMemoryAnomalyEvents(), InMemoryReferenceData()
        self.step = AnomalyDetection(
            runs=runs, frames=self.frames, lake=lake, table=LakeAnomalyTable(lake), events=self.events, reference=self.reference
        )
        self.first = AS_OF - timedelta(days=PAST_DAYS)
        generator = np.random.default_rng(5)
        self.demand = np.round(generator.normal(100, 4, (len(SERIES), PAST_DAYS + 60)))

    def plant(self, scope: Scope, first: int, last: int, factor: float) -> None:
        """Multiply the demand of a scope on days first..last after AS_OF; NaN loses it."""
        for row, (site, sku) in enumerate(SERIES):
            if scope.items() <= {"site_id": site, "sku_id": sku}.items():
                self.demand[row, PAST_DAYS + first : PAST_DAYS + last + 1] *= factor

    def run(self, day: int, name: str = "") -> DetectionResult:
        """Run the step as of a number of days after AS_OF, with the demand up to then."""
        as_of = AS_OF + timedelta(days=day)
        run = self.runs.start(a_run(name or f"day-{day}", as_of_date=as_of, created_at=STARTED_AT + timedelta(days=day)))
        columns = range(max(0, day), PAST_DAYS + day + 1)
        keys = pd.DataFrame([(*key, column) for key in SERIES for column in columns], columns=["site_id", "sku_id", "column"])
        keys["forecast_date"] = [self.first + timedelta(days=int(column)) for column in keys["column"]]
        bounds = {"predicted_value": 100.0, "confidence_lower": 92.0, "confidence_upper": 108.0}
        self.frames.backtests[run.id] = keys.drop(columns="column").assign(horizon_days=1 + keys["column"] % 28, **bounds)
        values = self.demand[:, columns].ravel()
        demand = keys.drop(columns="column").rename(columns={"forecast_date": "demand_date"})
        self.frames.demands[run.id] = demand.assign(demand=values, stockout=False, source="demand_history")
        return self.step.detect(run.id)

    def messages(self, result: DetectionResult) -> list[str]:
        return [str(message["kind"]) for message in self.document(result)["messages"]]

    def document(self, result: DetectionResult) -> dict[str, Any]:
        document: dict[str, Any] = self.lake.read_json(anomaly_report_key(result.run_id))
        return document

    def only_event(self) -> AnomalyEvent:
        [event] = self.events.by_id.values()
        return event


def day(number: int) -> date:
    return AS_OF + timedelta(days=number)


@pytest.fixture
def world(runs: InMemoryRuns, lake: InMemoryLake) -> World:
    return World(runs, lake)


def test_seven_daily_runs_over_one_event_give_one_id_one_alert_and_one_recovery(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 3, 1.6)
    results = [world.run(number) for number in range(1, 8)]
    ids = {anomaly.group.id for result in results for anomaly in result.report.anomalies}
    event = world.only_event()
    assert ids == {event.group_id}
    assert (event.scope, event.direction, event.start_date, event.end_date) == ({"site_id": "S1"}, "up", day(1), day(3))
    assert (event.first_seen, event.last_seen, event.occurrence_count, event.status) == (day(1), day(7), 7, EventStatus.OVER)
    assert [world.messages(result) for result in results] == [["NEW"], [], [], [], ["RECOVERED"], [], []]
    alerts = [alert for result in results for alert in result.report.alerts]
    assert [alert.occurrence_count for alert in alerts] == [1, 2, 3, 4, 5, 6, 7]
    assert {(alert.first_seen, alert.dedupe_key) for alert in alerts} == {(day(1), event.dedupe_key)}


def test_an_event_keeps_its_start_when_the_window_has_passed_it(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 12, 0.5)
    results = [world.run(number) for number in range(1, 13)]
    event = world.only_event()
    assert (event.start_date, event.end_date, event.occurrence_count) == (day(1), day(12), 12)
    [anomaly] = results[-1].report.anomalies
    assert (anomaly.group.first_day, anomaly.group.last_day) == (day(1), day(12))


def test_a_step_that_is_repeated_changes_nothing_and_sends_the_same_message(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 3, 1.6)
    first = world.run(1)
    document, events = world.document(first), dict(world.events.by_id)
    again = world.step.detect(first.run_id)
    assert (again.changed_events, world.document(again), world.events.by_id) == ((), document, events)


def test_a_second_run_of_a_day_counts_once_and_tells_nobody_again(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 3, 1.6)
    world.run(1)
    again = world.run(1, "by hand")
    assert (world.only_event().occurrence_count, world.messages(again)) == (1, [])


def test_a_risen_severity_is_told_once(world: World) -> None:
    world.plant({"site_id": "S2", "sku_id": "SKU-3"}, 1, 1, 1.4)
    world.plant({"site_id": "S2", "sku_id": "SKU-3"}, 2, 3, 2.2)
    results = [world.run(number) for number in range(1, 4)]
    assert [world.messages(result) for result in results] == [["NEW"], ["RISEN"], []]


def test_an_event_that_comes_back_within_a_week_is_the_same_and_one_later_is_another(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 2, 1.6)
    world.plant({"site_id": "S1"}, 7, 7, 1.6)
    results = [world.run(number) for number in range(1, 8)]
    event = world.only_event()
    assert (event.start_date, event.end_date, event.status) == (day(1), day(7), EventStatus.OPEN)
    assert world.messages(results[-1]) == ["REOPENED"]
    world.plant({"site_id": "S1"}, 18, 18, 1.6)
    for number in range(8, 19):
        world.run(number)
    assert sorted((other.start_date, other.end_date) for other in world.events.by_id.values()) == [(day(1), day(7)), (day(18), day(18))]


def test_skus_that_turn_out_to_be_a_whole_site_are_one_event_that_keeps_the_first_id(world: World) -> None:
    world.plant({"site_id": "S1", "sku_id": "SKU-1"}, 1, 1, 2.0)
    first = world.run(1).report.anomalies[0].group.id
    world.plant({"site_id": "S1", "sku_id": "SKU-2"}, 1, 2, 2.0)
    assert len(world.run(2).report.anomalies) == len(world.events.by_id) == 2
    for sku in ("SKU-0", "SKU-3", "SKU-4", "SKU-5"):  # the other rows arrive late
        world.plant({"site_id": "S1", "sku_id": sku}, 1, 2, 2.0)
    world.plant({"site_id": "S1", "sku_id": "SKU-1"}, 2, 2, 2.0)
    [anomaly] = world.run(3).report.anomalies
    events = {event.group_id: event for event in world.events.by_id.values()}
    assert (anomaly.group.id, events.pop(first).scope) == (first, {"site_id": "S1"})
    [part] = events.values()
    assert (part.status, part.merged_into) == (EventStatus.MERGED, UUID(first))


def test_events_of_opposite_directions_are_two(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 2, 1.6)
    world.plant({"site_id": "S1"}, 3, 4, 0.5)
    for number in range(1, 5):
        world.run(number)
    assert sorted(event.direction for event in world.events.by_id.values()) == ["down", "up"]


def test_days_without_data_are_no_recovery(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 2, 1.6)
    world.plant({"site_id": "S1"}, 3, 6, float("nan"))
    for number in range(1, 7):
        world.run(number)
    by_direction = {event.direction: event for event in world.events.by_id.values()}
    assert (by_direction["up"].status, by_direction["gap"].status) == (EventStatus.OPEN, EventStatus.OPEN)


def test_a_gap_is_over_when_its_data_arrives(world: World) -> None:
    complete_demand = world.demand.copy()
    world.plant({"site_id": "S1"}, 1, 2, float("nan"))
    assert world.messages(world.run(2)) == ["NEW"]
    world.demand = complete_demand
    assert world.messages(world.run(3)) == ["RECOVERED"]
    assert world.only_event().status is EventStatus.OVER


def test_a_run_for_an_earlier_day_tells_nobody_and_moves_no_event(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 3, 1.6)
    for number in range(1, 4):
        world.run(number)
    event = world.only_event()
    assert world.messages(world.run(2, "replay")) == []
    assert world.only_event() == event


def test_the_category_of_the_sku_master_is_a_scope(world: World) -> None:
    rows = [{"sku_id": f"SKU-{sku}", "category_l1": f"C{sku % 3}", "valid_from": None, "valid_to": None} for sku in range(6)]
    world.reference.frames["sku_master"] = pd.DataFrame(rows)
    for sku in ("SKU-1", "SKU-4"):
        world.plant({"sku_id": sku}, 1, 2, 1.5)
    world.run(2)
    assert world.only_event().scope == {"category_l1": "C1"}


SKU_MASTER = pd.DataFrame(
    [
        {"sku_id": f"SKU-{sku}", "category_l1": f"C{sku % 3}", "unit_margin": 2.5, "currency": "EUR", "valid_from": None, "valid_to": None}
        for sku in range(6)
    ]
)


def a_calendar(**fields: object) -> pd.DataFrame:
    """One event on the first two days."""
    row = {"event_id": "EV-1", "type": "CLOSURE", "name": "Christmas", "start_date": day(1), "end_date": day(2)}
    return pd.DataFrame([row | dict.fromkeys(["site_id", "sku_id", "category", "customer_id", "expected_uplift_pct"]) | fields])


def test_a_closure_of_everything_is_one_finding_that_names_the_event_and_is_one_band_less_severe(world: World) -> None:
    world.plant({}, 1, 2, 0.0)
    [before] = world.run(2).report.anomalies
    world.reference.frames["calendar_events"] = a_calendar()
    [anomaly] = world.run(2, "with calendar").report.anomalies
    assert (anomaly.group.scope, before.severity, anomaly.severity) == ({}, "CRITICAL", "HIGH")
    assert [event.name for event in anomaly.events] == ["Christmas"]


@pytest.mark.parametrize(
    "fields", [{"site_id": "S2"}, {"type": "PROMOTION"}, {"customer_id": "C0042"}, {"start_date": day(3), "end_date": day(4)}]
)
def test_an_event_elsewhere_or_upwards_or_later_explains_no_fall(world: World, fields: dict[str, object]) -> None:
    world.reference.frames["calendar_events"] = a_calendar(**fields)
    world.plant({"site_id": "S1"}, 1, 2, 0.3)
    [anomaly] = world.run(2).report.anomalies
    assert (anomaly.events, anomaly.severity) == ((), "CRITICAL")


def test_a_promotion_explains_the_rise_of_the_skus_that_are_in_it(world: World) -> None:
    rows = [
        {"promotion_id": "PR-1", "site_id": None, "sku_id": sku, "start_date": day(1), "end_date": day(2)} for sku in ("SKU-1", "SKU-4")
    ]
    world.reference.frames |= {"sku_master": SKU_MASTER, "promotions": pd.DataFrame(rows)}
    for sku in ("SKU-1", "SKU-4"):
        world.plant({"sku_id": sku}, 1, 2, 1.6)
    [anomaly] = world.run(2).report.anomalies
    assert (anomaly.group.scope, [event.name for event in anomaly.events]) == ({"category_l1": "C1"}, ["PR-1"])


def test_a_fall_costs_the_margins_of_the_sku_master_and_without_them_money_is_null_with_the_reason(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 2, 0.5)
    [without] = world.run(2).report.anomalies
    assert (without.impact.money, without.impact.reason) == (None, "currency_missing")
    world.reference.frames["sku_master"] = SKU_MASTER
    [anomaly] = world.run(2, "with margins").report.anomalies
    money = anomaly.impact.money
    assert money is not None
    assert money.low is not None
    assert money.high is not None
    assert money.expected == pytest.approx(2.5 * -float(anomaly.impact.delta_units or 0))
    assert (money.low < money.expected < money.high, money.currency) == (True, "EUR")


def test_the_summary_of_a_run_tells_of_the_events_that_it_found_and_ended(world: World) -> None:
    world.plant({"site_id": "S1"}, 1, 3, 1.6)
    summaries = []
    for number in range(1, 6):
        run_id = world.run(number).run_id
        summaries.append(success_summary(world.runs.get(run_id), None, world.lake.read_json(anomaly_report_key(run_id))["notification"]))
    first, *others, last = [[line for line in summary.splitlines() if line.startswith("Anomaly")] for summary in summaries]
    assert first == ["Anomaly: CRITICAL: Volume spike +63 % at site S1, 6 SKUs, 22 Nov"]
    assert others == [[], [], []]
    assert last == ["Anomaly: Over: Level shift up +61 % at site S1, 6 SKUs, 22–24 Nov. Demand is as expected again."]
