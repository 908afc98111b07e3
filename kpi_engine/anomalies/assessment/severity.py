"""From a score to a band, and the gate that a score alone cannot pass."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kpi_engine.anomalies.detection.scores import MIN_SCORE
from kpi_engine.anomalies.terms import Severity
from kpi_engine.shared.errors import InvalidValue

LOWEST_SCORES = {Severity.CRITICAL: 90.0, Severity.HIGH: 70.0, Severity.MEDIUM: 50.0, Severity.LOW: float(MIN_SCORE)}


def rate_severity(score: float, *, has_known_event: bool = False) -> Severity | None:
    """Return CRITICAL from 90, HIGH from 70, MEDIUM from 50, LOW from 30; None below 30, and for a score unknown or outside 0..100.

    A known event (promotion, holiday, planned closure) lowers the band by one. LOW stays LOW: an event explains, it never hides.

    >>> rate_severity(75.0), rate_severity(75.0, has_known_event=True), rate_severity(29.9)
    (<Severity.HIGH: 'HIGH'>, <Severity.MEDIUM: 'MEDIUM'>, None)
    """
    if not 0 <= score <= 100:
        return None
    band = next((severity for severity, lowest in LOWEST_SCORES.items() if score >= lowest), None)
    if band is None or not has_known_event:
        return band
    return list(Severity)[min(band.rank + 1, Severity.LOW.rank)]


@dataclass(frozen=True)
class Materiality:
    """The least that a group must move before anyone is alerted: units, and money in the currency of the costs.

    Raises InvalidValue for a limit that is no number of at least 0.
    """

    min_units: float = 10.0
    min_money: float = 0.0

    def __post_init__(self) -> None:
        for name, limit in (("min_units", self.min_units), ("min_money", self.min_money)):
            if not (math.isfinite(limit) and limit >= 0):
                raise InvalidValue(f"{name} is {limit}: write a number of at least 0")

    def check(self, units: float | None, money: float | None) -> str | None:
        """Return why a change of so many units, worth so much, raises no alert; None when it does.

        Unknown units raise none: the score alone must not. Unknown money is not checked: a price that was not loaded must not silence
        an alert.

        >>> Materiality(min_units=10).check(-40, None), Materiality(min_units=50).check(-40, None)
        (None, 'below_min_units')
        """
        if units is None or math.isnan(units):
            return "delta_unknown"
        if abs(units) < self.min_units:
            return "below_min_units"
        return "below_min_money" if money is not None and abs(money) < self.min_money else None
