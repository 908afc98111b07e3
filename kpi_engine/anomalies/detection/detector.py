"""The built-in detector: from what happened and what was expected to groups of anomalies, all series at once."""

from __future__ import annotations

from datetime import UTC, tzinfo

import numpy as np

from kpi_engine.anomalies.detection.group_builder import build_groups
from kpi_engine.anomalies.detection.kinds import classify_volume
from kpi_engine.anomalies.detection.panel import Detection, DetectionPanel
from kpi_engine.anomalies.detection.scores import MIN_SCORE, robust_z, score_z, weekday_scales
from kpi_engine.anomalies.detection.shifts import mark_cusum_shifts, mark_trends
from kpi_engine.anomalies.group import AnomalyGroup


def detect(panel: DetectionPanel) -> Detection:
    """Return the score and kind of every day.

    A day whose scale is unknown has no score and is not reported. Two kinds are scored otherwise, by convention: a shift that only
    the CUSUM sees scores 30, the least that is reported, and a data gap scores what an actual of zero would, at least 30.

    >>> from kpi_engine.examples.anomalies import build_panel
    >>> detect(build_panel()).scores[:, 5:].round(1).tolist()
    [[73.3, 0.0], [0.0, 73.3]]
    """
    n_days, n_past = panel.days.actual.shape[1], panel.past_residuals.shape[1]
    first_weekday = panel.first_day.weekday()
    weekday = (first_weekday + np.arange(n_days)) % 7
    scales = weekday_scales(panel.past_residuals, (first_weekday + np.arange(-n_past, 0)) % 7)
    z = robust_z(panel.days.residual, weekday, scales)
    shifts = mark_cusum_shifts(z)
    kinds = classify_volume(panel.days, shifts, mark_trends(z), panel.is_intermittent)
    scores = score_z(z)
    scores = np.where((shifts != 0) & (scores < MIN_SCORE), MIN_SCORE, scores)
    gap_scores = np.fmax(score_z(robust_z(-panel.days.expected, weekday, scales)), MIN_SCORE)
    return Detection(np.where(panel.days.is_gap, gap_scores, scores), kinds, z)


def detect_groups(panel: DetectionPanel, zone: tzinfo = UTC) -> list[AnomalyGroup]:
    """Detect the anomalies of a panel and group them; the days of the panel are days of `zone`.

    A spike and a drop never share a group. Each member has its values on its own anomalous days alone. Raises DuplicateKeys when two
    members of a group have the same dimensions.

    >>> from datetime import date
    >>> from kpi_engine.anomalies.daily_values import DailyValues
    >>> days = DailyValues.of(*(np.array([row]) for row in ([100.0, 40.0], [100.0] * 2, [90.0] * 2, [110.0] * 2)))
    >>> past = np.repeat([[-4.0, 0.0, 4.0]], 7, axis=1)
    >>> panel = DetectionPanel("demand", [{"sku_id": "SKU-1"}], date(2026, 11, 20), days, past, np.array([False]))
    >>> [(group.first_day.isoformat(), str(group.reported_kind), round(group.score)) for group in detect_groups(panel)]
    [('2026-11-21', 'VOLUME_DROP', 94)]
    """
    return build_groups(panel, detect(panel), zone)
