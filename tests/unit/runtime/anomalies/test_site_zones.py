"""Days of a group are days of its sites."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from runtime.services.anomalies.site_zones import SiteZones
from tests.unit.kpi_engine.anomalies.detection.panels import a_panel, a_week

SUMMER = date(2026, 6, 14)
WEEK = Window(SUMMER, date(2026, 6, 20))


def a_group(*sites: str) -> AnomalyGroup:
    weeks = [a_week(d3=10) for _ in sites]
    panel = a_panel(*weeks, sites=sites, first_day=SUMMER, dimensions=[{"site_id": site, "sku_id": "A"} for site in sites])
    [group] = detect_groups(panel)
    return group


def an_alert(group: AnomalyGroup) -> Alert:
    [alert] = AnomalyDetectionEngine().assess([group], WEEK).alerts
    return alert


def zones(**names: str) -> SiteZones:
    return SiteZones.of(pd.DataFrame({"site_id": list(names), "time_zone": list(names.values())}), SUMMER)


def test_an_alert_of_a_site_in_london_is_on_days_of_london() -> None:
    group = zones(LDS1="Europe/London").place(a_group("LDS1"))
    when = an_alert(group).as_dict()["when"]
    assert when == {
        "local": {"start_date": "2026-06-17", "end_date": "2026-06-17", "time_zone": "Europe/London"},
        "local_start": "2026-06-17T00:00:00+01:00",
        "local_end": "2026-06-17T00:00:00+01:00",
        "utc_start": "2026-06-16T23:00:00Z",
        "utc_end": "2026-06-16T23:00:00Z",
    }
    assert group.series.instants == (datetime(2026, 6, 16, 23, tzinfo=UTC),)
    assert group.figures.instants == group.series.instants


def test_the_values_of_a_group_are_the_same_in_every_zone() -> None:
    group, in_tokyo = a_group("LDS1"), zones(LDS1="Asia/Tokyo").place(a_group("LDS1"))
    np.testing.assert_array_equal(group.series.days.actual, in_tokyo.series.days.actual)
    assert (group.id, group.first_day, group.last_day) == (in_tokyo.id, in_tokyo.first_day, in_tokyo.last_day)


@pytest.mark.parametrize(
    ("known_zones", "zone"),
    [
        ({}, "UTC"),
        ({"A": "Europe/London"}, "UTC"),
        ({"A": "Europe/London", "B": "Europe/Berlin"}, "UTC"),
        ({"A": "Europe/Berlin", "B": "Europe/Berlin"}, "Europe/Berlin"),
        ({"A": "No/Zone", "B": "No/Zone"}, "UTC"),
    ],
)
def test_sites_have_one_zone_only_when_it_is_known_and_the_same(known_zones: dict[str, str], zone: str) -> None:
    group = a_group("A", "B")
    assert group.values_of("site_id") == ("A", "B")
    assert str(an_alert(zones(**known_zones).place(group)).zone) == zone


def test_a_run_without_a_site_master_knows_no_zone() -> None:
    assert SiteZones.of(pd.DataFrame(), SUMMER).zones == {}
