"""The capacity of a resource beside the demand expected of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kpi_engine.logistics.inputs.forecasts import ALL_SITES, ExpectedDemand, ForecastRows, sum_demand
from kpi_engine.logistics.inputs.resources import Resource
from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.metric import NO_OBSERVATIONS

THROUGHPUT = "THROUGHPUT"
"""The resource that is measured in forecast units."""


@dataclass(frozen=True, eq=False)
class ResourceLoad:
    """One resource and its demand in its own unit (median, p10, p90), on the days where both are known. demand: in forecast units."""

    resource: Resource
    demand: ExpectedDemand
    median: Floats
    p10: Floats
    p90: Floats
    capacity: Floats
    p_breach: Floats

    @property
    def utilisation(self) -> Floats:
        """Percent of the effective capacity; infinite for demand without any capacity."""
        with np.errstate(divide="ignore", invalid="ignore"):
            # The quotient of equal numbers is exactly 1; 100 * median may be rounded, and make of a full day one over capacity.
            return np.where(self.median == 0, 0.0, 100 * (self.median / self.capacity))

    @property
    def has_p90(self) -> bool:
        """Whether the 90 % quantile of the demand is known on every day."""
        return not np.isnan(self.p90).any()

    @property
    def has_p_breach(self) -> bool:
        """Whether the probability of a breach is known on every day; it needs the spread on the side of the capacity."""
        return not np.isnan(self.p_breach).any()

    @property
    def is_over(self) -> Bools:
        """The days with a median above the capacity."""
        return self.median > self.capacity

    @property
    def is_over_p90(self) -> Bools:
        """The days with a 90 % quantile above the capacity."""
        return self.p90 > self.capacity

    @property
    def peak(self) -> int:
        """The index of the day with the largest median."""
        return int(self.median.argmax())


def load_resource(resource: Resource, forecasts: ForecastRows, n_sites: int, correlation: float) -> ResourceLoad | str:
    """Return the load of a resource, or the reason why there is none.

    Forecasts without a site are those of the only one of `n_sites`. correlation: of the forecast errors of SKUs, 0..1.

    >>> from kpi_engine.logistics.inputs.forecasts import read_forecast_rows
    >>> from kpi_engine.logistics.inputs.resources import read_resources
    >>> forecasts = read_forecast_rows(pd.DataFrame({"forecast_date": ["2026-07-20"], "predicted_value": [900]}))
    >>> (storage, throughput), _ = read_resources(pd.DataFrame({"resource": ["THROUGHPUT", "STORAGE"], "rated": [1_000, 80]}))
    >>> load_resource(throughput, forecasts, n_sites=1, correlation=1.0).utilisation.tolist()
    [90.0]
    >>> load_resource(storage, forecasts, n_sites=1, correlation=1.0)
    'missing_columns: use_per_unit'
    """
    has_sites = "site_id" in forecasts.columns
    if not has_sites and n_sites > 1:
        return "missing_columns: site_id"
    use_per_unit = resource.use_per_unit
    if np.isnan(use_per_unit):
        if "resource" not in forecasts.columns and resource.name != THROUGHPUT:
            return "missing_columns: use_per_unit"
        use_per_unit = 1.0
    demand = sum_demand(forecasts, resource.site if has_sites else ALL_SITES, resource.name, correlation)
    capacity = resource.capacity_on(demand.days)
    has_capacity = ~np.isnan(capacity)
    if not has_capacity.any():
        return NO_OBSERVATIONS
    demand, capacity = demand.select(has_capacity), capacity[has_capacity]
    use = replace(demand, median=demand.median * use_per_unit, below=demand.below * use_per_unit, above=demand.above * use_per_unit)
    return ResourceLoad(resource, demand, use.median, use.p10, use.p90, capacity, p_breach=use.breach_probability(capacity))
