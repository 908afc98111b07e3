"""What all series do on a day is no anomaly of each: against a loop, and on planted days."""

from __future__ import annotations

import numpy as np
import pytest

from kpi_engine.anomalies.detection.common_days import measure_common_change
from kpi_engine.anomalies.detection.detector import detect, detect_groups
from tests.unit.kpi_engine.anomalies.detection.panels import NAN, a_panel, a_week


def test_a_change_is_that_of_a_loop_over_days() -> None:
    generator = np.random.default_rng(3)
    z = generator.normal(0, 1, (25, 30)) + np.where(np.arange(30) == 27, -3.0, 0.0)
    z[generator.random(z.shape) < 0.1] = NAN
    middles = [float(np.median([value for value in column if not np.isnan(value)])) for column in z.T]
    counts = [sum(not np.isnan(value) for value in column) for column in z.T]
    past = [middle for middle, count in zip(middles[:23], counts[:23], strict=True) if count >= 20]
    usual = float(np.median(past))
    spread = 1.4826 * float(np.median([abs(middle - usual) for middle in past]))
    change = measure_common_change(z, 7)
    for day in range(30):
        assert change.of_day[day] == pytest.approx(middles[day] - usual if counts[day] >= 20 else 0.0)
    clear_days = [day for day in range(7) if counts[23 + day] >= 20 and abs(middles[23 + day] - usual) >= max(3 * spread, 0.3)]
    assert np.flatnonzero(change.clear_of_day).tolist() == clear_days
    assert 4 in clear_days


def test_a_day_on_which_all_are_closed_is_one_group_and_no_anomaly_of_each() -> None:
    generator = np.random.default_rng(5)
    weeks = [[value + noise for value, noise in zip(a_week(d3=0.0), generator.normal(0, 3, 7), strict=True)] for _ in range(30)]
    panel = a_panel(*np.maximum(weeks, 0.0), sites=[f"S{row % 3}" for row in range(30)])
    assert not detect(panel).is_reported.any()
    [group] = detect_groups(panel)
    assert (group.scope, group.first_day, group.last_day) == ({}, panel.first_day.replace(day=18), panel.first_day.replace(day=18))


def test_a_series_that_does_not_follow_the_others_is_as_far_out_as_it_was() -> None:
    weeks = [a_week(d3=0.0) for _ in range(29)]
    z = detect(a_panel(*weeks, a_week(d3=160.0))).z
    assert z[29, 3] == pytest.approx(detect(a_panel(a_week(d3=160.0))).z[0, 3])


def test_fewer_than_20_series_have_nothing_in_common() -> None:
    assert detect(a_panel(*[a_week(d3=0.0) for _ in range(19)])).is_reported[:, 3].all()
