"""One load in percent of its vehicle's capacity, by dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.inputs.vehicles import DIMENSIONS
from kpi_engine.shared.arrays import Floats


@dataclass(frozen=True)
class LoadPercent:
    """Percent of the capacity by dimension, None where unknown. binding: the name of the fullest dimension."""

    weight: float | None
    cube: float | None
    pallet: float | None
    ldm: float | None
    binding: str | None

    @classmethod
    def of(cls, percent: Floats) -> LoadPercent:
        """Return the load of one row of trips x DIMENSIONS; NaN is unknown."""
        values = [None if np.isnan(value) else float(value) for value in percent]
        weight, cube, pallet, ldm = values
        return cls(weight, cube, pallet, ldm, binding=find_fullest(dict(zip(DIMENSIONS, values, strict=True))))


def find_fullest(percent: Mapping[str, float | None]) -> str | None:
    """Return the dimension with the largest percent, the first of several; None when all are unknown.

    >>> find_fullest({"weight": 75.0, "cube": None, "pallet": 91.0})
    'pallet'
    """
    numbers = {name: value for name, value in percent.items() if value is not None}
    return max(numbers, key=lambda name: numbers[name]) if numbers else None
