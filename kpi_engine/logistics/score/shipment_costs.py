"""Costs of shipments in one currency, and the quantities that these shipments carried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, sum_exactly
from kpi_engine.logistics.inputs.orders import OrderLines
from kpi_engine.logistics.inputs.parameters import CostParameters
from kpi_engine.logistics.inputs.shipments import Shipments
from kpi_engine.logistics.inputs.trips import read_trip_figure
from kpi_engine.logistics.inputs.vehicles import LOADS
from kpi_engine.shared.arrays import Bools, Floats


@dataclass(frozen=True)
class CarriedQuantities:
    """Quantities and distances of the shipments with a cost; 0 where it is unknown of one of them.

    has_several_units: the lines are in several units of measure, so that their units cannot be added up.
    """

    units: float
    cases: float
    pallets: float
    orders: float
    kg: float
    km: float
    has_several_units: bool = field(default=False, repr=False)


@dataclass(frozen=True, eq=False)
class ShipmentCosts:
    """The shipments with a cost: the sum of each cost column in one currency, and what they carried. columns: those of the data."""

    by_cost: Mapping[str, float]
    quantities: CarriedQuantities
    n_without_cost: int
    columns: frozenset[str]

    @property
    def total(self) -> float:
        """The sum of all costs."""
        return sum(self.by_cost.values())


@dataclass(frozen=True, eq=False)
class Conversion:
    """The factor of each shipment's money into `currency`; reason: why there is none."""

    factor: Floats
    currency: str
    reason: str | None = None


def find_conversion(shipments: Shipments, has_cost: Bools, parameters: CostParameters) -> Conversion:
    """Return how the money of the shipments with a cost becomes one currency, or the reason why it cannot.

    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> data = pd.DataFrame({"shipment_id": ["S1", "S2"], "cost_currency": ["EUR", "GBP"]})
    >>> shipments = read_shipments(data, read_vehicle_types(pd.DataFrame()))
    >>> find_conversion(shipments, np.ones(2, dtype=bool), CostParameters("EUR", (("GBP", 1.2),))).factor.tolist()
    [1.0, 1.2]
    """
    names = shipments.text("cost_currency")
    currencies = sorted(set(names[has_cost].tolist()))
    if parameters.currency is None:
        reason = "several_currencies" if len(currencies) > 1 else None
        return Conversion(np.ones(len(shipments)), "".join(currencies[:1]), reason)
    rates = dict(parameters.rates) | {parameters.currency: 1.0}
    without_rate = [name or "none" for name in currencies if name not in rates]
    reason = f"no_rate_for_currency: {', '.join(without_rate)}" if without_rate else None
    return Conversion(np.array([rates.get(name, np.nan) for name in names], dtype=np.float64), parameters.currency, reason)


def sum_carried(lines: OrderLines, shipments: Shipments, has_cost: Bools) -> CarriedQuantities:
    """Add up what the shipments with a cost carried; an order line belongs to them when it names one, or when it names none.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> data = pd.DataFrame({"order_id": ["O1", "O2"], "shipped_qty": [10, 6], "shipment_id": ["S1", "S2"], "gross_kg": [80, 50]})
    >>> shipments = read_shipments(data, read_vehicle_types(pd.DataFrame()))
    >>> sum_carried(read_order_lines(data), shipments, np.array([True, False]))
    CarriedQuantities(units=10.0, cases=0.0, pallets=0.0, orders=1.0, kg=80.0, km=0.0)
    """
    shipped_qty, units_per_case = np.nan_to_num(lines.outgoing_quantity("shipped_qty")), lines.number("units_per_case")
    with_cost = frozenset(shipments.text("shipment_id")[has_cost].tolist())
    is_carried = np.array([not names or not names.isdisjoint(with_cost) for names in lines.shipment_ids], dtype=np.bool_)
    is_carried &= ~lines.is_cancelled_by_customer & (shipped_qty > 0)
    has_cases = is_carried & (units_per_case > 0)
    all_have_cases = count_true(has_cases) == count_true(is_carried)
    loads = dict(zip(LOADS, shipments.loads[has_cost].T, strict=True))
    return CarriedQuantities(
        units=sum_exactly(shipped_qty[is_carried]) if len(lines.list_units(is_carried)) <= 1 else 0.0,
        has_several_units=len(lines.list_units(is_carried)) > 1,
        cases=sum_exactly(shipped_qty[has_cases] / units_per_case[has_cases]) if all_have_cases else 0.0,
        pallets=_sum_complete(loads["pallets"]),
        orders=float(len(np.unique(lines.order[is_carried]))),
        kg=_sum_complete(loads["gross_kg"]),
        km=_sum_complete(read_trip_figure(shipments, "distance_km")[np.unique(shipments.trip[has_cost])]),
    )


def _sum_complete(values: Floats) -> float:
    """Return the sum, 0 when one is unknown: a cost over a part of the quantity would be too high."""
    return 0.0 if np.isnan(values).any() else sum_exactly(values)
