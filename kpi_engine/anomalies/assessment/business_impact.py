"""The business impact of all groups together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.assessment.costs import Money
from kpi_engine.anomalies.assessment.overlap import count_once
from kpi_engine.anomalies.formats import format_list
from kpi_engine.anomalies.kind import UP, AnomalyKind
from kpi_engine.shared.metric import NO_OBSERVATIONS

KINDS_WITHOUT_VOLUME = (AnomalyKind.SERVICE_DROP, AnomalyKind.CAPACITY_BREACH, AnomalyKind.DATA_GAP)
COUNTED_ONCE = "groups overlap: a value in several of them counts once, and their money in proportion to the units that are left"
COUNTED_TWICE = "a capacity breach and a rise of volume may count the cost of the same units twice"


@dataclass(frozen=True)
class BusinessImpact:
    """delta_units: over the volume groups, signed (negative: less demand than expected). money: over all groups, or None with a reason."""

    delta_units: float | None
    money: Money | None
    assumptions: tuple[str, ...]
    reason: str | None

    @classmethod
    def of(cls, anomalies: Sequence[AssessedAnomaly]) -> BusinessImpact:
        """Add up the impact of all groups; a value that several of them contain counts once, and of the narrower ones the rest.

        Money is None with the reasons when any group that claims money lacks an input: a partial sum would look like the whole. Data gaps
        claim none. Both are None with `no_observations` without groups.

        >>> from kpi_engine.examples.anomalies import assess_week
        >>> BusinessImpact.of(assess_week().anomalies).delta_units
        12.0
        """
        parts = count_once(anomalies)
        units = [part.units for anomaly, part in zip(anomalies, parts, strict=True) if anomaly.kind not in KINDS_WITHOUT_VOLUME]
        known_units = [delta for delta in units if delta is not None]
        claims = [anomaly for anomaly in anomalies if anomaly.kind is not AnomalyKind.DATA_GAP]
        reasons = sorted({anomaly.impact.reason for anomaly in claims if anomaly.impact.reason})
        reason = ", ".join(reasons) or (None if claims else NO_OBSERVATIONS)
        amounts = [
            anomaly.impact.money.take(part.share)
            for anomaly, part in zip(anomalies, parts, strict=True)
            if anomaly.impact.money and anomaly.kind is not AnomalyKind.DATA_GAP
        ]
        return cls(
            delta_units=fsum(known_units) if known_units else None,
            money=Money.sum(amounts) if reason is None else None,
            assumptions=tuple(_list_assumptions(anomalies, claims, has_overlap=any(part.share < 1 for part in parts))),
            reason=reason,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the impact for JSON."""
        return {
            "delta_units": self.delta_units,
            "money": self.money.as_dict() if self.money else None,
            "assumptions": list(self.assumptions),
            "reason": self.reason,
        }


def _list_assumptions(anomalies: Sequence[AssessedAnomaly], claims: Sequence[AssessedAnomaly], *, has_overlap: bool) -> list[str]:
    """Every assumption of the groups once, and those that hold only for the sum."""
    assumptions = {text for anomaly in anomalies for text in anomaly.impact.assumptions}
    ids_without_money = sorted(anomaly.group.id for anomaly in claims if anomaly.impact.reason)
    if has_overlap:
        assumptions.add(COUNTED_ONCE)
    if ids_without_money:
        assumptions.add(f"groups without money: {format_list(ids_without_money)}")
    rising_kinds = {anomaly.kind for anomaly in anomalies if anomaly.classification.direction == UP}
    if AnomalyKind.CAPACITY_BREACH in rising_kinds and rising_kinds - {AnomalyKind.CAPACITY_BREACH, None}:
        assumptions.add(COUNTED_TWICE)
    return sorted(assumptions)
