"""Thresholds of single series and causes, applied to distances and to groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kpi_engine.anomalies.detection.scores import score_z
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.thresholds import DOWN, GAP, UP, Judgement, ScopeKey, Threshold, Votes, count_votes, scope_key
from kpi_engine.shared.arrays import Floats


@dataclass(frozen=True, eq=False)
class ThresholdShifts:
    """The votes by direction and scope; none leaves everything as it is."""

    votes: Mapping[ScopeKey, Votes] = field(default_factory=dict)

    @classmethod
    def of(cls, judgements: Iterable[Judgement]) -> ThresholdShifts:
        """Count the votes of judgements."""
        return cls(count_votes(judgements))

    @property
    def is_raised(self) -> bool:
        """Whether any threshold is above its base."""
        return any(votes.shift > 0 for votes in self.votes.values())

    def relative_z(self, dimensions: Sequence[Mapping[str, str]], z: Floats) -> Floats:
        """Return the S x D distances as far as they are beyond the shift of their series, to be compared with the base; NaN stays NaN.

        >>> votes = {scope_key("up", {"sku_id": "A"}): Votes(dismissals=2)}
        >>> ThresholdShifts(votes).relative_z([{"sku_id": "A"}, {"sku_id": "B"}], np.array([[3.2, -3.2], [3.2, -3.2]])).round(1)
        array([[ 2.8, -3.2],
               [ 3.2, -3.2]])
        """
        if not self.votes:
            return z
        above, below = (
            np.array([[self._find(direction, scope).shift] for scope in dimensions]).reshape(len(z), 1) for direction in (UP, DOWN)
        )
        relative: Floats = np.where(z < 0, np.minimum(z + below, 0.0), np.maximum(z - above, 0.0))
        return relative

    def threshold_of(self, group: AnomalyGroup, base: float) -> Threshold | None:
        """Return the threshold of a group's scope and direction; None when nobody has voted on it."""
        if group.scope is None:
            return None
        votes = self.votes.get(scope_key(direction_of(group), group.scope))
        return None if votes is None else Threshold(base, votes)

    def select(self, groups: Iterable[AnomalyGroup], base: float) -> list[AnomalyGroup]:
        """Return the groups that reach the threshold of their scope, each with that threshold."""
        annotated_groups = (replace(group, threshold=self.threshold_of(group, base)) for group in groups)
        return [group for group in annotated_groups if _reaches(group)]

    def _find(self, direction: str, scope: Mapping[str, str]) -> Votes:
        return self.votes.get(scope_key(direction, scope), Votes())


NO_SHIFTS = ThresholdShifts()


def direction_of(group: AnomalyGroup) -> str:
    """Return up, down, or gap for a group of days without data."""
    residual = group.series.days.residual
    if np.isnan(residual).all():
        return GAP
    return UP if float(np.nansum(residual)) >= 0 else DOWN


def _reaches(group: AnomalyGroup) -> bool:
    return group.threshold is None or group.score >= float(score_z(np.array(group.threshold.value)))
