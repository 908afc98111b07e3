"""Input of the detector, S series x D days of one measure, and its result for each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.scopes import ScopeSet
from kpi_engine.anomalies.detection.scores import MIN_SCORE
from kpi_engine.anomalies.kind import NO_KIND
from kpi_engine.shared.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class DetectionPanel:
    """S series x D local days of one volume measure.

    dimensions: of each series, all different. attributes: more about each series that a common cause may be limited to, such as the
    category of its SKU; none for any series when empty. past: S x T, the days just before first_day, beside what was expected of them.
    is_intermittent: S. capacity: S x D units, what of a series can be handled.
    """

    measure: str
    dimensions: Sequence[Mapping[str, str]]
    first_day: date
    days: DailyValues
    past: DailyValues
    is_intermittent: Bools
    capacity: Floats | None = None
    attributes: Sequence[Mapping[str, str]] = ()

    @property
    def members(self) -> list[dict[str, str]]:
        """Dimensions and attributes of each series, sorted by name."""
        attributes = self.attributes or [{}] * len(self.dimensions)
        return [dict(sorted({**more, **dimensions}.items())) for dimensions, more in zip(self.dimensions, attributes, strict=True)]


@dataclass(frozen=True, eq=False)
class Detection:
    """S x D scores, 0..100, kinds (AnomalyKind.code, -1: none), and the z that was scored, with the sign of its direction.

    day_z: the z of each day alone, without the shift that it is part of. past_z: S x T, those of the past days. scope_sets: to
    which causes may be limited (scopes.py). totals: the same of the totals of scopes (levels.py), for the first of those sets.
    """

    scores: Floats
    kinds: Ints
    z: Floats
    day_z: Floats
    past_z: Floats
    scope_sets: tuple[ScopeSet, ...] = ()
    totals: tuple[TotalDetection, ...] = ()

    @property
    def is_reported(self) -> Bools:
        """Mask of the days that are anomalies: of a kind, and with a score of at least 30."""
        is_reported: Bools = (self.kinds != NO_KIND) & (self.scores >= MIN_SCORE)
        return is_reported

    @property
    def n_judged(self) -> int:
        """The number of days whose distance is known."""
        return int(np.count_nonzero(~np.isnan(self.z)))

    @property
    def n_reported(self) -> int:
        """The number of days that are reported and were judged: data gaps are not."""
        return int(np.count_nonzero(self.is_reported & ~np.isnan(self.z)))


@dataclass(frozen=True, eq=False)
class TotalDetection:
    """The totals of the scopes of one set of dimensions, C x D. codes: the scope of each row."""

    codes: Ints
    panel: DetectionPanel
    detection: Detection
