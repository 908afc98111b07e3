"""From a detection panel and a group to the content of a picture: the whole that the group is about, and its largest contributors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import fsum

import numpy as np

from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.alerts.title import write_title
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.levels import sum_totals
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.scopes import ScopeSet
from kpi_engine.anomalies.formats import DIMENSION_NAMES, format_location, format_number
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.picture.picture import Picture, PicturePanel, Value
from kpi_engine.shared.arrays import Bools, Floats

SHOWN_DAYS = 35
DAYS_BEFORE = 7
MOST_PARTS = 4
SITE = "site_id"
DECIMALS = 3


@dataclass(frozen=True, eq=False)
class _ScopeSums:
    """The totals of the scopes of one set of dimensions. total_rows: by their values; single_rows: series of scopes with no other one."""

    panel: DetectionPanel
    total_rows: Mapping[tuple[str, ...], int]
    single_rows: Mapping[tuple[str, ...], int]

    @classmethod
    def of(cls, panel: DetectionPanel, scopes: ScopeSet) -> _ScopeSums:
        total, sizes = sum_totals(panel, scopes), scopes.sizes
        single_rows = {scopes.values[code]: row for row, code in enumerate(scopes.code.tolist()) if code >= 0 and sizes[code] == 1}
        return cls(total.panel, {scopes.values[code]: row for row, code in enumerate(total.codes.tolist())}, single_rows)


@dataclass(frozen=True, eq=False)
class PictureSource:
    """The panel of a run. The values of its past days are shown as far as a picture reaches back."""

    panel: DetectionPanel

    def draw(self, anomaly: AssessedAnomaly) -> Picture:
        """Return the picture of an anomaly of this panel.

        The days are the window and the weeks before it, 35 in all, more when the event began earlier. The first part is the total of the
        group's scope, or its one series; then come the series that moved most, and for a single series the total of its site.

        >>> from kpi_engine.examples.anomalies import assess_week, build_panel
        >>> picture = PictureSource(build_panel()).draw(assess_week().anomalies[0])
        >>> picture.n_days, [part.label for part in picture.panels], picture.panels[0].actual[-2:]
        (35, ['SKU-1 at site LDS1', 'Site LDS1, all series'], (152.0, 100.0))
        """
        group = anomaly.group
        n_days = self._count_days(group)
        parts = [self._total(group, n_days), *self._parts(group, n_days)]
        return Picture(
            title=write_title(anomaly, ObservedChange.of(anomaly)),
            caption=_write_caption(anomaly),
            first_day=self.last_day - timedelta(days=n_days - 1),
            event_days=(group.first_day, group.last_day),
            panels=tuple(part for part in parts if part is not None),
        )

    @property
    def last_day(self) -> date:
        """The last day of the window."""
        return self.panel.first_day + timedelta(days=self.panel.days.actual.shape[1] - 1)

    @cached_property
    def _members(self) -> list[dict[str, str]]:
        return self.panel.members

    @cached_property
    def _sums(self) -> dict[tuple[str, ...], _ScopeSums]:
        """The sums of the scopes of sets of dimensions, as they are needed."""
        return {}

    def _count_days(self, group: AnomalyGroup) -> int:
        n_known: int = self.panel.past.actual.shape[1] + self.panel.days.actual.shape[1]
        return min(max(SHOWN_DAYS, (self.last_day - group.first_day).days + 1 + DAYS_BEFORE), n_known)

    def _total(self, group: AnomalyGroup, n_days: int) -> PicturePanel | None:
        """The total of the scope: a sum with the interval of a sum, or the one series."""
        scope, flags = group.scope or {}, _flag_days(group, range(len(group.series.dimensions)))
        days = self._sum(scope)
        if days is not None:
            return self._cut(f"{_name_scope(scope)}, all series", *days, n_days, flags)
        row = self._find_row(scope)
        return None if row is None else self._series(row, n_days, flags)

    def _parts(self, group: AnomalyGroup, n_days: int) -> Iterator[PicturePanel]:
        members = [dict(member) for member in group.series.dimensions]
        if len(members) == 1 and SITE in members[0]:
            scope = {SITE: members[0][SITE]}
            days = self._sum(scope) if scope != group.scope else None
            if days is not None:
                yield self._cut(f"{_name_scope(scope)}, all series", *days, n_days, {})
            return
        deltas = np.array(group.series.member_deltas())
        whole = fsum(group.figures.member_deltas()) if group.scope_series else float(np.abs(deltas).sum())
        deltas = deltas if group.scope_series else np.abs(deltas)
        for row in np.argsort(-np.abs(deltas), kind="stable")[:MOST_PARTS].tolist():
            place = self._find_row(members[row])
            share = 100 * float(deltas[row]) / whole if whole else None
            if place is not None:
                yield self._series(place, n_days, _flag_days(group, [row]), share)

    def _find_row(self, scope: Mapping[str, str]) -> int | None:
        """The row of the one series of a scope; None for several and for none."""
        return self._sums_of(scope).single_rows.get(tuple(value for _, value in sorted(scope.items())))

    def _sum(self, scope: Mapping[str, str]) -> tuple[DailyValues, DailyValues] | None:
        """Past and recent days of the total of a scope; None when it holds a single series, or none."""
        sums = self._sums_of(scope)
        row = sums.total_rows.get(tuple(value for _, value in sorted(scope.items())))
        return None if row is None else (_select(sums.panel.past, row), _select(sums.panel.days, row))

    def _sums_of(self, scope: Mapping[str, str]) -> _ScopeSums:
        names = tuple(sorted(scope))
        if names not in self._sums:
            self._sums[names] = _ScopeSums.of(self.panel, ScopeSet.of(self._members, names))
        return self._sums[names]

    def _series(self, row: int, n_days: int, flags: Mapping[date, bool], share: float | None = None) -> PicturePanel:
        label = _name_series(self.panel.dimensions[row])
        return self._cut(label, _select(self.panel.past, row), _select(self.panel.days, row), n_days, flags, share)

    def _cut(
        self, label: str, past: DailyValues, days: DailyValues, n_days: int, flags: Mapping[date, bool], share: float | None = None
    ) -> PicturePanel:
        def layer(before: Floats, recent: Floats) -> tuple[Value, ...]:
            return tuple(_value(each) for each in np.concatenate([before, recent], axis=1)[0, -n_days:].tolist())

        first = self.last_day - timedelta(days=n_days - 1)
        coverages = (past.coverage, days.coverage)
        lower, upper = (
            layer(*(np.where(np.isnan(coverage), np.nan, values) for coverage, values in zip(coverages, pair, strict=True)))
            for pair in ((past.lower, days.lower), (past.upper, days.upper))
        )
        return PicturePanel(
            label=label,
            actual=layer(past.actual, days.actual),
            expected=layer(past.expected, days.expected),
            lower=lower,
            upper=upper,
            is_flagged=tuple(flags.get(first + timedelta(days=place), False) for place in range(n_days)),
            share=share if share is None else round(share, 1),
        )


def _select(days: DailyValues, row: int) -> DailyValues:
    rows = slice(row, row + 1)
    return DailyValues(days.actual[rows], days.expected[rows], days.lower[rows], days.upper[rows], days.coverage[rows])


def _flag_days(group: AnomalyGroup, rows: Sequence[int]) -> dict[date, bool]:
    """The days on which members of the group have values in it, or lack data."""
    is_in_group: Bools = group.series.is_known | group.series.days.is_gap
    mask: Bools = np.any(is_in_group[list(rows)], axis=0)
    first = group.last_day - timedelta(days=len(group.series.instants) - 1)
    return {first + timedelta(days=place): bool(is_flagged) for place, is_flagged in enumerate(mask.tolist())}


def _write_caption(anomaly: AssessedAnomaly) -> str:
    change = ObservedChange.of(anomaly)
    parts = [f"{anomaly.severity}, score {anomaly.group.score:.0f}"]
    if change.actual is not None and change.expected is not None:
        parts.append(f"expected {format_number(change.expected)}, seen {format_number(change.actual)}")
    if anomaly.impact.delta_units is not None:
        parts.append(f"{format_number(anomaly.impact.delta_units, has_sign=True)} units")
    elif anomaly.impact.units_unseen:
        parts.append(f"{format_number(anomaly.impact.units_unseen)} units expected on days without data")
    parts += [f"known event: {event.name}" for event in anomaly.events[:1]]
    return " · ".join(parts)


def _name_scope(scope: Mapping[str, str]) -> str:
    """Name a scope.

    >>> _name_scope({"site_id": "LDS1"}), _name_scope({})
    ('Site LDS1', 'All sites and SKUs')
    """
    text = format_location({name: (value,) for name, value in scope.items()}).removeprefix("at ")
    return f"{text[:1].upper()}{text[1:]}" if text else "All sites and SKUs"


def _name_series(dimensions: Mapping[str, str]) -> str:
    skus = [value for name, value in dimensions.items() if DIMENSION_NAMES.get(name) == "SKU"]
    others = {name: (value,) for name, value in dimensions.items() if DIMENSION_NAMES.get(name) != "SKU"}
    return f"{' '.join(skus)} {format_location(others)}".strip()


def _value(number: float) -> Value:
    return round(number, DECIMALS) if np.isfinite(number) else None
