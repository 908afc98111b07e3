"""Votes on anomalies, and the threshold that follows from them; the standard library alone, so that the API can state it.

Of one event its newest verdict counts, once for each run after which it was given. NOT_REAL is a dismissal, REAL a confirmation, EXPECTED
neither: what was planned says nothing about the detector. Votes count for one direction (up, down, gap) of one scope, the series or cause
that the event was about when it was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from kpi_engine.anomalies.terms import AnomalyVerdict

UP, DOWN, GAP = "up", "down", "gap"
DISMISSAL_STEP, CONFIRMATION_STEP = 0.2, 0.1
FEWEST_CONFIRMATIONS = 2
"""A threshold falls below its base only when several events were confirmed."""
MOST_ABOVE, MOST_BELOW = 2.0, 0.4
"""A z of 5 is reported whatever was said; a z of 2.6 is the least, about three times as many days by chance as a z of 3."""
DECIMALS = 1
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

ScopeKey: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""A direction, and the sorted dimension values of a scope."""


@dataclass(frozen=True)
class Judgement:
    """One verdict on one event. run_id: the run that had reported it last."""

    event_id: str
    scope: Mapping[str, str]
    direction: str
    verdict: AnomalyVerdict
    run_id: str
    at: datetime


@dataclass(frozen=True)
class Votes:
    """The votes on one direction of one scope."""

    dismissals: int = 0
    confirmations: int = 0

    @property
    def shift(self) -> float:
        """How much the threshold is moved: 0.2 up for each dismissal, at most 2; 0.1 down for each confirmation, at most 0.4 below.

        >>> [Votes(*votes).shift for votes in ((2, 0), (1, 1), (0, 1), (0, 3), (99, 0), (0, 99))]
        [0.4, 0.1, 0.0, -0.3, 2.0, -0.4]
        """
        shift = DISMISSAL_STEP * self.dismissals - CONFIRMATION_STEP * self.confirmations
        if shift < 0 and self.confirmations < FEWEST_CONFIRMATIONS:
            return 0.0
        return round(min(max(shift, -MOST_BELOW), MOST_ABOVE), DECIMALS)

    def __add__(self, other: Votes) -> Votes:
        """Add up votes."""
        return Votes(self.dismissals + other.dismissals, self.confirmations + other.confirmations)


NO_VOTES = Votes()


@dataclass(frozen=True)
class Threshold:
    """The least distance, as a z, at which a scope is reported. base: without votes."""

    base: float
    votes: Votes = field(default=NO_VOTES)

    @property
    def value(self) -> float:
        """The threshold that holds."""
        return self.base + self.votes.shift

    @property
    def text(self) -> str:
        """The threshold and why it is what it is, in one line.

        >>> Threshold(3.0, Votes(2)).text, Threshold(3.0, Votes(0, 1)).text
        ('threshold raised from 3.0 to 3.4 after two dismissals', 'threshold 3.0 after one confirmation')
        """
        causes = [
            _count(number, noun)
            for number, noun in ((self.votes.dismissals, "dismissal"), (self.votes.confirmations, "confirmation"))
            if number
        ]
        after = f" after {' and '.join(causes)}" if causes else ""
        if not self.votes.shift:
            return f"threshold {self.base:.1f}{after}"
        verb = "raised" if self.votes.shift > 0 else "lowered"
        is_bound = self.votes.shift in (MOST_ABOVE, -MOST_BELOW)
        return f"threshold {verb} from {self.base:.1f} to {self.value:.1f}{', the limit,' if is_bound else ''}{after}"

    def as_dict(self) -> dict[str, object]:
        """Return the threshold for JSON."""
        return {
            "base": round(self.base, 2),
            "value": round(self.value, 2),
            "dismissals": self.votes.dismissals,
            "confirmations": self.votes.confirmations,
            "text": self.text,
        }


def scope_key(direction: str, scope: Mapping[str, str]) -> ScopeKey:
    """Return what votes are counted by.

    >>> scope_key("up", {"sku_id": "A", "site_id": "LDS1"})
    ('up', (('site_id', 'LDS1'), ('sku_id', 'A')))
    """
    return direction, tuple(sorted(scope.items()))


def count_votes(judgements: Iterable[Judgement]) -> dict[ScopeKey, Votes]:
    """Count the votes on each direction of each scope; the order of the judgements does not matter.

    >>> from datetime import UTC
    >>> judgement = Judgement("e1", {"site_id": "LDS1"}, "up", AnomalyVerdict.NOT_REAL, "run-1", datetime(2026, 11, 21, tzinfo=UTC))
    >>> count_votes([judgement, judgement])
    {('up', (('site_id', 'LDS1'),)): Votes(dismissals=1, confirmations=0)}
    """
    by_event: dict[str, list[Judgement]] = {}
    for judgement in sorted(judgements, key=lambda each: (each.at, each.event_id, each.run_id, each.verdict)):
        by_event.setdefault(judgement.event_id, []).append(judgement)
    votes: dict[ScopeKey, Votes] = {}
    for judgements_of_event in by_event.values():
        verdict = judgements_of_event[-1].verdict
        by_run = {each.run_id: each for each in judgements_of_event if each.verdict is verdict}
        for judgement in by_run.values():
            key = scope_key(judgement.direction, judgement.scope)
            votes[key] = votes.get(key, NO_VOTES) + Votes(verdict is AnomalyVerdict.NOT_REAL, verdict is AnomalyVerdict.REAL)
    return {key: each for key, each in votes.items() if each != NO_VOTES}


def _count(number: int, noun: str) -> str:
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{word} {noun}{'' if number == 1 else 's'}"
