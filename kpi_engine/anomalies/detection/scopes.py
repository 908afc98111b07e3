"""Scopes: the parts of a panel that a common cause may be limited to, such as one site, one category, one SKU at all sites, or all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kpi_engine.shared.arrays import Ints

NO_VALUE = -1
FEWEST_SERIES_OF_ALL = 3
"""Two series that share no value of a dimension share no scope."""


@dataclass(frozen=True, eq=False)
class ScopeSet:
    """The scopes of one set of dimensions, one for each of its K values. code: of each of S series the number of its value, -1 for none.

    Without a dimension there is one scope, all series.
    """

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    code: Ints

    @classmethod
    def of(cls, members: Sequence[Mapping[str, str]], names: tuple[str, ...]) -> ScopeSet:
        """Collect the values of a set of dimensions; a series that lacks one of them has none.

        >>> sites = ScopeSet.of([{"site_id": "B"}, {"site_id": "A"}, {}], ("site_id",))
        >>> sites.values, sites.code.tolist()
        ((('A',), ('B',)), [1, 0, -1])
        """
        keys = [tuple(member[name] for name in names) if all(name in member for name in names) else None for member in members]
        values = sorted({key for key in keys if key is not None})
        number = {key: place for place, key in enumerate(values)}
        return cls(names, tuple(values), np.array([NO_VALUE if key is None else number[key] for key in keys], dtype=np.int64))

    def scope(self, code: int) -> dict[str, str]:
        """Return the dimension values of a scope.

        >>> ScopeSet.of([{"site_id": "B"}], ("site_id",)).scope(0)
        {'site_id': 'B'}
        """
        return dict(zip(self.names, self.values[code], strict=True))

    @property
    def sizes(self) -> Ints:
        """The number of series of each scope."""
        return np.bincount(self.code[self.code >= 0], minlength=len(self.values)).astype(np.int64)


def list_scope_sets(members: Sequence[Mapping[str, str]]) -> list[ScopeSet]:
    """Return the sets of up to two dimensions whose scopes hold several series each: all series, each dimension, and each pair.

    A pair is left out when one of its dimensions determines the other, as a SKU does its category; all series, when they are fewer than 3,
    or share a value of a dimension: that names them.

    >>> members = [{"site_id": site, "sku_id": sku} for site in "AB" for sku in "12"]
    >>> [scopes.names for scopes in list_scope_sets(members)]
    [(), ('site_id',), ('sku_id',)]
    """
    names = sorted({name for member in members for name in member})
    single_sets = [ScopeSet.of(members, (name,)) for name in names]
    have_common_value = any(len(scopes.values) == 1 and (scopes.code >= 0).all() for scopes in single_sets)
    sets = [] if have_common_value or len(members) < FEWEST_SERIES_OF_ALL else [ScopeSet.of(members, ())]
    sets += single_sets
    for first, second in combinations(single_sets, 2):
        pair = ScopeSet.of(members, first.names + second.names)
        if len(pair.values) > max(len(first.values), len(second.values)):
            sets.append(pair)
    return [scopes for scopes in sets if (scopes.sizes > 1).any()]
