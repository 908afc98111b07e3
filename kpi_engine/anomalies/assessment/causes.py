"""Candidates for the cause of a group, each with its evidence. No evidence, no candidate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.contributions import contribution_shares
from kpi_engine.anomalies.formats import format_days
from kpi_engine.anomalies.kind import AnomalyKind

DOMINANT_SHARE = 60.0


@dataclass(frozen=True)
class Cause:
    """A candidate and the evidence for it."""

    cause: str
    evidence: str

    def as_dict(self) -> dict[str, str]:
        """Return the candidate for JSON."""
        return asdict(self)


def find_causes(anomaly: AssessedAnomaly) -> list[Cause]:
    """Return the candidates, known events first; empty when the data points to none.

    >>> from kpi_engine.examples.anomalies import assess_week
    >>> spike, drop = assess_week().anomalies
    >>> find_causes(spike)
    [Cause(cause='demand above capacity', evidence='values above the capacity of their day: 1')]
    """
    return [Cause(cause, evidence) for cause, evidence in _candidates(anomaly)]


def _candidates(anomaly: AssessedAnomaly) -> Iterator[tuple[str, str]]:
    group = anomaly.group
    for event in anomaly.events:
        yield f"{event.kind}: {event.name}", f"known event on {format_days(event.first_day, event.last_day)}, overlapping the anomaly"
    for dimension in group.dimensions:
        yield from _dominant_value(dimension, contribution_shares(group, dimension))
    yield from _common_zero(anomaly)
    n_gaps = int(np.count_nonzero(group.figures.days.is_gap))
    if n_gaps:
        yield "late or missing data", f"expected values without an actual: {n_gaps}"
    n_over = int(np.count_nonzero(group.figures.days.actual > group.figures.capacity))
    if n_over:
        yield "demand above capacity", f"values above the capacity of their day: {n_over}"
    if group.also_affected:
        yield "a cause shared with other measures", f"also affected: {', '.join(group.also_affected)}"


def _dominant_value(dimension: str, shares: dict[str, float]) -> Iterator[tuple[str, str]]:
    if len(shares) > 1:
        value, share = max(shares.items(), key=lambda pair: pair[1])
        if share >= DOMINANT_SHARE:
            yield f"something at {dimension} {value}", f"{value} contributed {share:.1f} % of the change"


def _common_zero(anomaly: AssessedAnomaly) -> Iterator[tuple[str, str]]:
    """Several series that are all without demand point to their site rather than to each of them."""
    n_series = len(anomaly.group.series.dimensions)
    if anomaly.kind is AnomalyKind.ZERO_DEMAND and n_series > 1:
        yield "a closure or an order interface that is down", f"all {n_series} series are zero together"
