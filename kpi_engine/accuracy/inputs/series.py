"""Integers for SKUs, sites and their pairs, the same in all frames of one question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Ints, is_dense
from kpi_engine.shared.columns import to_text

NO_SITE = "ALL"
SAMPLE = 1_000
LONG_RUN = 8


@dataclass(frozen=True)
class Series:
    """A series is a SKU at a site. SKUs, sites and series are numbered in alphabetical order, so that the order of rows cannot matter."""

    skus: tuple[str, ...]
    sites: tuple[str, ...]
    sku_of: Ints
    site_of: Ints

    def __len__(self) -> int:
        return len(self.sku_of)

    def name(self, series: int) -> str:
        """One series in words."""
        return f"site {self.sites[self.site_of[series]]}, SKU {self.skus[self.sku_of[series]]}"


def encode(frames: Sequence[pd.DataFrame]) -> tuple[Series, list[Ints]]:
    """The series of all frames, and the series of each row of each frame: -1 where its SKU or site is missing.

    Sites count only when every frame has them.
    """
    skus, by_sku = _common([_labels(frame["sku_id"]) for frame in frames])
    if not all("site_id" in frame for frame in frames):
        return Series(skus, (NO_SITE,), np.arange(len(skus)), np.zeros(len(skus), dtype=np.int64)), by_sku
    sites, by_site = _common([_labels(frame["site_id"]) for frame in frames])
    pairs = [np.where((sku < 0) | (site < 0), -1, sku * len(sites) + site) for sku, site in zip(by_sku, by_site, strict=True)]
    present, codes = _compressed(pairs, len(skus) * len(sites))
    return Series(skus, sites, present // max(len(sites), 1), present % max(len(sites), 1)), codes


def _labels(values: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """The number of each row's label, -1 for none, and the labels."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64), _texts(values.cat.categories)
    runs = _runs(values)
    if runs is None:
        codes, names = pd.factorize(values)
        return codes.astype(np.int64, copy=False), _texts(pd.Index(names))
    codes, names = pd.factorize(values.iloc[runs])
    return np.repeat(codes, np.diff(np.append(runs, len(values)))), _texts(pd.Index(names))


def _runs(values: pd.Series[Any]) -> Ints | None:
    """Where runs of equal labels begin, when runs are long: comparing neighbours is cheaper than hashing every label."""
    if len(values) < SAMPLE or _changes(values.iloc[:SAMPLE]).mean() * LONG_RUN > 1:
        return None
    changes = _changes(values)
    changes[0] = True
    return np.flatnonzero(changes)


def _changes(values: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    changed = np.ones(len(values), dtype=np.bool_)
    unequal = values.array[1:] != values.array[:-1]
    changed[1:] = pd.array(unequal, dtype="boolean").to_numpy(dtype=np.bool_, na_value=True)
    return changed


def _texts(names: pd.Index[Any]) -> list[str]:
    return [name if isinstance(name, str) else to_text(name) for name in names.to_numpy(dtype=object).tolist()]


def _common(labelled: Sequence[tuple[Ints, list[str]]]) -> tuple[tuple[str, ...], list[Ints]]:
    names = sorted({name for _, own in labelled for name in own})
    place = {name: number for number, name in enumerate(names)}
    return tuple(names), [_renumbered(codes, np.array([place[name] for name in own], dtype=np.int64)) for codes, own in labelled]


def _renumbered(codes: Ints, numbers: Ints) -> Ints:
    if len(numbers) and (numbers == np.arange(len(numbers))).all():
        return codes.astype(np.int64, copy=False)
    return np.append(numbers, -1)[codes]


def _compressed(pairs: Sequence[Ints], space: int) -> tuple[Ints, list[Ints]]:
    """The distinct pairs in order, and the place of each row's pair among them; -1 stays -1."""
    if not is_dense(space, sum(map(len, pairs))):
        distinct = np.unique(np.concatenate(pairs))
        present = distinct[distinct >= 0]
        return present, [np.where(own < 0, -1, np.searchsorted(present, own)) for own in pairs]
    place = np.full(space + 1, -1, dtype=np.int64)  # the last cell is for -1
    for own in pairs:
        place[own] = 0
    present = np.flatnonzero(place[:-1] == 0)
    place[-1], place[present] = -1, np.arange(len(present))
    return present, [place[own] for own in pairs]
