"""Catalogue of the fictitious operator: SKUs of every demand pattern that a forecaster meets."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]


class Pattern(StrEnum):
    """Demand pattern of a SKU."""

    SMOOTH = "smooth"
    SEASONAL = "seasonal"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"
    NEW = "new"
    DISCONTINUED = "discontinued"


SHARES = {
    Pattern.SMOOTH: 0.30,
    Pattern.SEASONAL: 0.20,
    Pattern.ERRATIC: 0.15,
    Pattern.INTERMITTENT: 0.17,
    Pattern.LUMPY: 0.08,
    Pattern.NEW: 0.05,
    Pattern.DISCONTINUED: 0.05,
}


@dataclass(frozen=True)
class Catalogue:
    """One row per SKU; all arrays have the same length."""

    sku_ids: npt.NDArray[np.str_]
    patterns: npt.NDArray[np.str_]
    base: Floats
    """Units per open day of the whole operator; for intermittent and lumpy SKUs, units per day with demand."""
    price: Floats

    def __len__(self) -> int:
        return len(self.sku_ids)

    def mask(self, *patterns: Pattern) -> npt.NDArray[np.bool_]:
        """Return the mask of the SKUs that have one of the patterns."""
        return np.isin(self.patterns, [str(pattern) for pattern in patterns])


def make_catalogue(rng: np.random.Generator, size: int) -> Catalogue:
    """Draw a catalogue of about `size` SKUs, at least one of every pattern."""
    counts = {pattern: max(1, round(size * share)) for pattern, share in SHARES.items()}
    patterns = np.repeat([str(pattern) for pattern in counts], list(counts.values()))
    count = len(patterns)
    base = rng.lognormal(mean=2.6, sigma=0.9, size=count)
    sparse = np.isin(patterns, [str(Pattern.INTERMITTENT), str(Pattern.LUMPY)])
    base[sparse] = rng.lognormal(mean=1.2, sigma=0.6, size=int(sparse.sum()))
    price = np.asarray(np.round(np.exp(rng.normal(2.0, 0.8, size=count)), 2), dtype=np.float64)
    sku_ids = np.array([f"SKU-{index:05d}" for index in range(1001, 1001 + count)])
    return Catalogue(sku_ids, patterns, base, price)
