"""What a unit costs, against a loop over the shipments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import CostParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import NO_LINE, Row, kpis

COSTS = ("transport_cost", "handling_cost", "storage_cost", "surcharge_cost")


def build_rows(seed: int, size: int = 60) -> list[Row]:
    """Order lines beside the shipment each travelled in, two lines to a shipment; some shipments have no cost."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(size):
        costs: dict[str, float | None] = {name: round(float(rng.uniform(5, 90)), 2) for name in COSTS}
        shipment = {"shipment_id": f"S{number:03}", "gross_kg": 100.0 + number, "pallets": 2.0, "distance_km": 50.0 + number}
        if number % 7 == 0:
            costs = dict.fromkeys(COSTS)
        elif number % 5 == 0:
            costs["storage_cost"] = None
        for line in (1, 2):
            own = {"order_id": f"O{number // 2}", "line_no": f"{number}-{line}", "ordered_qty": 12, "units_per_case": 6}
            rows.append(own | {"shipped_qty": int(rng.integers(1, 12)), "cost_currency": "EUR"} | shipment | costs)
    return rows


def test_every_measure_equals_a_loop_over_the_shipments_with_a_cost() -> None:
    rows = build_rows(1)
    cost_of_shipment = {row["shipment_id"]: sum(row[name] or 0.0 for name in COSTS) for row in rows if row["transport_cost"] is not None}
    costed_rows, first = [row for row in rows if row["shipment_id"] in cost_of_shipment], {row["shipment_id"]: row for row in rows}
    quantities = {
        "per_unit": sum(row["shipped_qty"] for row in costed_rows),
        "per_case": sum(row["shipped_qty"] / 6 for row in costed_rows),
        "per_pallet": 2 * len(cost_of_shipment),
        "per_order": len({row["order_id"] for row in costed_rows}),
        "per_kg": sum(first[name]["gross_kg"] for name in cost_of_shipment),
        "per_km": sum(first[name]["distance_km"] for name in cost_of_shipment),
    }
    cost = kpis(pd.DataFrame(rows))["cost_per_unit"]
    expected = {name: sum(cost_of_shipment.values()) / quantity for name, quantity in quantities.items()}
    assert {name: cost[name] for name in expected} == pytest.approx(expected, abs=1e-9)
    assert (cost["currency"], cost["cost_basis"], cost["n_excluded"]) == ("EUR", list(COSTS), {"shipments_without_cost": 9})


def measure_costs(*costs: tuple[float | None, str], parameters: CostParameters | None = None, **more: Any) -> dict[str, Any]:
    """Ten units shipped for these costs."""
    rows = [{"shipment_id": f"S{at}", "transport_cost": cost, "cost_currency": name} | more for at, (cost, name) in enumerate(costs)]
    line = {"order_id": "O1", "ordered_qty": 10, "shipped_qty": 10}
    historical = pd.DataFrame([line, *(NO_LINE | row for row in rows)])
    return kpis(historical, parameters=LogisticsParameters(cost=parameters or CostParameters()))


def test_money_of_several_currencies_is_never_added_without_rates() -> None:
    cost = measure_costs((10, "EUR"), (10, "GBP"))
    assert (cost["cost_per_unit"], cost["undefined"]["cost_per_unit"]) == (None, "several_currencies")


def test_rates_turn_money_into_one_currency() -> None:
    cost = measure_costs((10, "EUR"), (10, "GBP"), parameters=CostParameters("EUR", (("GBP", 1.2),)))["cost_per_unit"]
    assert (cost["per_unit"], cost["total"], cost["currency"]) == (2.2, 22, "EUR")


def test_a_currency_without_a_rate_is_named() -> None:
    cost = measure_costs((10, "EUR"), (10, "SEK"), parameters=CostParameters("EUR", (("GBP", 1.2),)))
    assert cost["undefined"]["cost_per_unit"] == "no_rate_for_currency: SEK"


def test_only_the_costs_that_are_there_count_and_are_listed() -> None:
    cost = measure_costs((10, "EUR"), (None, "EUR"))
    assert cost["cost_per_unit"]["cost_basis"] == ["transport_cost"]
    assert cost["cost_per_unit"]["n_excluded"] == {"shipments_without_cost": 1}
    assert cost["undefined"]["cost_per_unit.per_km"] == "missing_columns: distance_km"


def test_a_quantity_that_is_partly_unknown_gives_no_figure() -> None:
    cost = measure_costs((10, "EUR"), gross_kg=None)
    assert (cost["cost_per_unit"]["per_kg"], cost["undefined"]["cost_per_unit.per_kg"]) == (None, "no_observations")


def test_without_any_cost_the_measure_is_null_with_a_reason() -> None:
    assert measure_costs((None, "EUR"))["undefined"]["cost_per_unit"] == "no_observations"


def test_the_grade_compares_with_the_baseline() -> None:
    parts = measure_costs((10, "EUR"), parameters=CostParameters(baseline_per_unit=0.8))["efficiency_score"]["components"]
    assert parts[-1]["value"] == pytest.approx(25)
