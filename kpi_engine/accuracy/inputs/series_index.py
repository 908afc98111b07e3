"""Integers for SKUs, sites and their pairs, the same in all frames of one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Bools, Ints, is_dense
from kpi_engine.shared.columns import Column, to_text

NO_SITE = "ALL"
SAMPLE = 1_000
LONG_RUN = 8


@dataclass(frozen=True)
class SeriesIndex:
    """A series is a SKU at a site. SKUs, sites and series are numbered in alphabetical order, so that the order of rows cannot matter.

    sku_of and site_of: the numbers of the SKU and the site of each series.
    """

    skus: tuple[str, ...]
    sites: tuple[str, ...]
    sku_of: Ints
    site_of: Ints

    def __len__(self) -> int:
        return len(self.sku_of)

    def describe(self, series: int) -> str:
        """Return one series in words."""
        return f"site {self.sites[self.site_of[series]]}, SKU {self.skus[self.sku_of[series]]}"


def index_series(frames: Sequence[pd.DataFrame]) -> tuple[SeriesIndex, list[Ints]]:
    """Return the series of all frames, and the series of each row of each frame: -1 where its SKU or site is missing.

    Sites count only when every frame has them.

    >>> index, codes = index_series([pd.DataFrame({"sku_id": ["B", None]}), pd.DataFrame({"sku_id": ["A", "B"]})])
    >>> index.skus, [own.tolist() for own in codes]
    (('A', 'B'), [[1, -1], [0, 1]])
    """
    skus, by_sku = _number_labels([_labels(frame["sku_id"]) for frame in frames])
    if not all("site_id" in frame for frame in frames):
        return SeriesIndex(skus, (NO_SITE,), np.arange(len(skus)), np.zeros(len(skus), dtype=np.int64)), by_sku
    sites, by_site = _number_labels([_labels(frame["site_id"]) for frame in frames])
    pairs = [np.where((sku < 0) | (site < 0), -1, sku * len(sites) + site) for sku, site in zip(by_sku, by_site, strict=True)]
    present, codes = _number_pairs(pairs, len(skus) * len(sites))
    return SeriesIndex(skus, sites, present // max(len(sites), 1), present % max(len(sites), 1)), codes


def _labels(values: Column) -> tuple[Ints, list[str]]:
    """Return the number of each row's label, -1 for none, and the labels."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64), _texts(values.cat.categories)
    starts = _long_runs(values)
    if starts is None:
        codes, names = pd.factorize(values)
        return codes.astype(np.int64, copy=False), _texts(pd.Index(names))
    codes, names = pd.factorize(values.iloc[starts])
    return np.repeat(codes, np.diff(np.append(starts, len(values)))), _texts(pd.Index(names))


def _long_runs(values: Column) -> Ints | None:
    """Return where runs of equal labels begin, when runs are long: comparing neighbours is cheaper than hashing every label."""
    if len(values) < SAMPLE or _differs_from_neighbour(values.iloc[:SAMPLE]).mean() * LONG_RUN > 1:
        return None
    is_start = _differs_from_neighbour(values)
    is_start[0] = True
    return np.flatnonzero(is_start)


def _differs_from_neighbour(values: Column) -> Bools:
    differs = np.ones(len(values), dtype=np.bool_)
    unequal = cast(Bools, values.array[1:] != values.array[:-1])  # or a masked array, where a label may be missing
    differs[1:] = pd.array(unequal, dtype="boolean").to_numpy(dtype=np.bool_, na_value=True)
    return differs


def _texts(names: pd.Index) -> list[str]:
    return [name if isinstance(name, str) else to_text(name) for name in names.to_numpy(dtype=object).tolist()]


def _number_labels(frames: Sequence[tuple[Ints, list[str]]]) -> tuple[tuple[str, ...], list[Ints]]:
    """Return the distinct labels of all frames in order, and the number of each row's label, from each frame's own codes and labels."""
    labels = sorted(set().union(*(own for _, own in frames)))
    number_of = dict(zip(labels, range(len(labels)), strict=True))
    numbers = [np.fromiter(map(number_of.__getitem__, own), dtype=np.int64, count=len(own)) for _, own in frames]
    return tuple(labels), [_renumber(codes, own) for (codes, _), own in zip(frames, numbers, strict=True)]


def _renumber(codes: Ints, numbers: Ints) -> Ints:
    if len(numbers) and (numbers == np.arange(len(numbers))).all():
        return codes.astype(np.int64, copy=False)
    return np.append(numbers, -1)[codes]


def _number_pairs(pairs: Sequence[Ints], space: int) -> tuple[Ints, list[Ints]]:
    """Return the distinct pairs in order, and the number of each row's pair among them; -1 stays -1."""
    if not is_dense(space, sum(map(len, pairs))):
        distinct = np.unique(np.concatenate(pairs))
        present = distinct[distinct >= 0]
        return present, [np.where(own < 0, -1, np.searchsorted(present, own)) for own in pairs]
    number_of = np.full(space + 1, -1, dtype=np.int64)  # the last cell is for -1
    for own in pairs:
        number_of[own] = 0
    present = np.flatnonzero(number_of[:-1] == 0)
    number_of[-1], number_of[present] = -1, np.arange(len(present))
    return present, [number_of[own] for own in pairs]
