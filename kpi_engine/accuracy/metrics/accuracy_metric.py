"""A metric of forecast accuracy: its definition, what it is computed from, and the arithmetic."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, Self, TypeVar

from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.metric import GET_ACCURACY, ComputedMetric

S = TypeVar("S")

ALL_ACTUALS_ZERO = "all_actuals_zero"
SUM_ACTUALS_ZERO = "sum_actuals_zero"


class Population(Enum):
    """The points that a figure is computed from, by which readers judge how much it rests on."""

    MATCHED = auto()
    NONZERO_ACTUAL = auto()
    WITH_INTERVAL = auto()
    WITH_BENCHMARK = auto()


class CollectedInputs(ABC):
    """Inputs of a metric that need all points and cannot be summed by series; gathered block by block, each block whole series in order.

    A metric with such inputs needs nothing else: the accumulator gathers the inputs of every metric of the catalogue.
    """

    @classmethod
    @abstractmethod
    def of_points(cls, points: MatchedPoints) -> Self:
        """Gather from the points of one block, at the grain of errors."""

    @abstractmethod
    def __add__(self, other: Self) -> Self:
        """Return what both blocks gave."""


@dataclass(frozen=True, kw_only=True)
class AccuracyMetric(ComputedMetric[S, Floats], Generic[S]):
    """A metric that is computed from the sums `inputs`, one figure per group; of all points together it is a figure of the report.

    population: the points behind the figure. explain: the reason why the figure is null, where it depends on the sums; else it is
    `reason`. reason_key: the key of that reason in the report's `undefined`, the name by default; None for a figure that is null exactly
    when a related one is. site_column: the column of a site's row in which the metric's figure is stored for each site as well.
    """

    inputs: type[S]
    served: str | None = GET_ACCURACY
    population: Population = Population.MATCHED
    explain: Callable[[S], str] | None = None
    reason_key: str | None = ""
    site_column: str | None = None

    @property
    def key_of_reason(self) -> str | None:
        """The key of the reason in the report's `undefined`."""
        return self.name if self.reason_key == "" else self.reason_key
