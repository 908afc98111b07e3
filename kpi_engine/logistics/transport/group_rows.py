"""The rows of the consolidation plan: a group, and each of its loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.vehicles import DIMENSIONS, VehicleTypes
from kpi_engine.logistics.transport.load_percent import LoadPercent
from kpi_engine.logistics.transport.plan import GroupPlan
from kpi_engine.logistics.transport.savings import Saving, TripCosts, sum_savings
from kpi_engine.shared.calendar import date_of


@dataclass(frozen=True)
class Move:
    """A shipment that moves into a load. days: by how many it leaves later, negative: earlier."""

    shipment_id: str
    from_trip: str
    days: int


@dataclass(frozen=True)
class PlannedLoad(LoadPercent):
    """A truck of the plan, named by the trip that it keeps and leaving with it: what it carries, and what of it comes from other trips."""

    load: str
    ship_date: date
    shipments: tuple[str, ...]
    moved_in: tuple[Move, ...]


@dataclass(frozen=True)
class PlannedGroup:
    """The plan of one group: its bounds, its trucks, what it saves, and every load. l1, l2: the largest of all dimensions."""

    lane_id: str
    ship_date: date
    last_ship_date: date
    temp_class: str | None
    hazmat: bool
    exclusive_customer: str | None
    vehicle_type: str
    shipments: int
    trucks_used: int
    trucks_lower_bound: int
    l1: int
    l2: int
    trucks_planned: int
    gap: int
    avoidable_trucks: int
    binding: str
    saving: Saving
    cancelled_trips: tuple[str, ...]
    loads: tuple[PlannedLoad, ...]


@dataclass(frozen=True, eq=False)
class ShipmentLists:
    """Columns of the shipments as lists: reading them per group from a frame would take longer than planning."""

    lane_id: Sequence[str]
    temp_class: Sequence[str]
    exclusive_customer: Sequence[str]
    hazmat: Sequence[float]
    shipment_id: Sequence[str]
    ship_date: Sequence[float]

    @classmethod
    def of(cls, shipments: Shipments) -> ShipmentLists:
        """Return the lists of all shipments."""
        return cls(
            lane_id=shipments.text("lane_id").tolist(),
            temp_class=shipments.text("temp_class").tolist(),
            exclusive_customer=shipments.text("exclusive_customer").tolist(),
            hazmat=shipments.number("hazmat").tolist(),
            shipment_id=shipments.text("shipment_id").tolist(),
            ship_date=shipments.number("ship_date").tolist(),
        )


@dataclass(frozen=True, eq=False)
class GroupRows:
    """Builds the rows of group plans from what they have in common."""

    shipments: Shipments
    vehicle_types: VehicleTypes
    costs: TripCosts
    lists: ShipmentLists

    def build_group(self, plan: GroupPlan) -> PlannedGroup:
        """Return the row of one group."""
        group, first = plan.group, int(plan.group.items[0])
        return PlannedGroup(
            lane_id=self.lists.lane_id[first],
            ship_date=date_of(group.first_day),
            last_ship_date=date_of(group.last_day),
            temp_class=self.lists.temp_class[first] or None,
            hazmat=self.lists.hazmat[first] == 1,
            exclusive_customer=self.lists.exclusive_customer[first] or None,
            vehicle_type=self.vehicle_types.names[group.vehicle],
            shipments=len(group.items),
            trucks_used=plan.trucks_used,
            trucks_lower_bound=plan.lower_bound,
            l1=int(plan.l1.max()),
            l2=int(plan.l2.max()),
            trucks_planned=plan.trucks_planned,
            gap=plan.trucks_planned - plan.lower_bound,
            avoidable_trucks=plan.trucks_used - plan.trucks_planned,
            binding=DIMENSIONS[plan.binding_dimension],
            saving=sum_savings(self.costs, plan.cancelled_trips),
            cancelled_trips=tuple(self.shipments.trip_ids[trip] for trip in plan.cancelled_trips.tolist()),
            loads=self._build_loads(plan),
        )

    def _build_loads(self, plan: GroupPlan) -> tuple[PlannedLoad, ...]:
        group, day = plan.group, self.lists.ship_date
        # The last of equal keys stays in a dict: a trip leaves on the latest day of its shipments.
        departure = dict(sorted((trip, day[item]) for trip, item in zip(group.trip.tolist(), group.items.tolist(), strict=True)))
        order = np.argsort(plan.load, kind="stable")
        starts = np.flatnonzero(np.diff(plan.load[order])) + 1
        loads = []
        for members in np.split(order, starts):
            trip = int(plan.load[members[0]])
            pairs = list(zip(group.items[members].tolist(), group.trip[members].tolist(), strict=True))
            loads.append(self._build_load(group.vehicle, trip, int(departure[trip]), pairs))
        return tuple(loads)

    def _build_load(self, vehicle: int, trip: int, departure: int, pairs: Sequence[tuple[int, int]]) -> PlannedLoad:
        """Return the load that leaves as `trip`; pairs: each shipment with the trip that it travelled in."""
        ids, items = self.lists.shipment_id, [item for item, _ in pairs]
        percent = LoadPercent.of(100 * self.shipments.loads[items].sum(axis=0) / self.vehicle_types.capacity[vehicle])
        moves = [
            Move(ids[item], self.shipments.trip_ids[own_trip], days=int(departure - self.lists.ship_date[item]))
            for item, own_trip in pairs
            if own_trip != trip
        ]
        return PlannedLoad(
            **vars(percent),
            load=self.shipments.trip_ids[trip],
            ship_date=date_of(departure),
            shipments=tuple(ids[item] for item in items),
            moved_in=tuple(moves),
        )
