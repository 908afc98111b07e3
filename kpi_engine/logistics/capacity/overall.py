"""All resources together: how many days exceed the capacity, and how evenly the capacity is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import count_true
from kpi_engine.logistics.capacity.load import ResourceLoad
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.metric import (
    CONVENTION,
    LARGER_IS_BETTER,
    NO_SIGN,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    compute_figures,
)
from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.metric import NO_OBSERVATIONS, ScorAttribute, Unit

PATH = "capacity_overall"
NULL_WITHOUT_LOAD = "null (the whole of `capacity_overall`) when no resource has both capacity and demand"
NO_QUANTILES = "no_quantiles"
NULL_WITHOUT_BOUNDS = f"null `{NO_QUANTILES}` when the forecast has no bounds"


@dataclass(frozen=True)
class CapacityOverall:
    """All resources together, by day of a resource. balance: percent of these days that are neither idle nor full."""

    resource_days: int
    days_over: int
    days_over_p90: int | None
    highest_p_breach: float | None
    balance: float


@dataclass(frozen=True, eq=False)
class ResourceDays:
    """One entry per day of each resource. balanced_percent: the lowest and the highest balanced utilisation.

    has_p90: whether the 90 % quantile of the demand is known on every day.
    """

    utilisation: Floats
    is_over: Bools
    is_over_p90: Bools
    p_breach: Floats
    balanced_percent: tuple[float, float]
    has_p90: bool

    @classmethod
    def of(cls, loads: Sequence[ResourceLoad], balanced_percent: tuple[float, float]) -> ResourceDays:
        """Return the days of all resources, one resource after the other."""
        return cls(
            np.concatenate([load.utilisation for load in loads]),
            np.concatenate([load.is_over for load in loads]),
            np.concatenate([load.is_over_p90 for load in loads]),
            np.concatenate([load.p_breach for load in loads]),
            balanced_percent,
            has_p90=all(load.has_p90 for load in loads),
        )

    @property
    def has_p_breach(self) -> bool:
        """Whether the probability of a breach is known on every day."""
        return not np.isnan(self.p_breach).any()

    @property
    def balance(self) -> float:
        """100 - 100 * share of the days whose utilisation lies outside of the balanced range."""
        low, high = self.balanced_percent
        is_unbalanced = (self.utilisation < low) | (self.utilisation > high)
        return 100 - 100 * count_true(is_unbalanced) / len(self.utilisation)


def _day_count(
    name: str, title: str, formula: str, compute: Callable[[ResourceDays], int], sign: str = SMALLER_IS_BETTER
) -> LogisticsMetric[ResourceDays, int]:
    return LogisticsMetric(
        name=f"capacity_{name}",
        title=title,
        path=f"{PATH}.{name}",
        formula=formula,
        unit=Unit.COUNT,
        sign=sign,
        zero_policy=NULL_WITHOUT_LOAD,
        source=CONVENTION,
        scor=ScorAttribute.AGILITY,
        compute=compute,
    )


RESOURCE_DAYS = _day_count(
    "resource_days",
    "Days of resources measured",
    "days of each resource with capacity and demand",
    lambda days: len(days.utilisation),
    sign=NO_SIGN,
)
DAYS_OVER = _day_count(
    "days_over",
    "Days over capacity",
    "days of resources with median demand > rated * availability * efficiency",
    lambda days: count_true(days.is_over),
)
DAYS_OVER_P90 = LogisticsMetric[ResourceDays, int | None](
    name="capacity_days_over_p90",
    title="Days over capacity at P90",
    path=f"{PATH}.days_over_p90",
    formula="days of resources with the 90 percent quantile of demand > capacity",
    unit=Unit.COUNT,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_BOUNDS,
    source=CONVENTION,
    scor=ScorAttribute.AGILITY,
    compute=lambda days: count_true(days.is_over_p90) if days.has_p90 else None,
    reason=NO_QUANTILES,
)
HIGHEST_P_BREACH = LogisticsMetric[ResourceDays, float | None](
    name="capacity_highest_p_breach",
    title="Highest probability of a breach",
    path=f"{PATH}.highest_p_breach",
    formula="max over days of P(demand > capacity), split normal through median and bounds",
    unit=Unit.RATIO,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_BOUNDS,
    source=CONVENTION,
    scor=ScorAttribute.AGILITY,
    compute=lambda days: float(days.p_breach.max()) if days.has_p_breach else None,
    reason=NO_QUANTILES,
)
BALANCE = LogisticsMetric[ResourceDays, float](
    name="capacity_balance",
    title="Capacity balance",
    path=f"{PATH}.balance",
    formula="100 - 100 * share of days with a utilisation outside 70 to 95 percent",
    unit=Unit.PERCENT,
    sign=LARGER_IS_BETTER,
    zero_policy=NULL_WITHOUT_LOAD,
    source=CONVENTION,
    scor=ScorAttribute.ASSETS,
    compute=lambda days: days.balance,
)
METRICS = (RESOURCE_DAYS, DAYS_OVER, DAYS_OVER_P90, HIGHEST_P_BREACH, BALANCE)


def measure_overall(loads: Sequence[ResourceLoad], parameters: CapacityParameters) -> Part[CapacityOverall | None]:
    """Return the figures of all resources together; null when no resource has both capacity and demand.

    >>> from kpi_engine.logistics.capacity.load import load_resource
    >>> from kpi_engine.logistics.inputs.forecasts import read_forecast_rows
    >>> from kpi_engine.logistics.inputs.resources import read_resources
    >>> days = pd.DataFrame({"forecast_date": ["2026-07-20", "2026-07-21"], "predicted_value": [600, 800]})
    >>> (resource,), _ = read_resources(pd.DataFrame({"resource": ["THROUGHPUT"], "rated": [1_000]}))
    >>> load = load_resource(resource, read_forecast_rows(days), n_sites=1, correlation=1.0)
    >>> measure_overall([load], CapacityParameters()).value.balance
    50.0
    """
    if not loads:
        return Part(None, {PATH: NO_OBSERVATIONS})
    figures = compute_figures(ResourceDays.of(loads, parameters.balanced_percent), METRICS)
    overall = CapacityOverall(
        resource_days=figures[RESOURCE_DAYS],
        days_over=figures[DAYS_OVER],
        days_over_p90=figures[DAYS_OVER_P90],
        highest_p_breach=figures[HIGHEST_P_BREACH],
        balance=figures[BALANCE],
    )
    return Part(overall, figures.undefined_reasons)
