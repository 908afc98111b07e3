"""What a quantity of each series counts where series are pooled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.matching import MatchedBlock
from kpi_engine.shared.arrays import Floats, Ints, sum_by_group
from kpi_engine.shared.volume_share import weigh_units


@dataclass(frozen=True)
class SeriesWeights:
    """The unit of measure of each series, by number, and the weight of a quantity of it.

    weight: None while all points have one unit, whose quantities are added as they are. With several units it is the volume share within
    the unit times the unit's number of series: every unit counts by its series, and within it every series by its volume.
    """

    unit_of: Ints
    weight: Floats | None

    @classmethod
    def of(cls, unit_of: Ints, blocks: Iterable[MatchedBlock]) -> SeriesWeights:
        """Return the weights of series by their units; `blocks` are read only when there are several units."""
        if len(np.unique(unit_of)) <= 1:
            return cls(unit_of, None)
        volume, count = np.zeros((2, len(unit_of)))
        for block in blocks:
            points = block.points
            volume += sum_by_group(points.series, len(volume), np.abs(points.actual))
            count += sum_by_group(points.series, len(volume), np.ones(len(points)))
        has_points = count > 0
        if len(np.unique(unit_of[has_points])) <= 1:
            return cls(unit_of, None)
        return cls(unit_of, weigh_units(unit_of, volume, has_points))
