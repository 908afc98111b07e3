"""Cost per unit, case, pallet, order, kilogram and kilometre."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, sum_exactly
from kpi_engine.logistics.inputs.orders import OrderLines
from kpi_engine.logistics.inputs.parameters import CostParameters
from kpi_engine.logistics.inputs.shipments import COSTS, Shipments
from kpi_engine.logistics.metric import (
    SEVERAL_UNITS,
    SMALLER_IS_BETTER,
    LogisticsMetric,
    Part,
    compute_figures,
    count_metric,
    explain_missing_columns,
)
from kpi_engine.logistics.score.shipment_costs import CarriedQuantities, ShipmentCosts, find_conversion, sum_carried
from kpi_engine.shared.arrays import Bools, Floats
from kpi_engine.shared.metric import NO_OBSERVATIONS, ScorAttribute, Unit

PATH = "cost_per_unit"
SCOR_COST = "ASCM SCOR digital standard, CO.1"
ALL_COSTS = "transport + handling + storage + surcharges"


@dataclass(frozen=True)
class CostExclusions:
    """Numbers of shipments that no figure counts, by reason."""

    shipments_without_cost: int


@dataclass(frozen=True)
class CostPerUnit:
    """Cost in `currency` per unit, case, pallet, order, kilogram and kilometre. cost_basis: the cost columns that count."""

    per_unit: float | None
    per_case: float | None
    per_pallet: float | None
    per_order: float | None
    per_kg: float | None
    per_km: float | None
    total: float
    currency: str | None
    cost_basis: tuple[str, ...]
    by_cost: Mapping[str, float]
    n_excluded: CostExclusions


def _per_quantity(
    key: str,
    quantity: str,
    select: Callable[[CarriedQuantities], float],
    column: str,
    *,
    title: str | None = None,
) -> LogisticsMetric[ShipmentCosts, float | None]:
    """Cost per quantity; column: the one that states the quantity."""

    def compute(costs: ShipmentCosts) -> float | None:
        amount = select(costs.quantities)
        return costs.total / amount if amount > 0 else None

    return LogisticsMetric(
        name=f"cost_{key}",
        title=title or f"Cost {key.replace('_', ' ')}",
        path=f"{PATH}.{key}",
        formula=f"({ALL_COSTS}) / {quantity}",
        unit=Unit.MONEY,
        sign=SMALLER_IS_BETTER,
        zero_policy="null when the quantity is 0 or unknown of a shipment",
        source=SCOR_COST,
        scor=ScorAttribute.COST,
        compute=compute,
        explain=lambda costs: (
            SEVERAL_UNITS if key == "per_unit" and costs.quantities.has_several_units else explain_missing_columns(costs.columns, column)
        ),
    )


PER_UNIT = _per_quantity("per_unit", "units shipped", lambda quantities: quantities.units, "shipped_qty", title="Cost per unit shipped")
PER_CASE = _per_quantity("per_case", "cases shipped", lambda quantities: quantities.cases, "units_per_case", title="Cost per case shipped")
PER_PALLET = _per_quantity("per_pallet", "pallets", lambda quantities: quantities.pallets, "pallets")
PER_ORDER = _per_quantity("per_order", "orders", lambda quantities: quantities.orders, "order_id")
PER_KG = _per_quantity("per_kg", "kilograms", lambda quantities: quantities.kg, "gross_kg", title="Cost per kilogram")
PER_KM = _per_quantity("per_km", "kilometres", lambda quantities: quantities.km, "distance_km", title="Cost per kilometre")
TOTAL = LogisticsMetric[ShipmentCosts, float](
    name="cost_total",
    title="Cost of the shipments",
    path=f"{PATH}.total",
    formula=ALL_COSTS,
    unit=Unit.MONEY,
    sign=SMALLER_IS_BETTER,
    zero_policy="null (the whole of `cost_per_unit`) when no cost is known, or `several_currencies`",
    source=SCOR_COST,
    scor=ScorAttribute.COST,
    compute=lambda costs: costs.total,
)


def _cost_metric(column: str) -> LogisticsMetric[ShipmentCosts, float]:
    kind = column.removesuffix("_cost")
    return LogisticsMetric(
        name=f"cost_{kind}",
        title=f"{kind.capitalize()} cost",
        path=f"{PATH}.by_cost.{column}",
        formula=f"sum of {column}",
        unit=Unit.MONEY,
        sign=SMALLER_IS_BETTER,
        zero_policy="not in the report when the column is not there",
        source=SCOR_COST,
        scor=ScorAttribute.COST,
        compute=lambda costs: costs.by_cost[column],
    )


WITHOUT_COST: LogisticsMetric[ShipmentCosts, int] = count_metric(
    "cost_excluded_shipments",
    "Shipments left out: no cost known",
    f"{PATH}.n_excluded.shipments_without_cost",
    "shipments of which every cost is missing",
    lambda costs: costs.n_without_cost,
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.COST,
)
PER_QUANTITY = (PER_UNIT, PER_CASE, PER_PALLET, PER_ORDER, PER_KG, PER_KM)
METRICS = (*PER_QUANTITY, TOTAL, *map(_cost_metric, COSTS), WITHOUT_COST)


def measure_cost(lines: OrderLines, shipments: Shipments, parameters: CostParameters) -> Part[CostPerUnit | None]:
    """Return (transport + handling + storage + surcharges) / what was shipped, per unit, case, pallet, order, kg and km.

    Only the cost columns that are there count, and `cost_basis` lists them; within one shipment a missing one is 0, a shipment without any
    is left out. Null when costs are in several currencies and no rates are given. Measures whose quantity is unknown or 0 are null.

    >>> from kpi_engine.logistics.inputs.orders import read_order_lines
    >>> from kpi_engine.logistics.inputs.shipments import read_shipments
    >>> from kpi_engine.logistics.inputs.vehicles import read_vehicle_types
    >>> data = pd.DataFrame({"order_id": ["O1"], "ordered_qty": 10, "shipped_qty": 10, "shipment_id": "S1", "transport_cost": 25.0})
    >>> cost = measure_cost(read_order_lines(data), read_shipments(data, read_vehicle_types(pd.DataFrame())), CostParameters())
    >>> cost.value.per_unit, cost.undefined_reasons["cost_per_unit.per_km"]
    (2.5, 'missing_columns: distance_km')
    """
    basis = tuple(column for column in COSTS if column in shipments.columns)
    if not basis:
        return Part(None, {PATH: f"missing_columns: one of {', '.join(COSTS)}"})
    has_cost = np.logical_or.reduce([~np.isnan(shipments.number(column)) for column in basis])
    conversion = find_conversion(shipments, has_cost, parameters)
    if conversion.reason or not has_cost.any():
        return Part(None, {PATH: conversion.reason or NO_OBSERVATIONS})
    costs = ShipmentCosts(
        by_cost=_sum_costs(shipments, basis, has_cost, conversion.factor),
        quantities=sum_carried(lines, shipments, has_cost),
        n_without_cost=count_true(~has_cost),
        columns=lines.columns | shipments.columns,
    )
    figures = compute_figures(costs, PER_QUANTITY)
    cost_per_unit = CostPerUnit(
        per_unit=figures[PER_UNIT],
        per_case=figures[PER_CASE],
        per_pallet=figures[PER_PALLET],
        per_order=figures[PER_ORDER],
        per_kg=figures[PER_KG],
        per_km=figures[PER_KM],
        total=TOTAL(costs),
        currency=conversion.currency or None,
        cost_basis=basis,
        by_cost=costs.by_cost,
        n_excluded=CostExclusions(WITHOUT_COST(costs)),
    )
    return Part(cost_per_unit, figures.undefined_reasons)


def compare_with_baseline(per_unit: float | None, baseline: float | None) -> float | None:
    """Return the cost per unit above the baseline, percent of the baseline (negative: below); None without either.

    >>> round(compare_with_baseline(33.0, 30.0), 9), compare_with_baseline(33.0, None)
    (10.0, None)
    """
    return 100 * (per_unit / baseline - 1) if per_unit is not None and baseline else None


def _sum_costs(shipments: Shipments, basis: tuple[str, ...], has_cost: Bools, factor: Floats) -> dict[str, float]:
    return {column: sum_exactly(np.nan_to_num(shipments.number(column)[has_cost]) * factor[has_cost]) for column in basis}
