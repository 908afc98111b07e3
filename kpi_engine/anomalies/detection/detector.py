"""The built-in detector: from what happened and what was expected to groups of anomalies, all series at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, tzinfo

import numpy as np

from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
from kpi_engine.anomalies.detection.common_days import measure_common_change
from kpi_engine.anomalies.detection.distribution import measure_days
from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.detection.kinds import classify_volume
from kpi_engine.anomalies.detection.levels import sum_totals
from kpi_engine.anomalies.detection.panel import Detection, DetectionPanel, TotalDetection
from kpi_engine.anomalies.detection.scopes import list_scope_sets
from kpi_engine.anomalies.detection.scores import MIN_SCORE, MIN_Z, UsualDemand, limit_bursts, limit_rises, score_z
from kpi_engine.anomalies.detection.shifts import RUN_Z, mark_runs, mark_trends, shift_z
from kpi_engine.anomalies.detection.threshold_shifts import NO_SHIFTS, ThresholdShifts
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import NO_KIND

DEFAULT_LIMITS = AlarmLimits()


def detect(panel: DetectionPanel, limits: AlarmLimits = DEFAULT_LIMITS, feedback: ThresholdShifts = NO_SHIFTS) -> Detection:
    """Return the score and kind of every day.

    Only data gaps and days that pass the limits have a kind. The z of a day is that of its own distance or of the shift that it is part of,
    whichever is further out, both without what all series have in common on the day. A day without an interval has no score and is not
    reported. A data gap scores what an actual of zero would, at least 30, the least that is reported: by convention.

    The totals of all series and of each value of a dimension are judged in the same way, those of one dimension together. Feedback shifts
    the least z of single series and totals.

    >>> from kpi_engine.examples.anomalies import build_panel
    >>> detect(build_panel()).scores[:, 5:].round(1).tolist()
    [[70.5, 0.0], [0.0, 65.8]]
    """
    scope_sets = tuple(list_scope_sets(panel.members))
    totals = []
    for scopes in (each for each in scope_sets if len(each.names) <= 1):
        total = sum_totals(panel, scopes)
        totals.append(TotalDetection(total.codes, total.panel, _detect_series(total.panel, limits, feedback)))
    return replace(_detect_series(panel, limits, feedback), scope_sets=scope_sets, totals=tuple(totals))


def _detect_series(panel: DetectionPanel, limits: AlarmLimits, feedback: ThresholdShifts) -> Detection:
    days, n_days = panel.days, panel.days.actual.shape[1]
    usual = UsualDemand.of(panel.past, days, panel.is_intermittent)
    distances, past = measure_days(replace(days, actual=np.where(days.is_gap, 0.0, days.actual)), usual), measure_days(panel.past, usual)
    day_z = limit_bursts(limit_rises(distances.z, past.z), past.z, panel.is_intermittent)
    day_z = np.where(days.is_gap, np.nan, day_z)
    standard_z = np.where(days.is_gap, np.nan, distances.standard_z)
    standard_z = np.concatenate([past.standard_z, standard_z], axis=1)
    common = measure_common_change(standard_z, n_days)
    lasting_z, own_z = shift_z(common.leave_out_of_sums(standard_z), n_days), common.leave_out(day_z)
    z = np.where(np.abs(lasting_z) > np.abs(own_z), lasting_z, own_z)
    runs = mark_runs(np.where(np.abs(day_z) >= RUN_Z, np.sign(day_z), 0).astype(np.int64))
    shifts = np.where(np.abs(lasting_z) >= MIN_Z, np.sign(lasting_z), runs).astype(np.int64)
    kinds = classify_volume(days, shifts, mark_trends(day_z), panel.is_intermittent)
    is_reported = days.is_gap | limits.passes(feedback.relative_z(panel.dimensions, z))
    scores = score_z(np.where(days.is_gap, distances.z, z))
    return Detection(np.where(is_reported, np.fmax(scores, MIN_SCORE), scores), np.where(is_reported, kinds, NO_KIND), z, day_z, past.z)


def detect_groups(panel: DetectionPanel, zone: tzinfo = UTC, limits: AlarmLimits = DEFAULT_LIMITS) -> list[AnomalyGroup]:
    """Detect the anomalies of a panel and group them by cause; the days of the panel are days of `zone`.

    A group holds values of one direction alone. Each member has its values on its own days of the group. Raises DuplicateKeys when two
    series have the same dimensions.

    >>> from datetime import date
    >>> from kpi_engine.anomalies.daily_values import DailyValues
    >>> days = DailyValues.of(*(np.array([row]) for row in ([100.0, 40.0], [100.0] * 2, [90.0] * 2, [110.0] * 2)))
    >>> panel = DetectionPanel("demand", [{"sku_id": "SKU-1"}], date(2026, 11, 20), days, days, np.array([False]))
    >>> [(group.first_day.isoformat(), str(group.reported_kind), round(group.score)) for group in detect_groups(panel)]
    [('2026-11-21', 'VOLUME_DROP', 91)]
    """
    return build_groups(panel, detect(panel, limits), zone)
