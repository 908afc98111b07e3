"""What a picture of a group shows: the whole that it is about, and what moved most."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.picture.collect import PictureSource
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.detection.panels import LAST, NAN, a_panel, a_week


def assess(panel: DetectionPanel) -> tuple[AssessedAnomaly, ...]:
    return AnomalyDetectionEngine().assess(detect_groups(panel), Window.ending(LAST, 7)).anomalies


def test_the_picture_of_a_site_is_its_total_and_then_the_series_that_moved_most() -> None:
    rises = [150.0, 160.0, 170.0, 180.0, 190.0, 200.0]
    panel = a_panel(*(a_week(d5=rise, d6=rise) for rise in rises), a_week(), a_week(), sites=["LDS1"] * 6 + ["BRS1"] * 2)
    [anomaly] = assess(panel)
    picture = PictureSource(panel).draw(anomaly)
    assert [part.label for part in picture.panels] == [
        "Site LDS1, all series", "SKU-5 at site LDS1", "SKU-4 at site LDS1", "SKU-3 at site LDS1", "SKU-2 at site LDS1",
    ]  # fmt: skip
    whole = picture.panels[0]
    assert (picture.n_days, picture.last_day, whole.actual[-2:], whole.expected[-1]) == (35, LAST, (sum(rises), sum(rises)), 600.0)
    assert [place for place, is_flagged in enumerate(whole.is_flagged) if is_flagged] == [33, 34]
    assert [part.share for part in picture.panels[1:]] == [22.2, 20.0, 17.8, 15.6]
    assert whole.upper[0] is not None
    assert 610 < whole.upper[0] < 660  # a sum of independent errors is narrower than the sum of intervals


def test_the_picture_of_one_series_is_that_series_and_the_total_of_its_site() -> None:
    panel = a_panel(a_week(d6=200), a_week(), a_week())
    [anomaly] = assess(panel)
    series, site = PictureSource(panel).draw(anomaly).panels
    assert (series.label, site.label) == ("SKU-0 at site LDS1", "Site LDS1, all series")
    assert (series.actual[-1], site.actual[-1]) == (200.0, 400.0)
    assert (any(series.is_flagged), any(site.is_flagged)) == (True, False)


def test_a_day_without_data_is_unknown_in_the_picture_and_reported() -> None:
    panel = a_panel(a_week(d3=NAN), a_week())
    [anomaly] = assess(panel)
    picture = PictureSource(panel).draw(anomaly)
    assert (picture.panels[0].actual[-4], picture.panels[0].expected[-4], picture.panels[0].is_flagged[-4]) == (None, 100.0, True)
    assert "units expected on days without data" in picture.caption


def test_a_day_without_an_interval_has_no_band() -> None:
    panel = a_panel(a_week(d6=200), a_week())
    [anomaly] = assess(panel)
    panel.days.coverage[0, 2] = np.nan
    series = PictureSource(panel).draw(anomaly).panels[0]
    assert (series.lower[-5], series.upper[-5], series.lower[-4]) == (None, None, 90.0)


@pytest.mark.parametrize("days", [1, 20, 40, 300])
def test_an_event_that_began_earlier_is_shown_from_a_week_before_as_far_as_the_panel_reaches(days: int) -> None:
    panel = a_panel(a_week(d6=200), a_week())
    [anomaly] = assess(panel)
    object.__setattr__(anomaly.group, "first_day", LAST - timedelta(days=days - 1))
    assert PictureSource(panel).draw(anomaly).n_days == min(max(35, days + 7), 56)
