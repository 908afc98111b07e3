"""What a unit, a case, a pallet, an order, a kilogram and a kilometre cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from kpi_engine.logistics.inputs.columns import NO_OBSERVATIONS, Part, count, lacking, total
from kpi_engine.logistics.inputs.orders import Lines
from kpi_engine.logistics.inputs.parameters import CostParameters
from kpi_engine.logistics.inputs.shipments import COSTS, Shipments
from kpi_engine.logistics.transport.utilisation import of_trips
from kpi_engine.shared.arrays import Bools, Floats

NEEDED = {
    "per_unit": ("shipped_qty",),
    "per_case": ("units_per_case",),
    "per_pallet": ("pallets",),
    "per_order": ("order_id",),
    "per_kg": ("gross_kg",),
    "per_km": ("distance_km",),
}


def cost_per_unit(lines: Lines, shipments: Shipments, parameters: CostParameters) -> Part:
    """(transport + handling + storage + surcharges) / what was shipped, in money per unit, case, pallet, order, kg and km.

    Only the cost columns that are there count, and `cost_basis` lists them; within one shipment a missing one is 0, a shipment without any
    is left out. Null when costs are in several currencies and no rates are given. Measures whose quantity is unknown or 0 are null.
    """
    basis = [column for column in COSTS if column in shipments.present]
    if not basis:
        return Part(None, {"cost_per_unit": f"missing_columns: one of {', '.join(COSTS)}"})
    known = np.logical_or.reduce([~np.isnan(shipments.number(column)) for column in basis])
    rate, currency, reason = _rates(shipments, known, parameters)
    if reason or not known.any():
        return Part(None, {"cost_per_unit": reason or NO_OBSERVATIONS})
    spent = {column: total(np.nan_to_num(shipments.number(column)[known]) * rate[known]) for column in basis}
    quantities = _quantities(lines, shipments, known)
    everything = sum(spent.values())
    answer: dict[str, Any] = {
        **{name: everything / quantity if quantity > 0 else None for name, quantity in quantities.items()},
        "total": everything,
        "currency": currency or None,
        "cost_basis": basis,
        "by_cost": spent,
        "n_excluded": {"shipments_without_cost": count(~known)},
    }
    present = lines.present | shipments.present
    reasons = {name: lacking(present, *needed) or NO_OBSERVATIONS for name, needed in NEEDED.items() if answer[name] is None}
    return Part(answer, {f"cost_per_unit.{name}": reason for name, reason in reasons.items()})


def _rates(shipments: Shipments, known: Bools, parameters: CostParameters) -> tuple[Floats, str, str | None]:
    """The factor of each shipment's money, the currency it leads to, and the reason when there is no such factor."""
    currencies = shipments.text("cost_currency")
    used = sorted(set(currencies[known].tolist()))
    if parameters.currency is None:
        return np.ones(len(shipments)), "".join(used[:1]), "several_currencies" if len(used) > 1 else None
    table = dict(parameters.rates) | {parameters.currency: 1.0}
    unknown = [name or "none" for name in used if name not in table]
    factors = np.array([table.get(name, np.nan) for name in currencies], dtype=np.float64)
    return factors, parameters.currency, f"no_rate_for_currency: {', '.join(unknown)}" if unknown else None


def _quantities(lines: Lines, shipments: Shipments, known: Bools) -> dict[str, float]:
    """What the costed shipments carried; an order line belongs to them when it names one, or when no line names any."""
    shipped, per_case = np.nan_to_num(lines.quantity("shipped_qty")), lines.number("units_per_case")
    linked = lines.text("shipment_id")
    costed = set(shipments.text("shipment_id")[known].tolist())
    carried = np.array([name == "" or name in costed for name in linked], dtype=np.bool_)
    held = carried & ~lines.cancelled_by_customer & (shipped > 0)
    cased = held & (per_case > 0)
    km = of_trips(shipments, "distance_km")[np.unique(shipments.trip[known])]
    return {
        "per_unit": total(shipped[held]),
        "per_case": total(shipped[cased] / per_case[cased]) if cased.sum() == held.sum() else 0.0,
        "per_pallet": _known_total(shipments.loads[known, 2]),
        "per_order": float(len(np.unique(lines.order[held]))),
        "per_kg": _known_total(shipments.loads[known, 0]),
        "per_km": _known_total(km),
    }


def _known_total(values: Floats) -> float:
    """The sum, 0 when one is unknown: a cost over a part of the quantity would be too high."""
    return 0.0 if np.isnan(values).any() else total(values)
