"""Expected and actual value of a group, as an alert shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import fsum

import numpy as np

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.shared.arrays import Floats


@dataclass(frozen=True)
class ObservedChange:
    """Sums over the days with both an actual and an expectation; for a service level, means. None when there is no such day.

    change_percent = 100 * (actual - expected) / expected; None when expected is 0. lower and upper: None without an interval.
    """

    expected: float | None = None
    actual: float | None = None
    lower: float | None = None
    upper: float | None = None
    change_percent: float | None = None

    @classmethod
    def of(cls, anomaly: AssessedAnomaly) -> ObservedChange:
        """Sum up the series of a group.

        >>> from kpi_engine.examples.anomalies import assess_week
        >>> ObservedChange.of(assess_week().anomalies[0])
        ObservedChange(expected=100.0, actual=152.0, lower=90.0, upper=110.0, change_percent=52.0)
        """
        series = anomaly.group.series
        mask = series.is_known
        n_known = int(np.count_nonzero(mask))
        if not n_known:
            return cls()
        divisor = n_known if anomaly.kind is AnomalyKind.SERVICE_DROP else 1

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
        )

    def as_dict(self) -> dict[str, object]:
        """Return the change for JSON."""
        return {
            "expected": self.expected,
            "seen": self.actual,
            "lower": self.lower,
            "upper": self.upper,
            "change_percent": self.change_percent,
        }
