"""Findings on the quality of a run's input: what is wrong, what follows from it, and who must act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.documents import FindingDocument

EVERYTHING = "all data sets"
"""The subject of findings about the run as a whole."""


class Severity(StrEnum):
    """FAIL: publishing would be wrong. WARN: publishing is right, and somebody must act. INFO: worth knowing."""

    FAIL = "FAIL"
    WARN = "WARN"
    INFO = "INFO"

    @property
    def rank(self) -> int:
        """Its place in the order, the worst first."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Finding:
    """One finding. subject: the site, file or data set; text: one sentence with the figures; action: what to do, and owner: who does it.

    weight: orders findings of one severity, the largest first.
    """

    severity: Severity
    subject: str
    text: str
    action: str
    owner: str
    weight: float = 0.0

    @property
    def sentence(self) -> str:
        """The finding with its subject."""
        return self.text if self.text.startswith(self.subject) or self.subject == EVERYTHING else f"{self.subject}: {self.text}"

    def as_document(self) -> FindingDocument:
        """Return the finding as it is in the report."""
        return {
            "severity": self.severity.value,
            "subject": self.subject,
            "text": self.text,
            "action": self.action,
            "owner": self.owner,
        }


@dataclass(frozen=True)
class QualityLimits:
    """Limits of the quality gate. Shares 0..1.

    lateness_days: days that a site may be later than it usually is. completeness: least share of the last 28 days on which rows are due
    that are complete. volume_low, volume_high: rows of the last week relative to usual. drift: population stability index.
    """

    lateness_days: int = 1
    completeness: float = 0.98
    volume_low: float = 0.5
    volume_high: float = 2.0
    drift: float = 0.2


def rank(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the worst first."""
    return tuple(sorted(findings, key=lambda each: (each.severity.rank, -each.weight, each.subject, each.text)))
