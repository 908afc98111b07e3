"""Groups whose scopes overlap, such as a site and a SKU at all sites: what both contain is counted once where groups are added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum

import numpy as np

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly


@dataclass(frozen=True)
class OwnPart:
    """What a group adds to those before it. units: None where its own are unknown. share: of its money, 0..1."""

    units: float | None
    share: float = 1.0


def count_once(anomalies: Sequence[AssessedAnomaly]) -> list[OwnPart]:
    """Return what each group adds to the wider ones, in the order of the groups; groups without the total of a scope share no value."""
    seen_instants: dict[tuple[object, ...], set[datetime]] = {}
    parts = [OwnPart(anomaly.impact.delta_units) for anomaly in anomalies]
    with_total = [place for place, anomaly in enumerate(anomalies) if anomaly.group.scope_series is not None]
    for place in sorted(with_total, key=lambda place: (-anomalies[place].group.figures.is_known.sum(), anomalies[place].group.id)):
        parts[place] = _add(anomalies[place], seen_instants)
    return parts


def _add(anomaly: AssessedAnomaly, seen_instants: dict[tuple[object, ...], set[datetime]]) -> OwnPart:
    series, whole = anomaly.group.figures, anomaly.impact.delta_units
    new_units = []
    for row, member in enumerate(series.dimensions):
        known_instants = seen_instants.setdefault((anomaly.group.measure, *sorted(member.items())), set())
        for place in np.flatnonzero(series.is_known[row]).tolist():
            if series.instants[place] not in known_instants:
                known_instants.add(series.instants[place])
                new_units.append(float(series.days.residual[row, place]))
    units = fsum(new_units)
    return OwnPart(units if whole is not None else None, min(max(units / whole, 0.0), 1.0) if whole else 1.0)
