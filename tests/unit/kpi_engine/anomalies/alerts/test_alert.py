"""What an alert contains."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kpi_engine.anomalies.alerts.actions import ADVICE
from kpi_engine.anomalies.kind import AnomalyKind
from tests.unit.kpi_engine.anomalies.lookout_messages import SATURDAY, a_drop, a_group, a_series, process


def twelve_skus(**more: Any) -> dict[str, Any]:
    members = [
        a_series(f"SKU-{sku:02}", actual=[62 - sku, 62 - sku], expected=[100, 100], lower=[90, 90], upper=[110, 110]) for sku in range(12)
    ]
    (alert,) = process(a_group(*members, first=SATURDAY, **more), until=SATURDAY + timedelta(days=1))["alerts"]
    assert isinstance(alert, dict)
    return alert


def test_the_title_says_what_where_and_when() -> None:
    assert twelve_skus()["title"] == "Volume drop −44 % at site LDS1, 12 SKUs, 21–22 Nov"


def test_the_top_five_contributors_and_the_others_sum_to_100() -> None:
    rows = twelve_skus()["contributors"]["sku_id"]
    assert [row["value"] for row in rows] == ["SKU-11", "SKU-10", "SKU-09", "SKU-08", "SKU-07", None]
    assert rows[0]["share"] == pytest.approx(100 * 98 / 1044)  # 49 of 522 units a day
    assert rows[-1]["others"] == 7
    assert sum(row["share"] for row in rows) == pytest.approx(100, abs=1e-9)


def test_an_alert_contains_what_was_expected_what_happened_and_what_it_costs() -> None:
    alert = twelve_skus()
    assert alert["expected_and_seen"] == {
        "expected": 2400, "seen": 1356, "lower": 2160, "upper": 2640, "change_percent": pytest.approx(-43.5),
        "expected_a_day": 1200, "seen_a_day": 678, "basis": "reported"
    }  # fmt: skip
    assert alert["impact"]["delta_units"] == -1044
    assert alert["impact"]["money"]["expected"] == pytest.approx(1044 * 3.5)
    assert alert["impact"]["assumptions"]


def test_an_alert_has_every_field_of_its_specification() -> None:
    fields = {
        "id", "title", "severity", "score", "expected_and_seen", "when", "where", "contributors", "impact", "likely_causes",
        "recommended_action", "links", "dedupe_key", "data_freshness", "first_seen", "last_seen", "occurrence_count", "mute",
    }  # fmt: skip
    alert = twelve_skus()
    assert fields <= set(alert)
    assert set(alert["links"]) == {"insight", "explanation", "data", "runbook"}
    assert set(alert["mute"]) == {"dedupe_key", "false_alarm", "planned"}
    assert alert["mute"]["dedupe_key"] == alert["dedupe_key"]
    assert alert["data_freshness"] == {"last_day_with_data": "2026-11-22", "days_behind": 0}


def test_an_alert_has_local_and_utc_times() -> None:
    zone = ZoneInfo("America/New_York")
    group, page = a_drop()
    group, page = (
        group | {"StartTime": "2026-11-21T05:00:00Z", "EndTime": "2026-11-21T05:00:00Z"},
        page | {"TimestampList": ["2026-11-21T05:00:00Z"]},
    )
    (alert,) = process((group, page), zone=zone)["alerts"]
    assert alert["when"] == {
        "local": {"start_date": "2026-11-21", "end_date": "2026-11-21", "time_zone": "America/New_York"},
        "local_start": "2026-11-21T00:00:00-05:00",
        "local_end": "2026-11-21T00:00:00-05:00",
        "utc_start": "2026-11-21T05:00:00Z",
        "utc_end": "2026-11-21T05:00:00Z",
    }


def test_an_alert_links_to_no_route_that_the_api_does_not_have() -> None:
    alert = twelve_skus()
    assert set(alert["links"].values()) == {alert["mute"]["false_alarm"]} == {None}
    assert "/api/" not in str(alert)


@pytest.mark.parametrize(("score", "deadline"), [(95, "2026-11-22"), (75, "2026-11-23"), (55, "2026-11-26"), (35, "2026-11-28")])
def test_the_worse_an_anomaly_the_sooner_its_deadline(score: float, deadline: str) -> None:
    (alert,) = process(a_drop(score=score))["alerts"]
    assert alert["recommended_action"]["deadline"] == deadline
    assert alert["recommended_action"]["owner_role"] == "account manager"


def test_every_kind_has_an_action_and_an_owner() -> None:
    assert set(ADVICE) == set(AnomalyKind)
    assert all(role and action for role, action in ADVICE.values())


def test_the_worst_alert_is_first() -> None:
    groups = [
        a_group(a_series(name, actual=[60], expected=[100]), name=name, score=score)
        for name, score in (("a", 55.0), ("b", 95.0), ("c", 60.0))
    ]
    assert [alert["group_ids"] for alert in process(*groups)["alerts"]] == [["b"], ["c"], ["a"]]


def test_a_cause_is_only_a_candidate_with_evidence() -> None:
    assert process(a_drop())["alerts"][0]["likely_causes"] == []
    members = [a_series("SKU-1", actual=[0], expected=[100], lower=[90]), a_series("SKU-2", actual=[0], expected=[10], lower=[5])]
    causes = process(a_group(*members))["alerts"][0]["likely_causes"]
    assert {cause["cause"]: cause["evidence"] for cause in causes} == {
        "something at sku_id SKU-1": "SKU-1 contributed 90.9 % of the change",
        "a closure or an order interface that is down": "all 2 series are zero together",
    }
