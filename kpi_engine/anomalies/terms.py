"""Terms of anomalies that readers of reports share: severities, and what people say of a group. The standard library alone."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """The bands, the worst first."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class AnomalyVerdict(StrEnum):
    """What a person says of an anomaly: it was one, it was none, or it was one that had been planned."""

    REAL = "REAL"
    NOT_REAL = "NOT_REAL"
    EXPECTED = "EXPECTED"


class FigureBasis(StrEnum):
    """What the figures of a group add up."""

    SCOPE = "scope"
    """All series of the scope on its days, beside the mean of their forecast."""
    REPORTED = "reported"
    """The series and days that were reported, and nothing that moved the other way."""
