"""The whole of a scope on the days of a cause: all its series, also those that did not move, or moved the other way.

Whoever adds up only the series that were found counts chance as change: of many series, those that rose have risen more than they will.
So the figures of a group are those of its scope. They are measured against the mean of the forecast, since medians do not add up. Where no
mean is stated, as in a back-test, it is estimated from the interval, times what the past days of the scope have been of such estimates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import fsum

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.levels import sum_totals
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.scopes import ScopeSet
from kpi_engine.anomalies.formats import LARGEST_COUNT
from kpi_engine.anomalies.group import GroupSeries
from kpi_engine.anomalies.kind import NO_KIND
from kpi_engine.shared.arrays import Bools, Floats

LEAST_CORRECTION, MOST_CORRECTION = 0.05, 2.0
"""Past days may double or halve an estimated mean; a difference of less than 5 percent may be chance."""


def find_scope_rows(scope: Mapping[str, str], members: Sequence[Mapping[str, str]], scope_sets: Sequence[ScopeSet]) -> list[int]:
    """Return the series of a scope, by their names; of several series the ones that its set of dimensions holds.

    >>> sites = ScopeSet.of([{"site_id": "B"}, {"site_id": "A"}, {"site_id": "B"}], ("site_id",))
    >>> find_scope_rows({"site_id": "B"}, [{"site_id": "B"}, {"site_id": "A"}, {"site_id": "B"}], [sites])
    [0, 2]
    """
    scopes = next((each for each in scope_sets if sorted(each.names) == sorted(scope)), None)
    if scopes is None:
        rows = [row for row, member in enumerate(members) if scope.items() <= member.items()]
    else:
        values = tuple(scope[name] for name in scopes.names)
        rows = np.flatnonzero(scopes.code == scopes.values.index(values)).tolist() if values in scopes.values else []
    return sorted(rows, key=lambda row: sorted(members[row].items()))


def collect_scope(
    panel: DetectionPanel, rows: Sequence[int], first: int, instants: tuple[datetime, ...], direction: int
) -> GroupSeries | None:
    """Return all series of a scope on days of the panel from `first` on, expected: the mean of the forecast.

    Of several series the bounds add up to those of the total, each with its part of them. None when the scope as a whole did not move
    in this direction, or no day is known: then only the series that moved can be stated.
    """
    part = _select(panel, list(rows))
    days = slice(first, first + len(instants))
    is_usable = (np.abs(part.days.residual) <= LARGEST_COUNT)[:, days]
    actual, mean, lower, upper = (
        np.where(is_usable, values[:, days], np.nan) for values in (part.days.actual, _find_means(part), part.days.lower, part.days.upper)
    )
    if not direction * fsum((actual - mean)[~np.isnan(actual - mean)]) > 0:
        return None
    if len(rows) > 1:
        total = sum_totals(part, ScopeSet.of([{}] * len(rows), ())).panel.days
        lower = mean - _share_out(mean - lower, np.nansum(mean, axis=0) - total.lower[0, days])
        upper = mean + _share_out(upper - mean, total.upper[0, days] - np.nansum(mean, axis=0))
    return GroupSeries.of(
        tuple(part.members),
        instants,
        actual=actual,
        expected=mean,
        lower=lower,
        upper=upper,
        capacity=None if part.capacity is None else np.where(is_usable, part.capacity[:, days], np.nan),
        kinds=np.full(actual.shape, NO_KIND, dtype=np.int64),
    )


def _select(panel: DetectionPanel, rows: list[int]) -> DetectionPanel:
    return DetectionPanel(
        measure=panel.measure,
        dimensions=[panel.dimensions[row] for row in rows],
        first_day=panel.first_day,
        days=_select_days(panel.days, rows),
        past=_select_days(panel.past, rows),
        is_intermittent=panel.is_intermittent[rows],
        capacity=None if panel.capacity is None else panel.capacity[rows],
        attributes=[panel.attributes[row] for row in rows] if panel.attributes else (),
    )


def _select_days(days: DailyValues, rows: list[int]) -> DailyValues:
    mean = None if days.mean is None else days.mean[rows]
    return DailyValues(days.actual[rows], days.expected[rows], days.lower[rows], days.upper[rows], days.coverage[rows], mean=mean)


def _find_means(part: DetectionPanel) -> Floats:
    means, past = part.days.mean_values, part.past
    estimates = np.where(_states_mean(past) | np.isnan(past.actual), np.nan, past.mean_values)
    total = float(np.nansum(estimates))
    factor = float(np.sum(past.actual[~np.isnan(estimates)])) / total if total > 0 else 1.0
    if abs(factor - 1) < LEAST_CORRECTION:
        return means
    return np.where(_states_mean(part.days), means, means * min(max(factor, 1 / MOST_CORRECTION), MOST_CORRECTION))


def _states_mean(days: DailyValues) -> Bools:
    states_mean: Bools = np.zeros(days.actual.shape, dtype=np.bool_) if days.mean is None else ~np.isnan(days.mean)
    return states_mean


def _share_out(distances: Floats, total: Floats) -> Floats:
    """Scale the distances of series, M x N, so that those of each day add up to that of the total, N; never below 0."""
    sums = np.nansum(np.maximum(distances, 0.0), axis=0)
    return np.maximum(distances, 0.0) * np.where(sums > 0, np.maximum(total, 0.0) / np.where(sums > 0, sums, 1.0), 0.0)
