"""What a unit costs, against a loop over the shipments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import CostParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import NO_LINE, Row, kpis

COSTS = ("transport_cost", "handling_cost", "storage_cost", "surcharge_cost")


def joined(seed: int, size: int = 60) -> list[Row]:
    """Order lines beside the shipment each travelled in, two lines to a shipment; some shipments have no cost."""
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(size):
        costs: dict[str, float | None] = {name: round(float(chance.uniform(5, 90)), 2) for name in COSTS}
        shipment = {"shipment_id": f"S{number:03}", "gross_kg": 100.0 + number, "pallets": 2.0, "distance_km": 50.0 + number}
        if number % 7 == 0:
            costs = dict.fromkeys(COSTS)
        elif number % 5 == 0:
            costs["storage_cost"] = None
        for line in (1, 2):
            own = {"order_id": f"O{number // 2}", "line_no": f"{number}-{line}", "ordered_qty": 12, "units_per_case": 6}
            rows.append(own | {"shipped_qty": int(chance.integers(1, 12)), "cost_currency": "EUR"} | shipment | costs)
    return rows


def test_every_measure_equals_a_loop_over_the_shipments_with_a_cost() -> None:
    rows = joined(1)
    spent = {row["shipment_id"]: sum(row[name] or 0.0 for name in COSTS) for row in rows if row["transport_cost"] is not None}
    held, first = [row for row in rows if row["shipment_id"] in spent], {row["shipment_id"]: row for row in rows}
    carried = {
        "per_unit": sum(row["shipped_qty"] for row in held),
        "per_case": sum(row["shipped_qty"] / 6 for row in held),
        "per_pallet": 2 * len(spent),
        "per_order": len({row["order_id"] for row in held}),
        "per_kg": sum(first[name]["gross_kg"] for name in spent),
        "per_km": sum(first[name]["distance_km"] for name in spent),
    }
    found = kpis(pd.DataFrame(rows))["cost_per_unit"]
    expected = {name: sum(spent.values()) / quantity for name, quantity in carried.items()}
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-9)
    assert (found["currency"], found["cost_basis"], found["n_excluded"]) == ("EUR", list(COSTS), {"shipments_without_cost": 9})


def paid(*costs: tuple[float | None, str], asked: CostParameters | None = None, **more: Any) -> dict[str, Any]:
    """Ten units shipped for these costs."""
    rows = [{"shipment_id": f"S{at}", "transport_cost": cost, "cost_currency": name} | more for at, (cost, name) in enumerate(costs)]
    line = {"order_id": "O1", "ordered_qty": 10, "shipped_qty": 10}
    historical = pd.DataFrame([line, *(NO_LINE | row for row in rows)])
    return kpis(historical, parameters=LogisticsParameters(cost=asked or CostParameters()))


def test_money_of_several_currencies_is_never_added_without_rates() -> None:
    found = paid((10, "EUR"), (10, "GBP"))
    assert (found["cost_per_unit"], found["undefined"]["cost_per_unit"]) == (None, "several_currencies")


def test_rates_turn_money_into_one_currency() -> None:
    found = paid((10, "EUR"), (10, "GBP"), asked=CostParameters("EUR", (("GBP", 1.2),)))["cost_per_unit"]
    assert (found["per_unit"], found["total"], found["currency"]) == (2.2, 22, "EUR")


def test_a_currency_without_a_rate_is_named() -> None:
    found = paid((10, "EUR"), (10, "SEK"), asked=CostParameters("EUR", (("GBP", 1.2),)))
    assert found["undefined"]["cost_per_unit"] == "no_rate_for_currency: SEK"


def test_only_the_costs_that_are_there_count_and_are_listed() -> None:
    found = paid((10, "EUR"), (None, "EUR"))
    assert found["cost_per_unit"]["cost_basis"] == ["transport_cost"]
    assert found["cost_per_unit"]["n_excluded"] == {"shipments_without_cost": 1}
    assert found["undefined"]["cost_per_unit.per_km"] == "missing_columns: distance_km"


def test_a_quantity_that_is_partly_unknown_gives_no_figure() -> None:
    found = paid((10, "EUR"), gross_kg=None)
    assert (found["cost_per_unit"]["per_kg"], found["undefined"]["cost_per_unit.per_kg"]) == (None, "no_observations")


def test_without_any_cost_the_measure_is_null_with_a_reason() -> None:
    assert paid((None, "EUR"))["undefined"]["cost_per_unit"] == "no_observations"


def test_the_grade_compares_with_the_baseline() -> None:
    parts = paid((10, "EUR"), asked=CostParameters(baseline_per_unit=0.8))["efficiency_score"]["components"]
    assert parts[-1]["value"] == pytest.approx(25)
