"""The capacity of a resource against the demand expected of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS
from kpi_engine.logistics.inputs.demand import NO_SITE, Demand, Forecasts, demand_of
from kpi_engine.logistics.inputs.parameters import CapacityParameters
from kpi_engine.logistics.inputs.resources import Resource
from kpi_engine.shared.arrays import Floats

OWN_UNIT = "THROUGHPUT"


@dataclass(frozen=True)
class Load:
    """One resource against its demand, in its own unit, on the days where both are known."""

    resource: Resource
    demand: Demand
    median: Floats
    p90: Floats
    capacity: Floats
    p_breach: Floats

    @property
    def utilisation(self) -> Floats:
        """Percent of the effective capacity; infinite for demand without any capacity."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.median == 0, 0.0, 100 * self.median / self.capacity)


def load_of(resource: Resource, forecasts: Forecasts, sites: int, parameters: CapacityParameters) -> Load | str:
    """The load of a resource, or the reason why there is none. Forecasts without a site are those of the only one of `sites`."""
    sited = "site_id" in forecasts.present
    if not sited and sites > 1:
        return "missing_columns: site_id"
    use = resource.use_per_unit
    if np.isnan(use):
        if "resource" not in forecasts.present and resource.resource != OWN_UNIT:
            return "missing_columns: use_per_unit"
        use = 1.0
    demand = demand_of(forecasts, resource.site if sited else NO_SITE, resource.resource, parameters.correlation)
    capacity = resource.on(demand.day)
    held = ~np.isnan(capacity)
    if not held.any():
        return NO_OBSERVATIONS
    kept = demand.where(held)
    used = replace(kept, median=kept.median * use, below=kept.below * use, above=kept.above * use)
    return Load(resource, kept, used.median, used.p90, capacity[held], used.p_breach(capacity[held]))
