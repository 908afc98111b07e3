"""Sums by group, which add up block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np

from kpi_engine.shared.arrays import Bools, Floats, Ints, sum_by_group


@dataclass(frozen=True)
class Additive:
    """Arrays of one length, one entry per group; before anything is summed every point is a group of its own.

    QUANTITIES and SQUARES: the fields that are quantities of the series, and squares of them; the others have no unit.
    """

    QUANTITIES: ClassVar[frozenset[str]] = frozenset()
    SQUARES: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def zeros(cls, groups: int) -> Self:
        """Return the sums of groups without points."""
        return cls(*(np.zeros(groups) for _ in fields(cls)))

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the groups of all parts, one after the other."""
        if not parts:
            return cls.zeros(0)
        return cls(*(np.concatenate(arrays) for arrays in zip(*(part._arrays() for part in parts), strict=True)))

    def sum_runs(self, starts: Ints) -> Self:
        """Return the sums of runs of entries that begin at `starts`, the first at 0."""
        return self if not len(starts) else type(self)(*(np.add.reduceat(values, starts) for values in self._arrays()))

    def sum_by_group(self, group: Ints, groups: int) -> Self:
        """Return the sums of entries by their group 0..groups-1."""
        return type(self)(*(sum_by_group(group, groups, values) for values in self._arrays()))

    def total(self) -> Self:
        """Return the sums of everything: one group."""
        return type(self)(*(values.sum(keepdims=True) for values in self._arrays()))

    def select(self, groups: Ints | Bools | slice) -> Self:
        """Return only these groups."""
        return type(self)(*(values[groups] for values in self._arrays()))

    def weigh(self, weight: Floats | None) -> Self:
        """Return the sums with quantities in a measure that all series share: times the weight of each group; None leaves them alone."""
        if weight is None:
            return self
        factors = dict.fromkeys(self.QUANTITIES, weight) | dict.fromkeys(self.SQUARES, weight * weight)
        return type(self)(*(values * factors[name] if name in factors else values for name, values in vars(self).items()))

    def __add__(self, other: Self) -> Self:
        """Add the sums of the same groups."""
        return type(self)(*(one + two for one, two in zip(self._arrays(), other._arrays(), strict=True)))

    def _arrays(self) -> tuple[Floats, ...]:
        return tuple(vars(self).values())  # in the order of the fields, and quicker than by their names
