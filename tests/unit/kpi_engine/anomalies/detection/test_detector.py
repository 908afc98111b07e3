"""The built-in detector, from numbers to scores and kinds, and what the engine makes of its groups."""

from __future__ import annotations

from datetime import UTC, date, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.stats import norm  # type: ignore[import-untyped]

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.detector import detect, detect_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.report import AnomalyReport
from kpi_engine.anomalies.terms import Severity
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.shared.arrays import Floats
from tests.unit.kpi_engine.anomalies.detection.panels import FIRST, NAN, PAST_DAYS, a_panel, a_week
from tests.unit.kpi_engine.anomalies.detection.test_scores import naive_z
from tests.unit.kpi_engine.anomalies.detection.test_shifts import LENGTHS, naive_shift, usual_spread


def assess(panel: DetectionPanel, zone: tzinfo = UTC) -> AnomalyReport:
    window = Window.ending(panel.first_day + timedelta(days=6), 7)
    return AnomalyDetectionEngine(zone=zone).assess(detect_groups(panel, zone), window)


def test_an_ordinary_week_has_no_anomaly() -> None:
    assert assess(a_panel(a_week(), a_week(d2=104))).total == 0


def test_scores_are_those_of_a_loop() -> None:
    generator = np.random.default_rng(11)
    actual, past = generator.gamma(9, 11, (20, 7)), generator.gamma(9, 11, (20, 49))
    days = DailyValues.of(actual, *(np.full((20, 7), level) for level in (95.0, 60.0, 140.0)))
    history = DailyValues.of(past, *(np.full((20, 49), level) for level in (95.0, 60.0, 140.0)))
    dimensions = [{"sku_id": str(row)} for row in range(20)]
    scores = detect(DetectionPanel("demand", dimensions, FIRST, days, history, np.zeros(20, dtype=np.bool_))).scores
    z = [[naive_z(value, (60, 95, 140), past[row].tolist(), 0.8) for value in [*past[row], *actual[row]]] for row in range(20)]
    spreads = {(length, side): usual_spread(z, 7, length, side) for length in LENGTHS for side in (1, -1)}
    usual_highest = norm.ppf(0.8 ** (1 / 49))
    for row in range(20):
        for day in range(49, 56):
            day_z = z[row][day] / (max(1, max(z[row][:49]) / usual_highest) if z[row][day] > 0 else 1)
            strongest = max(abs(day_z), abs(naive_shift(z[row], day, spreads)))
            assert scores[row, day - 49] == pytest.approx(np.interp(strongest, [2, 3, 4, 6, 9, 12], [0, 30, 50, 70, 90, 100]))


def test_a_gap_scores_what_an_actual_of_zero_would_but_at_least_30() -> None:
    gap, zero = detect(a_panel(a_week(d3=NAN))), detect(a_panel(a_week(d3=0)))
    assert gap.scores[0, 3] == zero.scores[0, 3] == 100
    wide = DailyValues.of(*(np.full((1, 7), level) for level in (NAN, 100.0, 0.0, 400.0)))
    assert detect(a_panel(a_week(), days=wide)).scores[0, 3] == 30


def test_the_days_before_count_for_a_shift_and_are_not_reported_themselves() -> None:
    past = np.full((1, PAST_DAYS), 100.0)
    past[0, -6:] = 87
    history = DailyValues.of(past, *(np.full((1, PAST_DAYS), level) for level in (100.0, 90.0, 110.0)))
    week = a_week(d0=87, d1=87, d2=87)
    assert not detect(a_panel(a_week(d0=87))).is_reported.any()
    assert detect(a_panel(week, past=history)).kinds[0, :3].tolist() == [AnomalyKind.LEVEL_SHIFT.code] * 3


def test_dividing_a_series_by_100_changes_no_score() -> None:
    generator = np.random.default_rng(2)
    values = [generator.poisson(20, (30, n_days)).astype(float) for n_days in (7, 49)]
    days, past = (DailyValues.of(actual, *(np.full(actual.shape, level) for level in (20.0, 14.0, 26.0))) for actual in values)
    dimensions = [{"sku_id": str(row)} for row in range(30)]

    def scale(part: DailyValues, factor: float) -> DailyValues:
        return DailyValues.of(factor * part.actual, factor * part.expected, factor * part.lower, factor * part.upper)

    def scores(factor: float) -> Floats:
        is_intermittent = np.zeros(30, dtype=np.bool_)
        return detect(DetectionPanel("demand", dimensions, FIRST, scale(days, factor), scale(past, factor), is_intermittent)).scores

    assert (scores(1) > 0).any()
    np.testing.assert_allclose(scores(0.01), scores(1), atol=1e-9)


def test_skus_of_a_site_that_fall_together_are_one_group_and_the_one_that_rises_another() -> None:
    report = assess(a_panel(a_week(d3=60, d4=50), a_week(d3=65, d4=50), a_week(d3=60, d4=60), a_week(d4=140)))
    (spike,), (drop,) = report.volume_spikes, report.volume_drops
    assert {member["sku_id"] for member in drop.group.series.dimensions} == {"SKU-0", "SKU-1", "SKU-2"}
    assert (drop.group.first_day, drop.group.last_day) == (date(2026, 11, 18), date(2026, 11, 19))
    assert drop.impact.delta_units == -255 + 40, "the site fell by what the three lost and the fourth won"
    assert spike.group.values_of("sku_id") == ("SKU-3",)


def test_falls_of_a_site_on_different_days_are_groups_apart() -> None:
    drops = assess(a_panel(a_week(d3=60), a_week(d4=50))).volume_drops
    assert sorted((drop.group.first_day, drop.group.values_of("sku_id")) for drop in drops) == [
        (date(2026, 11, 18), ("SKU-0",)),
        (date(2026, 11, 19), ("SKU-1",)),
    ]


def test_sites_apart_are_groups_apart() -> None:
    assert assess(a_panel(a_week(d3=60), a_week(d3=60), sites=("A", "B"))).total == 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (a_week(d3=60), AnomalyKind.VOLUME_DROP),
        (a_week(d3=140), AnomalyKind.VOLUME_SPIKE),
        (a_week(d3=0), AnomalyKind.ZERO_DEMAND),
        (a_week(d3=NAN), AnomalyKind.DATA_GAP),
        (a_week(d1=70, d2=70, d3=70), AnomalyKind.LEVEL_SHIFT),
        (a_week(d1=160, d2=170), AnomalyKind.VOLUME_SPIKE),
        ([100, 103, 106, 112, 118, 124, 130], AnomalyKind.TREND_BREAK),
    ],
)
def test_the_kind_of_a_single_series_is_the_kind_of_its_group(values: list[float], kind: AnomalyKind) -> None:
    report = assess(a_panel(values))
    assert report.by_kind[kind] == report.total == 1


def test_a_slow_shift_that_no_day_alone_shows_is_detected_and_is_low() -> None:
    report = assess(a_panel([87.0] * 7))
    assert report.by_kind[AnomalyKind.LEVEL_SHIFT] == report.by_severity[Severity.LOW] == 1


def test_a_usual_sale_of_an_intermittent_series_is_no_anomaly() -> None:
    past = np.zeros((1, PAST_DAYS))
    past[0, [3, 17, 33, 40]] = [4, 6, 5, 3]
    nothing_expected = [np.zeros((1, PAST_DAYS))] * 3
    days = DailyValues.of(np.array([[0.0, 0, 6, 0, 0, 3, 0]]), *(np.zeros((1, 7)) for _ in range(3)))
    panel = a_panel(a_week(), days=days, past=DailyValues.of(past, *nothing_expected), is_intermittent=np.ones(1, dtype=np.bool_))
    assert assess(panel).total == 0


def test_a_spike_of_an_intermittent_series_is_a_burst() -> None:
    report = assess(a_panel(a_week(d3=140), is_intermittent=np.ones(1, dtype=np.bool_)))
    assert report.by_kind[AnomalyKind.INTERMITTENT_BURST] == 1


def test_a_day_without_an_interval_is_not_scored_but_its_gap_is_reported() -> None:
    days = DailyValues.of(np.array([a_week(d3=0, d4=NAN)]), np.full((1, 7), 100.0), np.full((1, 7), NAN), np.full((1, 7), NAN))
    detection = detect(a_panel(a_week(), days=days))
    assert detection.is_reported[0].tolist() == [False] * 4 + [True] + [False] * 2
    assert detection.kinds[0, 4] == AnomalyKind.DATA_GAP.code


def test_a_series_without_a_past_is_scored_by_its_interval_alone() -> None:
    no_past = DailyValues.of(*(np.empty((1, 0)) for _ in range(4)))
    detection = detect(a_panel(a_week(d3=0), past=no_past))
    assert np.flatnonzero(detection.is_reported[0]).tolist() == [3]


def test_local_days_stay_local_days_across_the_change_of_the_clock() -> None:
    panel = a_panel([60.0] * 7, first_day=date(2026, 10, 20))
    (shift,) = assess(panel, ZoneInfo("Europe/Berlin")).as_dict()["other"]
    assert (shift["start_date"], shift["end_date"], shift["delta_units"]) == ("2026-10-20", "2026-10-26", -280)


def test_the_report_does_not_depend_on_the_order_of_series() -> None:
    panel = a_panel(a_week(d3=60), a_week(d4=50), a_week(d4=140), a_week(d1=60))
    order = np.array([2, 0, 3, 1])
    days = panel.days
    permuted_panel = a_panel(
        *days.actual,
        dimensions=[panel.dimensions[row] for row in order],
        days=DailyValues.of(days.actual[order], days.expected[order], days.lower[order], days.upper[order]),
    )
    assert assess(permuted_panel).as_dict() == assess(panel).as_dict()


def test_a_panel_without_series_has_no_groups() -> None:
    empty = np.empty((0, 7))
    days = DailyValues.of(empty, empty, empty, empty)
    assert detect_groups(DetectionPanel("demand", [], FIRST, days, days, np.empty(0, dtype=np.bool_))) == []
