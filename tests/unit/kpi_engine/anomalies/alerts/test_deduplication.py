"""The same anomaly in several runs is one alert."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.kpi_engine.anomalies.lookout_messages import SATURDAY, a_drop, a_group, a_series, process


def test_the_same_anomaly_in_three_runs_is_one_alert_seen_three_times() -> None:
    alerts: list[dict[str, Any]] = []
    for day in range(3):
        alerts = process(a_drop(), previous=alerts, until=SATURDAY + timedelta(days=day))["alerts"]
    (alert,) = alerts
    assert (alert["occurrence_count"], alert["first_seen"], alert["last_seen"]) == (3, "2026-11-21", "2026-11-23")


def test_an_anomaly_that_grows_or_gets_another_id_stays_one_alert() -> None:
    first = process(a_drop())["alerts"]
    larger = a_group(*(a_series(sku, actual=[60, 50], expected=[100, 100]) for sku in ("SKU-1", "SKU-2", "SKU-3")))
    same_under_another_id = a_drop(name="another")
    for group in (larger, same_under_another_id):
        (alert,) = process(group, previous=first, until=SATURDAY + timedelta(days=1))["alerts"]
        assert (alert["id"], alert["dedupe_key"], alert["occurrence_count"]) == (first[0]["id"], first[0]["dedupe_key"], 2)


def test_another_anomaly_is_another_alert() -> None:
    previous = process(a_drop())["alerts"]
    other = a_group(a_series("SKU-2", actual=[60], expected=[100]), name="g2")
    (alert,) = process(other, previous=previous)["alerts"]
    assert alert["occurrence_count"] == 1
    assert alert["dedupe_key"] != previous[0]["dedupe_key"]


def test_one_anomaly_under_two_ids_is_one_alert_of_the_worse() -> None:
    (alert,) = process(a_drop(name="b", score=95.0), a_drop(name="a"))["alerts"]
    assert (alert["score"], alert["group_ids"], alert["occurrence_count"]) == (95.0, ["a", "b"], 1)


@pytest.mark.parametrize("previous", [{}, {"dedupe_key": None}, {"group_ids": None}, {"group_ids": ["x"], "occurrence_count": 4}])
def test_earlier_alerts_of_another_kind_or_without_content_change_nothing(previous: dict[str, Any]) -> None:
    assert process(a_drop(), previous=[previous])["alerts"] == process(a_drop())["alerts"]


@pytest.mark.parametrize("count", [None, "many", float("nan"), -3])
def test_an_earlier_alert_with_a_broken_count_counts_once(count: Any) -> None:
    (alert,) = process(a_drop(), previous=[{"group_ids": ["g1"], "occurrence_count": count}])["alerts"]
    assert alert["occurrence_count"] == 2


def test_accumulated_alerts_of_many_runs_count_by_the_highest() -> None:
    first = process(a_drop())["alerts"]
    second = process(a_drop(), previous=first)["alerts"]
    (alert,) = process(a_drop(), previous=[*second, *first])["alerts"]
    assert alert["occurrence_count"] == 3


def test_an_alert_keeps_the_first_day_on_which_it_was_ever_reported() -> None:
    previous = [{"group_ids": ["g1"], "first_seen": day} for day in ("2026-11-19", "2026-11-12", "not a day", None)]
    (alert,) = process(a_drop(), previous=previous)["alerts"]
    assert (alert["first_seen"], alert["last_seen"]) == ("2026-11-12", "2026-11-21")
