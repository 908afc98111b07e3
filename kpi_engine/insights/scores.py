"""Scores of a finding: impact, urgency, rank and priority. All limits are conventions, stated with each score."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kpi_engine.insights.finding import Finding
from kpi_engine.insights.terms import ImpactBasis, Priority

SMALL_AMOUNT, LARGE_AMOUNT = 100.0, 100_000.0
"""Amounts with the impact scores 10 and 100."""
URGENCIES = ((1, 1.0), (3, 0.8), (7, 0.6), (14, 0.4))
"""Days until the first affected day, at most, and the urgency; LATER_URGENCY beyond."""
LATER_URGENCY = 0.2
PRIORITIES = ((75.0, Priority.CRITICAL), (50.0, Priority.HIGH), (25.0, Priority.MEDIUM), (-math.inf, Priority.LOW))


@dataclass(frozen=True)
class Scores:
    """impact, confidence, rank: 0..100; urgency: 0..1. rank = impact * confidence / 100 * (0.5 + 0.5 * urgency)."""

    impact: float
    basis: ImpactBasis
    confidence: float
    urgency: float

    @property
    def rank(self) -> float:
        """The rank among all findings."""
        return self.impact * self.confidence / 100 * (0.5 + 0.5 * self.urgency)

    @property
    def priority(self) -> Priority:
        """The priority of the rank."""
        return next(priority for limit, priority in PRIORITIES if self.rank >= limit)


def score_money(amount: float) -> float:
    """Return the impact score of an amount in the tenant's currency.

    >>> [round(score_money(amount), 1) for amount in (0, 100, 1_000, 10_000, 100_000, 1_000_000)]
    [0.0, 10.0, 34.7, 66.8, 100.0, 100.0]
    """
    return 100 * min(1.0, math.log10(1 + abs(amount) / SMALL_AMOUNT) / math.log10(1 + LARGE_AMOUNT / SMALL_AMOUNT))


def score_volume(units: float, site_days: Sequence[float]) -> float:
    """Return the percent of the recent days of all sites whose demand is below so many units; 0 without such days.

    >>> score_volume(250, [100, 200, 300, 400])
    50.0
    """
    return 100 * bisect_left(sorted(site_days), units) / len(site_days) if site_days else 0.0


def score_urgency(first_day: date, today: date) -> float:
    """Return the urgency by the days until the first affected day.

    >>> score_urgency(date(2026, 11, 27), date(2026, 11, 21)), score_urgency(date(2026, 12, 21), date(2026, 11, 21))
    (0.6, 0.2)
    """
    days = (first_day - today).days
    return next((urgency for limit, urgency in URGENCIES if days <= limit), LATER_URGENCY)


def score_finding(finding: Finding, today: date) -> Scores:
    """Return the scores of a finding as of a day."""
    money = finding.impact.money
    impact, basis = (score_money(money.expected), ImpactBasis.MONEY) if money else (finding.volume_share, ImpactBasis.VOLUME)
    return Scores(impact, basis, finding.confidence.score, score_urgency(finding.first_day, today))


def fingerprint(finding: Finding) -> str:
    """Return the identity of a finding over all runs: sha256 of category, rule, scope, direction and period."""
    parts = [finding.rule.category, finding.rule.id, sorted(finding.scope.items()), finding.direction, finding.period]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
