"""Candidates for the cause, each with the evidence it rests on. No evidence, no candidate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kpi_engine.anomalies.alerts.wording import days
from kpi_engine.anomalies.assessment.assessed_anomaly import Finding
from kpi_engine.anomalies.detection.contributions import shares_of
from kpi_engine.anomalies.detection.kinds import Kind

DOMINANT_SHARE = 60.0


def causes_of(finding: Finding) -> list[dict[str, str]]:
    """The candidates, known events first; empty when the data points to none."""
    return [{"cause": cause, "evidence": evidence} for cause, evidence in _candidates(finding)]


def _candidates(finding: Finding) -> Iterator[tuple[str, str]]:
    group = finding.group
    for event in finding.events:
        yield f"{event.kind}: {event.name}", f"known event on {days(event.first_day, event.last_day)}, overlapping the anomaly"
    for dimension in group.dimensions:
        yield from _dominant(dimension, shares_of(group, dimension))
    yield from _common(finding)
    gap = int(np.count_nonzero(group.series.days.gap))
    if gap:
        yield "late or missing data", f"expected values without an actual: {gap}"
    over = int(np.count_nonzero(group.series.days.actual > group.series.capacity))
    if over:
        yield "demand above capacity", f"values above the capacity of their day: {over}"
    if group.also_affected:
        yield "a cause shared with other measures", f"also affected: {', '.join(group.also_affected)}"


def _dominant(dimension: str, shares: dict[str, float]) -> Iterator[tuple[str, str]]:
    if len(shares) > 1:
        value, share = next(iter(shares.items()))
        if share >= DOMINANT_SHARE:
            yield f"something at {dimension} {value}", f"{value} contributed {share:.1f} % of the change"


def _common(finding: Finding) -> Iterator[tuple[str, str]]:
    """One site, many SKUs, all without demand: the site, not its SKUs."""
    series = finding.group.series
    if finding.verdict.kind is Kind.ZERO_DEMAND and len(series.dimensions) > 1:
        yield "a closure or an order interface that is down", f"all {len(series.dimensions)} series are zero together"
