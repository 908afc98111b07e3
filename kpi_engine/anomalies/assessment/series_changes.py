"""What each series of a group contributes, in units: the rows from which the change of the group can be added up."""

from __future__ import annotations

from math import fsum

from kpi_engine.anomalies.group import AnomalyGroup

MOST_SERIES = 200
"""Series that a report lists, those that moved most."""


def list_series_changes(group: AnomalyGroup) -> list[dict[str, object]]:
    """Return expected and actual units of each series over its known days, the largest change first.

    >>> from kpi_engine.examples.anomalies import assess_week
    >>> list_series_changes(assess_week().anomalies[0].group)
    [{'site_id': 'LDS1', 'sku_id': 'SKU-1', 'expected': 100.0, 'actual': 152.0}]
    """
    days, is_known = group.figures.days, group.figures.is_known
    rows: list[tuple[float, dict[str, object]]] = []
    for row, member in enumerate(group.figures.dimensions):
        expected, actual = (fsum(values[row][is_known[row]]) for values in (days.expected, days.actual))
        rows.append((abs(actual - expected), {**member, "expected": expected, "actual": actual}))
    rows.sort(key=lambda each: (-each[0], str(each[1])))
    return [change for _, change in rows[:MOST_SERIES]]
