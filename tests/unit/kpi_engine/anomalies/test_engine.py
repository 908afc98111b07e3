"""The golden report of the engine, its totals and lists, and the window."""

from __future__ import annotations

import copy
import random
from datetime import UTC, date, datetime, timedelta
from math import log
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.assessment.events import KnownEvent
from kpi_engine.anomalies.assessment.severity import Materiality
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.examples.anomalies import example
from tests.unit.kpi_engine.anomalies.lookout_messages import (
    DETECTOR,
    SATURDAY,
    Message,
    a_drop,
    a_group,
    a_series,
    a_source,
    process,
    the_group,
)


def test_two_days_out_of_their_interval_are_one_spike_and_one_drop_with_the_severity_of_their_distance() -> None:
    report = example()
    (spike,), (drop,) = report["volume_spikes"], report["volume_drops"]
    spike_z = log(2.52 / 2) / (log(2.1 / 2) / 1.2815515655)  # log(1 + units / 100) of 152, 100 and 110
    drop_z = log(2 / 1.6) / (log(2 / 1.9) / 1.2815515655)
    assert (spike["score"], drop["score"]) == (pytest.approx(70 + 20 * (spike_z - 6) / 3), pytest.approx(50 + 10 * (drop_z - 4)))
    assert (spike["type"], drop["type"]) == ("VOLUME_SPIKE", "VOLUME_DROP")
    assert report["by_severity"] == {"CRITICAL": 0, "HIGH": 1, "MEDIUM": 1, "LOW": 0}
    assert report["total"] == 2
    assert report["window"] == {"start": "2026-11-15", "end": "2026-11-21", "days": 7}
    assert len(report["alerts"]) == 2


def test_a_drop_of_40_units_at_a_margin_of_3_50_costs_140_euros() -> None:
    impact = process(a_drop())["business_impact"]
    assert impact["delta_units"] == pytest.approx(-40, abs=1e-9)
    assert impact["money"] == {
        "low": pytest.approx(105),
        "expected": pytest.approx(140, abs=1e-9),
        "high": pytest.approx(175),
        "currency": "EUR",
    }
    assert impact["reason"] is None
    assert impact["assumptions"]


@pytest.mark.parametrize("margin", [None, {}, {"SKU-9": 3.5}, float("nan"), float("inf"), -1.0, "cheap", True])
def test_without_a_usable_margin_there_is_no_money_but_a_reason_and_units(margin: Any) -> None:
    impact = process(a_drop(), costs=Costs("EUR", margin))["business_impact"]
    assert impact["money"] is None
    assert impact["reason"] == "unit_margin_missing"
    assert "no unit margin is known for SKU-1" in impact["assumptions"]
    assert impact["delta_units"] == -40


def test_without_any_group_every_figure_is_null_with_a_reason() -> None:
    report = process(until=None)
    assert (report["window"], report["total"], report["alerts"]) == (None, 0, [])
    assert report["undefined"] == {"window": "no_observations"}
    assert report["business_impact"] == {"delta_units": None, "money": None, "assumptions": [], "reason": "no_observations"}
    assert process()["window"] == {"start": "2026-11-15", "end": "2026-11-21", "days": 7}


def test_without_an_end_the_window_ends_with_the_last_group_of_the_source() -> None:
    report = process(a_drop(), a_drop(name="old", first=date(2026, 11, 14)), until=None)
    assert report["window"] == {"start": "2026-11-15", "end": "2026-11-21", "days": 7}
    assert (report["total"], report["excluded"]["n_outside_window"]) == (1, 1)


@pytest.mark.parametrize(
    ("first", "inside"), [(date(2026, 11, 14), False), (date(2026, 11, 15), True), (date(2026, 11, 21), True), (date(2026, 11, 22), False)]
)
def test_the_window_holds_both_its_first_and_its_last_day(first: date, inside: bool) -> None:
    assert process(a_drop(first=first))["total"] == inside


def test_a_group_that_began_before_the_window_is_inside_it_while_it_lasts() -> None:
    long = a_group(a_series(actual=[60] * 3, expected=[100] * 3), first=date(2026, 11, 13))
    assert process(long)["total"] == 1


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC), "2026-11-20"),  # 23:59:59 in Berlin
        (datetime(2026, 11, 21, 23, 0, 0, tzinfo=UTC), "2026-11-21"),  # midnight in Berlin
        (datetime(2026, 10, 25, 21, 59, tzinfo=UTC), "2026-10-24"),  # the day of 25 hours is not over
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), "2026-10-24"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "2026-03-29"),  # the day of 23 hours is over
    ],
)
def test_an_instant_ends_the_window_with_its_last_complete_local_day(until: datetime, end: str) -> None:
    assert process(until=until, zone=ZoneInfo("Europe/Berlin"))["window"]["end"] == end


def test_a_local_midnight_before_and_after_the_clock_changes_is_its_own_day() -> None:
    zone = ZoneInfo("Europe/Berlin")
    for text, day in (("2026-10-25T00:00:00+02:00", "2026-10-25"), ("2026-10-26T00:00:00+01:00[Europe/Berlin]", "2026-10-26")):
        group, page = a_drop()
        group |= {"StartTime": text, "EndTime": text}
        report = process((group, page | {"TimestampList": [text]}), until=date(2026, 10, 26), zone=zone)
        assert (the_group(report)["start_date"], the_group(report)["delta_units"]) == (day, -40)


@pytest.mark.parametrize("days_back", [0, -1, 3661])
def test_a_window_of_no_or_of_too_many_days_is_refused(days_back: int) -> None:
    for groups in ((), (a_drop(),)):
        with pytest.raises(ValueError, match=f"days_back is {days_back}"):
            AnomalyDetectionEngine(a_source(*groups)).process_anomaly_results(DETECTOR, days_back)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        process(until=datetime(2026, 11, 22))  # noqa: DTZ001


def test_a_known_event_annotates_and_lowers_by_one_band() -> None:
    event = KnownEvent("BLACK_FRIDAY", "promotion", SATURDAY, SATURDAY + timedelta(days=6), {"site_id": "LDS1"})
    report = process(a_drop(), known_events=(event,))
    assert report["by_severity"]["MEDIUM"] == 1
    assert the_group(report)["known_events"][0]["name"] == "BLACK_FRIDAY"
    assert report["alerts"][0]["likely_causes"][0]["cause"] == "promotion: BLACK_FRIDAY"


@pytest.mark.parametrize(
    "event",
    [
        KnownEvent("elsewhere", "closure", SATURDAY, SATURDAY, {"site_id": "XYZ"}),
        KnownEvent("later", "closure", date(2026, 11, 22), date(2026, 11, 23)),
        KnownEvent("before", "closure", date(2026, 11, 19), date(2026, 11, 20)),
    ],
)
def test_an_event_elsewhere_or_at_another_time_changes_nothing(event: KnownEvent) -> None:
    assert process(a_drop(), known_events=(event,)) == process(a_drop())


def test_an_immaterial_group_is_counted_and_listed_but_raises_no_alert() -> None:
    report = process(a_drop(), materiality=Materiality(min_units=41))
    assert (report["total"], report["alerts"]) == (1, [])
    assert the_group(report)["not_material_reason"] == "below_min_units"
    assert process(a_drop(), materiality=Materiality(min_money=140.01))["alerts"] == []
    assert len(process(a_drop(), materiality=Materiality(min_money=140))["alerts"]) == 1


def many(seed: int, n: int) -> list[Message]:
    generator = random.Random(seed)
    groups = []
    for number in range(n):
        members = [
            a_series(
                f"SKU-{sku}",
                actual=[generator.choice([0, 55.5, 180.1, None]) for _ in range(2)],
                expected=[100.1] * 2,
                lower=[90] * 2,
                upper=[110.7] * 2,
            )
            for sku in range(generator.randint(1, 7))
        ]
        groups.append(a_group(*members, name=f"g{number}", score=generator.choice([30, 49.9, 71, 90.5, 12, None])))
    return groups


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 12))
def test_severities_and_types_sum_to_the_total_and_every_group_is_listed_once(seed: int, n: int) -> None:
    report = process(*many(seed, n))
    assert sum(report["by_severity"].values()) == sum(report["by_type"].values()) == report["total"]
    group_ids = [group["group_id"] for key in ("volume_spikes", "volume_drops", "other") for group in report[key]]
    assert len(group_ids) == len(set(group_ids)) == report["total"]
    assert report["total"] + sum(report["excluded"].values()) == n


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_the_order_of_groups_series_and_instants_never_matters(seed: int, n: int) -> None:
    groups = many(seed, n)
    permuted_groups = copy.deepcopy(groups)
    generator = random.Random(seed + 1)
    generator.shuffle(permuted_groups)
    for _, page in permuted_groups:
        generator.shuffle(page["TimeSeriesList"])
        page["TimestampList"].reverse()
        for member in page["TimeSeriesList"]:
            member["DimensionList"].reverse()
            for values in (value for name, value in member.items() if name.endswith("ValueList")):
                values.reverse()
    assert process(*permuted_groups) == process(*groups)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_shares_of_every_dimension_sum_to_100(seed: int) -> None:
    report = process(*many(seed, 5))
    for group in [*report["volume_spikes"], *report["volume_drops"], *report["other"], *report["alerts"]]:
        for rows in group["contributors"].values():
            assert sum(row["share"] for row in rows) == pytest.approx(100, abs=1e-9)
            assert len(rows) <= 6


def test_the_messages_of_the_source_are_not_changed() -> None:
    groups = many(4, 6)
    before = copy.deepcopy(groups)
    process(*groups, previous=[{"group_ids": ["g1"]}])
    assert groups == before
