"""How useful a rule is: what became of its insights, how often its predictions came true, and whether it mutes itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

WINDOW = 20
"""The closed insights of a rule that count, the newest first; with fewer a rule is never muted."""
USEFUL_PERCENT = 30.0
"""A rule of which fewer of these were useful mutes itself."""
HIT_SHARE = 0.5
"""The part of the predicted effect from which on a prediction came true."""


@dataclass(frozen=True)
class ClosedInsight:
    """How one insight ended. is_useful: somebody took it up or said so. is_hit: its prediction came true; None when it was not measured."""

    rule_id: str
    is_useful: bool
    is_hit: bool | None


@dataclass(frozen=True, kw_only=True)
class RuleRecord:
    """The last closed insights of a rule. Percentages are 0..100; hit_rate None when no prediction was measured."""

    rule_id: str
    closed_count: int
    useful_count: int
    measured_count: int
    hit_count: int
    useful_percent: float
    hit_rate: float | None
    is_muted: bool

    def as_dict(self) -> dict[str, float | int | str | None]:
        """Return the record for JSON."""
        return asdict(self)


def summarise_rules(insights: Iterable[ClosedInsight], always_heard: frozenset[str] = frozenset()) -> tuple[RuleRecord, ...]:
    """Return a record of each rule. insights: closed ones, those that ended last first. always_heard: rules that never mute themselves.

    >>> unused = [ClosedInsight("cost_above_band.v1", is_useful=False, is_hit=None)] * 20
    >>> [record.is_muted for record in summarise_rules(unused)], [record.is_muted for record in summarise_rules(unused[:19])]
    ([True], [False])
    """
    by_rule: dict[str, list[ClosedInsight]] = {}
    for insight in insights:
        newest = by_rule.setdefault(insight.rule_id, [])
        if len(newest) < WINDOW:
            newest.append(insight)
    return tuple(_summarise(rule_id, newest, rule_id in always_heard) for rule_id, newest in sorted(by_rule.items()))


def _summarise(rule_id: str, insights: list[ClosedInsight], is_always_heard: bool) -> RuleRecord:
    useful, hits = sum(each.is_useful for each in insights), [each.is_hit for each in insights if each.is_hit is not None]
    percent = 100 * useful / len(insights)
    return RuleRecord(
        rule_id=rule_id,
        closed_count=len(insights),
        useful_count=useful,
        measured_count=len(hits),
        hit_count=sum(hits),
        useful_percent=percent,
        hit_rate=100 * sum(hits) / len(hits) if hits else None,
        is_muted=len(insights) == WINDOW and percent < USEFUL_PERCENT and not is_always_heard,
    )


def read_records(rows: Iterable[Mapping[str, object]]) -> tuple[RuleRecord, ...]:
    """Return the records that a run stored."""
    return tuple(RuleRecord(**row) for row in rows)  # type: ignore[arg-type]


def has_come_true(predicted_effect: float, actual_effect: float) -> bool:
    """Whether an effect came true: at least half of what was predicted, and more than nothing.

    >>> has_come_true(100, 50), has_come_true(100, 49), has_come_true(0, 0)
    (True, False, False)
    """
    return actual_effect > 0 and actual_effect >= HIT_SHARE * predicted_effect
