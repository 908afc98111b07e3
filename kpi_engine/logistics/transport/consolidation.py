"""The consolidation plan of all groups, as it is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.cells import cells_of
from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, lacking, percent
from kpi_engine.logistics.inputs.parameters import TransportParameters
from kpi_engine.logistics.inputs.shipments import Shipments, Trips
from kpi_engine.logistics.inputs.vehicles import Vehicles
from kpi_engine.logistics.transport.groups import each, group_shipments
from kpi_engine.logistics.transport.plan import plan_group
from kpi_engine.logistics.transport.plan_rows import group_row, told_of
from kpi_engine.logistics.transport.savings import Rates, rates_of, saving

PATH = "truck_utilization.plan"


def consolidation(shipments: Shipments, trips: Trips, vehicles: Vehicles, parameters: TransportParameters) -> Part:
    """The plan per lane, ship date (+- shift_days), vehicle type and compatibility class; null when lanes or dates are not there.

    Trips that are overloaded, lack a load, or mix groups are left as they are and counted in `not_planned`. Bound: the largest over the
    dimensions of L1 and Martello and Toth's L2. With shift_days the days of a lane are cut into runs of at most that length from the
    first one on, and the bound holds for these runs.
    """
    reason = _reason(shipments, vehicles)
    if reason:
        return Part(None, {PATH: reason})
    cells = cells_of(shipments, vehicles)
    groups = group_shipments(shipments, trips, cells, parameters.shift_days)
    plans = [plan_group(group, parameters.search_rounds) for group in each(groups, shipments, cells)]
    rates = rates_of(shipments, trips, vehicles)
    cancelled = np.concatenate([np.zeros(0, dtype=np.int64), *(plan.cancelled for plan in plans)])
    used, planned, least = (sum(getattr(plan, name) for plan in plans) for name in ("used", "planned", "lower_bound"))
    saved, told = saving(rates, cancelled), told_of(shipments)
    answer = {
        "trucks_used": used,
        "trucks_lower_bound": least,
        "trucks_planned": planned,
        "gap": planned - least,
        "avoidable_trucks": used - planned,
        "avoidable_percent": percent(used - planned, used),
        "saving": saved,
        "shift_days": parameters.shift_days,
        "not_planned": groups.not_planned,
        "groups": [group_row(plan, shipments, told, vehicles, rates) for plan in plans],
    }
    undefined = {f"{PATH}.avoidable_percent": "no_trip_to_plan"} if not used else {}
    return Part(answer, undefined | _undefined(saved, rates, cancelled.tolist()))


def _reason(shipments: Shipments, vehicles: Vehicles) -> str | None:
    present = shipments.present
    lane = "lane_id" if not {"origin", "destination"} <= present else "shipment_id"
    day = "ship_date" if "actual_departure" not in present else "shipment_id"
    missing = lacking(present, *dict.fromkeys(("shipment_id", lane, day)))
    if missing or not len(shipments):
        return missing or NO_OBSERVATIONS
    return None if vehicles.names else "no_vehicle_types"


def _undefined(saved: dict[str, Any], rates: Rates, cancelled: list[int]) -> dict[str, str]:
    several = len({rates.currency[trip] for trip in cancelled}) > 1
    reasons = {
        "money": "several_currencies" if several else "no_cost_rate_or_distance",
        "km": "no_distance",
        "co2e_kg": "no_emission_rate_or_distance",
    }
    return {f"{PATH}.saving.{name}": reason for name, reason in reasons.items() if saved[name] is None}
