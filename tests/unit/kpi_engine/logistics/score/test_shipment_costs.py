"""Costs in several currencies and quantities with gaps, in exact fractions, and why each figure is null."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import CostParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis

COSTS = ("transport_cost", "handling_cost", "storage_cost", "surcharge_cost")
RATES = {"EUR": Fraction(1), "GBP": Fraction(6, 5), "SEK": Fraction(9, 100)}
CENTS = st.integers(-500, 9_000).map(lambda cents: cents / 100)
SHIPMENTS = st.lists(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(COSTS, st.none() | CENTS),
            "cost_currency": st.sampled_from(sorted(RATES)),
            "gross_kg": st.integers(1, 900),
            "pallets": st.integers(1, 33),
            "distance_km": st.integers(1, 400),
            "trip": st.integers(0, 3),
            "shipped_qty": st.integers(0, 40),
            "units_per_case": st.sampled_from([1, 6, 12]),
            "status": st.sampled_from([None, None, "CANCELLED_US", "CANCELLED_CUSTOMER"]),
        }
    ),
    min_size=1,
    max_size=12,
)
PARAMETERS = LogisticsParameters(cost=CostParameters("EUR", (("GBP", 1.2), ("SEK", 0.09))))


def build_rows(columns: list[Row]) -> list[Row]:
    """One order line beside each shipment; two lines to an order."""
    return [
        row
        | {"shipment_id": f"S{number}", "trip_id": f"T{row['trip']}", "order_id": f"O{number // 2}", "line_no": number, "ordered_qty": 40}
        for number, row in enumerate(columns)
    ]


def expect_costs(rows: list[Row]) -> dict[str, Any] | None:
    """The total, and what it is divided by; distances are those of the trips, the longest that a shipment states."""
    costed_rows = [row for row in rows if any(row[name] is not None for name in COSTS)]
    if not costed_rows:
        return None
    by_cost = {
        name: sum((Fraction(str(row[name] or 0)) * RATES[row["cost_currency"]] for row in costed_rows), Fraction()) for name in COSTS
    }
    carried_rows = [row for row in costed_rows if row["status"] is None and row["shipped_qty"] > 0]
    trips = {row["trip_id"] for row in costed_rows}
    quantities = {
        "per_unit": Fraction(sum(row["shipped_qty"] for row in carried_rows)),
        "per_case": sum((Fraction(row["shipped_qty"], row["units_per_case"]) for row in carried_rows), Fraction()),
        "per_pallet": Fraction(sum(row["pallets"] for row in costed_rows)),
        "per_order": Fraction(len({row["order_id"] for row in carried_rows})),
        "per_kg": Fraction(sum(row["gross_kg"] for row in costed_rows)),
        "per_km": Fraction(sum(max(row["distance_km"] for row in rows if row["trip_id"] == trip) for trip in trips)),
    }
    total = sum(by_cost.values(), Fraction())
    figures = {name: total / quantity if quantity else None for name, quantity in quantities.items()}
    return {"total": total, "by_cost": by_cost, "figures": figures, "n_without_cost": len(rows) - len(costed_rows)}


@given(SHIPMENTS)
@settings(max_examples=40, deadline=None)
def test_every_cost_equals_exact_fractions_in_one_currency(columns: list[Row]) -> None:
    rows = build_rows(columns)
    report, expected = kpis(pd.DataFrame(rows), parameters=PARAMETERS), expect_costs(rows)
    if expected is None:
        assert report["undefined"]["cost_per_unit"] == "no_observations"
        return
    cost = report["cost_per_unit"]
    assert cost["total"] == pytest.approx(float(expected["total"]), abs=1e-9)
    assert cost["by_cost"] == pytest.approx({name: float(value) for name, value in expected["by_cost"].items()}, abs=1e-9)
    assert cost["n_excluded"] == {"shipments_without_cost": expected["n_without_cost"]}
    for name, value in expected["figures"].items():
        assert cost[name] == (None if value is None else pytest.approx(float(value), abs=1e-9)), name
        assert (value is None) == (f"cost_per_unit.{name}" in report["undefined"])


def measure_cost(*rows: Row, parameters: CostParameters | None = None) -> dict[str, Any]:
    lines = [{"order_id": "A", "ordered_qty": 10, "shipped_qty": 10, "shipment_id": f"S{number}", **row} for number, row in enumerate(rows)]
    return kpis(pd.DataFrame(lines), parameters=LogisticsParameters(cost=parameters or CostParameters()))


@pytest.mark.parametrize(
    ("rows", "parameters", "reason"),
    [
        ([{}], None, "missing_columns: one of transport_cost, handling_cost, storage_cost, surcharge_cost"),
        ([{"storage_cost": None}], None, "no_observations"),
        ([{"storage_cost": 1.0, "cost_currency": name} for name in ("EUR", None)], None, "several_currencies"),
        (
            [{"storage_cost": 1.0, "cost_currency": name} for name in ("SEK", "CHF")],
            CostParameters("EUR"),
            "no_rate_for_currency: CHF, SEK",
        ),
        ([{"storage_cost": 1.0}], CostParameters("EUR"), "no_rate_for_currency: none"),
    ],
)
def test_a_cost_that_cannot_be_added_up_is_null_with_a_reason(rows: list[Row], parameters: CostParameters | None, reason: str) -> None:
    report = measure_cost(*rows, parameters=parameters)
    assert (report["cost_per_unit"], report["undefined"]["cost_per_unit"]) == (None, reason)


def test_the_currency_of_a_shipment_without_a_cost_does_not_matter() -> None:
    cost = measure_cost({"storage_cost": 5.0, "cost_currency": "EUR"}, {"storage_cost": None, "cost_currency": "GBP"})["cost_per_unit"]
    assert (cost["total"], cost["currency"]) == (5, "EUR")


@pytest.mark.parametrize(
    ("column", "key"), [("pallets", "per_pallet"), ("gross_kg", "per_kg"), ("distance_km", "per_km"), ("units_per_case", "per_case")]
)
def test_a_quantity_that_one_shipment_lacks_gives_no_figure_rather_than_one_too_high(column: str, key: str) -> None:
    report = measure_cost({"storage_cost": 5.0, column: 4.0}, {"storage_cost": 5.0, column: None})
    assert (report["cost_per_unit"][key], report["undefined"][f"cost_per_unit.{key}"]) == (None, "no_observations")
    assert measure_cost({"storage_cost": 5.0})["undefined"][f"cost_per_unit.{key}"] == f"missing_columns: {column}"


def test_two_shipments_of_one_trip_drive_its_distance_once() -> None:
    rows = [{"storage_cost": 50.0, "trip_id": "T1", "distance_km": 200.0}] * 2
    assert measure_cost(*rows)["cost_per_unit"]["per_km"] == 0.5
