"""Metrics of the logistics engine: the texts that they share, and the figures of one part of the report with reasons for nulls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from kpi_engine.shared.metric import GET_KPIS, ComputedMetric, Metric, ScorAttribute, Unit

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)
S = TypeVar("S")
T = TypeVar("T", covariant=True)
V = TypeVar("V")

CONVENTION = "a convention of this project"
LARGER_IS_BETTER = "larger is better"
SMALLER_IS_BETTER = "smaller is better"
NO_SIGN = "no sign"
SEVERAL_UNITS = "several_units_of_measure"
"""Reason for a sum of quantities in different units, such as pieces and kilograms."""
NEVER_NULL = "never null"
ZERO_WITHOUT_ROWS = "0 when there are none"


@dataclass(frozen=True, kw_only=True)
class LogisticsMetric(ComputedMetric[In, Out], Generic[In, Out]):
    """A metric with the explanation of a null.

    explain: why the figure is null for these inputs; where it returns None, or without it, the reason is `reason`.
    undefined_path: where the report gives that reason, `path` when not stated.
    """

    served: str | None = GET_KPIS
    explain: Callable[[In], str | None] | None = None
    undefined_path: str | None = None

    def explain_null(self, inputs: In) -> str:
        """Return the reason why the figure of these inputs is null."""
        return (self.explain(inputs) if self.explain else None) or self.reason


@dataclass(frozen=True)
class Figures(Generic[S]):
    """The value of each metric for the same inputs; figures[METRIC] is the value of METRIC."""

    inputs: S
    values: Mapping[str, object]
    undefined_reasons: Mapping[str, str]

    def __getitem__(self, metric: LogisticsMetric[S, V]) -> V:
        """Return the value of a metric."""
        return cast("V", self.values[metric.name])


@dataclass(frozen=True)
class Part(Generic[T]):
    """One part of the report, or None in its place; undefined_reasons: why each null in it is null, by its path in the report."""

    value: T
    undefined_reasons: Mapping[str, str] = field(default_factory=dict)


def compute_figures(inputs: S, metrics: Sequence[LogisticsMetric[S, object]]) -> Figures[S]:
    """Compute the metrics, and explain those that are null.

    >>> fill = LogisticsMetric[float, float | None](name="fill", title="Fill", path="fill_rate.unit", formula="100 * 3 / ordered",
    ...     unit=Unit.PERCENT, sign=LARGER_IS_BETTER, zero_policy="null when nothing was ordered", source=CONVENTION,
    ...     compute=lambda ordered: 300 / ordered if ordered else None)
    >>> compute_figures(4.0, [fill])[fill], compute_figures(0.0, [fill]).undefined_reasons
    (75.0, {'fill_rate.unit': 'no_observations'})
    """
    values = {metric.name: metric(inputs) for metric in metrics}
    reasons = {metric.undefined_path or metric.path: metric.explain_null(inputs) for metric in metrics if values[metric.name] is None}
    return Figures(inputs, values, reasons)


def explain_missing_columns(columns: Collection[str], *required: str) -> str | None:
    """Return the reason for a figure whose columns are not all there, or None when they are.

    >>> explain_missing_columns({"gate_in"}, "gate_in", "gate_out")
    'missing_columns: gate_out'
    """
    missing = [column for column in required if column not in columns]
    return f"missing_columns: {', '.join(missing)}" if missing else None


def parameter_metric(
    name: str,
    title: str,
    path: str,
    unit: Unit,
    *,
    sign: str = NO_SIGN,
    zero_policy: str = NEVER_NULL,
    source: str = CONVENTION,
    scor: ScorAttribute = ScorAttribute.RELIABILITY,
) -> Metric:
    """Return the definition of a parameter that the report repeats.

    >>> parameter_metric("dwell_free_time", "Free time", "dwell.free_minutes", Unit.MINUTES).formula
    'a parameter'
    """
    return Metric(
        name=name,
        title=title,
        path=path,
        formula="a parameter",
        unit=unit,
        sign=sign,
        zero_policy=zero_policy,
        source=source,
        scor=scor,
        served=GET_KPIS,
    )


def count_metric(
    name: str,
    title: str,
    path: str,
    formula: str,
    compute: Callable[[S], int],
    *,
    sign: str = NO_SIGN,
    zero_policy: str = ZERO_WITHOUT_ROWS,
    source: str = CONVENTION,
    scor: ScorAttribute = ScorAttribute.RELIABILITY,
) -> LogisticsMetric[S, int]:
    """Return a metric that counts rows; its value is never null.

    >>> lines = count_metric("fill_lines", "Lines counted", "fill_rate.n_lines", "lines with ordered > 0", len)
    >>> lines([1, 2, 3]), lines.unit.value
    (3, 'count')
    """
    return LogisticsMetric(
        name=name,
        title=title,
        path=path,
        formula=formula,
        unit=Unit.COUNT,
        sign=sign,
        zero_policy=zero_policy,
        source=source,
        scor=scor,
        compute=compute,
    )
