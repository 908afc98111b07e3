"""The plans of all groups together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi_engine.logistics.transport.plan import GroupPlan
from kpi_engine.logistics.transport.savings import Saving


@dataclass(frozen=True, eq=False)
class FleetPlan:
    """The plans of all groups, and what the trips that they cancel save, in the currencies of these trips."""

    plans: tuple[GroupPlan, ...]
    saving: Saving
    currencies: frozenset[str]
    n_not_planned: Mapping[str, int]

    @property
    def trucks_used(self) -> int:
        """Trips of all groups."""
        return sum(plan.trucks_used for plan in self.plans)

    @property
    def trucks_lower_bound(self) -> int:
        """The sum of the groups' bounds."""
        return sum(plan.lower_bound for plan in self.plans)

    @property
    def trucks_planned(self) -> int:
        """Trucks of all plans."""
        return sum(plan.trucks_planned for plan in self.plans)
