"""Expected and actual value of a group, as an alert shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import fsum

import numpy as np

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.group import GroupSeries
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import FigureBasis
from kpi_engine.shared.arrays import Floats


@dataclass(frozen=True)
class ObservedChange:
    """Sums over the days with both an actual and an expectation; for a service level, means. None when there is no such day.

    change_percent = 100 * (actual - expected) / expected; None when expected is 0. lower and upper: None without an interval.
    expected_a_day, actual_a_day: the sum over the series of their means of these days, None for a service level.
    """

    expected: float | None = None
    actual: float | None = None
    lower: float | None = None
    upper: float | None = None
    change_percent: float | None = None
    expected_a_day: float | None = None
    actual_a_day: float | None = None
    basis: FigureBasis = FigureBasis.REPORTED

    @classmethod
    def of(cls, anomaly: AssessedAnomaly) -> ObservedChange:
        """Sum up the scope of a group, or where it has no total the series that were reported.

        >>> from kpi_engine.examples.anomalies import assess_week
        >>> change = ObservedChange.of(assess_week().anomalies[0])
        >>> change.expected, change.actual, change.lower, change.upper, change.change_percent, str(change.basis)
        (100.0, 152.0, 90.0, 110.0, 52.0, 'scope')
        """
        series = anomaly.group.figures
        basis = FigureBasis.REPORTED if anomaly.group.scope_series is None else FigureBasis.SCOPE
        mask = series.is_known
        n_known = int(np.count_nonzero(mask))
        if not n_known:
            return cls(basis=basis)
        is_level = anomaly.kind is AnomalyKind.SERVICE_DROP
        divisor = n_known if is_level else 1

        def total(values: Floats) -> float:
            return fsum(values[mask]) / divisor

        expected, actual = fsum(series.days.expected[mask]), fsum(series.days.actual[mask])
        change = 100 * (actual - expected) / expected if expected else math.nan
        return cls(
            expected=total(series.days.expected),
            actual=total(series.days.actual),
            lower=total(series.days.lower) if series.has_interval else None,
            upper=total(series.days.upper) if series.has_interval else None,
            change_percent=change if math.isfinite(change) else None,
            expected_a_day=None if is_level else _sum_means(series, series.days.expected),
            actual_a_day=None if is_level else _sum_means(series, series.days.actual),
            basis=basis,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the change for JSON."""
        return {
            "expected": self.expected,
            "seen": self.actual,
            "lower": self.lower,
            "upper": self.upper,
            "change_percent": self.change_percent,
            "expected_a_day": self.expected_a_day,
            "seen_a_day": self.actual_a_day,
            "basis": str(self.basis),
        }


def _sum_means(series: GroupSeries, values: Floats) -> float:
    """The units of a day: a series without a known day counts for nothing, and one with a few for the mean of those."""
    return fsum(fsum(row[mask]) / np.count_nonzero(mask) for row, mask in zip(values, series.is_known, strict=True) if mask.any())
