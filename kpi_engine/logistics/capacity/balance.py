"""All resources together: how many days break, and how evenly the capacity is used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi_engine.logistics.capacity.load import Load
from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, count
from kpi_engine.logistics.inputs.parameters import CapacityParameters


def overall(loads: Sequence[Load], parameters: CapacityParameters) -> Part:
    """All resources together, by day of a resource: how many are over capacity, and how balanced they are.

    balance = 100 - 100 * share of the days whose utilisation lies outside 70..95 percent.
    """
    if not loads:
        return Part(None, {"capacity_overall": NO_OBSERVATIONS})
    used = np.concatenate([load.utilisation for load in loads])
    low, high = parameters.balanced_percent
    chances = np.concatenate([load.p_breach for load in loads])
    over_90 = np.concatenate([load.p90 > load.capacity for load in loads])
    known = not np.isnan(chances).any()
    answer = {
        "resource_days": len(used),
        "days_over": count(used > 100),
        "days_over_p90": count(over_90) if known else None,
        "highest_p_breach": float(chances.max()) if known else None,
        "balance": 100 - 100 * count((used < low) | (used > high)) / len(used),
    }
    return Part(answer, {} if known else {f"capacity_overall.{name}": "no_quantiles" for name in ("days_over_p90", "highest_p_breach")})
