"""The impact of all groups together."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

from kpi_engine.anomalies.alerts.wording import listed
from kpi_engine.anomalies.assessment.assessed_anomaly import Finding, money_answer
from kpi_engine.anomalies.assessment.costs import Money
from kpi_engine.anomalies.detection.kinds import UP, Kind

NO_OBSERVATIONS = "no_observations"
NO_VOLUME = (Kind.SERVICE_DROP, Kind.CAPACITY_BREACH, Kind.DATA_GAP)
TWICE = "a capacity breach and a rise of volume may count the cost of the same units twice"


def business_impact(findings: Sequence[Finding]) -> dict[str, Any]:
    """Units over the volume groups, signed (negative: less demand than expected), and money over all groups.

    Money is null with the reasons when any group that claims money lacks an input: a partial sum would look like the whole. Data gaps
    claim none. Both are null with `no_observations` without groups.
    """
    deltas = [finding.impact.delta_units for finding in findings if finding.verdict.kind not in NO_VOLUME]
    units = [delta for delta in deltas if delta is not None]
    claiming = [finding for finding in findings if finding.verdict.kind is not Kind.DATA_GAP]
    without = sorted({finding.impact.reason for finding in claiming if finding.impact.reason})
    reason = ", ".join(without) or (None if claiming else NO_OBSERVATIONS)
    amounts = [finding.impact.money for finding in claiming if finding.impact.money]
    return {
        "delta_units": fsum(units) if units else None,
        "money": money_answer(Money.sum(amounts)) if reason is None else None,
        "assumptions": _assumptions(findings, claiming),
        "reason": reason,
    }


def _assumptions(findings: Sequence[Finding], claiming: Sequence[Finding]) -> list[str]:
    """Every assumption of the groups once, and what holds only for the sum."""
    told = {text for finding in findings for text in finding.impact.assumptions}
    unpriced = sorted(finding.group.id for finding in claiming if finding.impact.reason)
    if unpriced:
        told.add(f"groups without money: {listed(unpriced)}")
    kinds = {finding.verdict.kind for finding in findings if finding.verdict.direction == UP}
    return sorted(told | ({TWICE} if Kind.CAPACITY_BREACH in kinds and kinds - {Kind.CAPACITY_BREACH, None} else set()))
