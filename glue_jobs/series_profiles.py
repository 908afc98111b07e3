"""The content of series.json: profiles of the series that a forecast leaves out, and of those with the most unknown days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from contracts.documents import SeriesDocument, SeriesProfileDocument
from forecast_engine.exclusions import Exclusion, count_by_code
from forecast_engine.model import CLASS_WINDOW_DAYS
from forecast_engine.panel import Panel
from kpi_engine.shared.arrays import Bools, Floats, Ints
from kpi_engine.shared.demand_class import NO_DEMAND, DemandClass, demand_classes

MOST_EXCLUDED = 100
MOST_WITH_GAPS = 50
OUTLIER_MADS = 20.0
"""Median absolute deviations from the median of the days with demand, from which on a day is an outlier."""


def series_document(run_id: str, panel: Panel, exclusions: Sequence[Exclusion]) -> SeriesDocument:
    """Return the content of series.json. panel: every series of the run; exclusions: those that are not forecast."""
    by_series = {exclusion.series: exclusion for exclusion in exclusions}
    gaps = _count_gaps(panel)
    unknown_days = gaps + panel.days_behind
    # By name where the figures are equal: the order of the panel differs from one run to the next.
    by_name = sorted(range(len(panel.series)), key=panel.series.__getitem__)
    excluded_rows = [row for row in by_name if panel.series[row] in by_series]
    rows_with_gaps = [row for row in by_name if panel.series[row] not in by_series and unknown_days[row] > 0]
    worst = sorted(rows_with_gaps, key=lambda row: -unknown_days[row])
    rows = [*excluded_rows[:MOST_EXCLUDED], *worst[:MOST_WITH_GAPS]]
    classes = demand_classes(panel.values[rows], window_days=CLASS_WINDOW_DAYS, without_demand=NO_DEMAND)
    return {
        "run_id": run_id,
        "series": len(panel.series),
        "excluded": len(exclusions),
        "excluded_by_reason": count_by_code(exclusions),
        "profiles": [
            _profile(panel, row, int(gaps[row]), int(number), by_series.get(panel.series[row]))
            for row, number in zip(rows, classes, strict=True)
        ],
    }


def _count_gaps(panel: Panel) -> Ints:
    """Return for each series, (N,), the unknown days between its first demand and the end of its data."""
    is_known = ~np.isnan(panel.values)
    first = np.where(is_known.any(axis=1), is_known.argmax(axis=1), panel.days)
    days = np.arange(panel.days)
    is_due = (days >= first[:, None]) & (days < panel.days - panel.days_behind[:, None])
    return np.asarray((is_due & ~is_known).sum(axis=1), dtype=np.int64)


def _profile(panel: Panel, row: int, gaps: int, number: int, exclusion: Exclusion | None) -> SeriesProfileDocument:
    values, behind = panel.values[row], int(panel.days_behind[row])
    demand = values[values > 0]
    is_known = ~np.isnan(values)
    known_days = int(is_known.sum())
    return {
        "site_id": panel.series[row][0],
        "sku_id": panel.series[row][1],
        "history_days": known_days + gaps,
        "demand_days": len(demand),
        "unknown_days": gaps,
        "days_behind": behind,
        "quiet_days": _longest(values[is_known] == 0),
        "outliers": _count_outliers(demand),
        "demand_class": None if number == NO_DEMAND else DemandClass(number).name,
        "code": exclusion.code.value if exclusion else None,
        "reason": exclusion.reason if exclusion else None,
    }


def _longest(flags: Bools) -> int:
    """Return the length of the longest stretch of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _count_outliers(demand: Floats) -> int:
    if not len(demand):
        return 0
    distance = np.abs(demand - np.median(demand))
    spread = float(np.median(distance))
    return int((distance > OUTLIER_MADS * spread).sum()) if spread else 0
