"""A KPI as one value: what its figure means, and the arithmetic that computes it.

A metric is written once, beside its arithmetic; reports, docs/kpis.md, GET /kpis/definitions and the stored KPI values are read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)

NO_OBSERVATIONS = "no_observations"
SEVERAL_UNITS = "several_units"
"""Quantities of different units of measure do not add up."""
GET_KPIS = "GET /kpis"
GET_ACCURACY = "GET /forecasts/{forecast_id}/accuracy"
"""Serves the report of accuracy; of the breakdowns the one that `group_by` names."""


class Unit(StrEnum):
    """Unit of a figure. Percentages are 0..100, `points` are differences of percentages."""

    PERCENT = "percent"
    RATIO = "ratio"
    UNITS = "units"
    POINTS = "points"
    SCORE = "score"
    COUNT = "count"
    MINUTES = "minutes"
    MONEY = "money"
    DAYS = "days"
    GRADE = "grade"
    CLASS = "class"


class ScorAttribute(StrEnum):
    """The performance attributes of the SCOR model."""

    RELIABILITY = "reliability"
    RESPONSIVENESS = "responsiveness"
    AGILITY = "agility"
    COST = "cost"
    ASSETS = "assets"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Definition of one figure of an engine's report.

    name: unique among all engines. path: where the figure is in the report, keys separated by dots, `[]` after a list for each of its
    rows. reason: why the figure is null although there was something to compute it from. served: the route that serves stored values of
    the metric, None when it is in the engine's report only.

    >>> fill = Metric(name="unit_fill", title="Unit fill rate", path="fill_rate.unit", formula="100 * shipped / ordered",
    ...     unit=Unit.PERCENT, sign="larger is better", zero_policy="null when nothing was ordered", source="APICS Dictionary")
    >>> fill.value_in({"fill_rate": {"unit": 97.5}})
    97.5
    """

    name: str
    title: str
    path: str
    formula: str
    unit: Unit
    sign: str
    zero_policy: str
    source: str
    scor: ScorAttribute = ScorAttribute.RELIABILITY
    version: str = "1"
    served: str | None = None
    reason: str = NO_OBSERVATIONS

    def value_in(self, document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the edge to JSON
        """Return the figure in a report as a dict, of a list that of its first row; None below a part that is null or a list without rows.

        Raises KeyError when the path leads nowhere.
        """
        value: Any = document
        for key in self.path.split("."):
            if value is None:
                return None
            value = value[key.removesuffix("[]")]
            if key.endswith("[]"):
                value = value[0] if value else None
        return value


@dataclass(frozen=True, kw_only=True)
class ComputedMetric(Metric, Generic[In, Out]):
    """A metric with its arithmetic: from the sums, or whatever else it is computed from, to the figure.

    >>> mae = ComputedMetric[tuple[float, int], float](name="mae", title="Mean absolute error", path="mae", formula="mean|A - F|",
    ...     unit=Unit.UNITS, sign="smaller is better", zero_policy="null without a point", source="textbook",
    ...     compute=lambda sums: sums[0] / sums[1])
    >>> mae((12.0, 4))
    3.0
    """

    compute: Callable[[In], Out]

    def __call__(self, inputs: In) -> Out:
        """Compute the figure."""
        return self.compute(inputs)
