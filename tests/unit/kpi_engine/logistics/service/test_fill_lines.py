"""Fill rates in exact fractions, what each line adds to them, and the reasons of those that are null."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import FillBasis, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis

CENTS = st.integers(1, 9_999).map(lambda cents: cents / 100)
TENTHS = st.integers(-20, 400).map(lambda tenths: tenths / 10)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["A", "B", "C", "D", "E"]),
            "ordered_qty": st.none() | TENTHS,
            "final_qty": st.none() | TENTHS,
            "shipped_qty": st.none() | TENTHS,
            "units_per_case": st.sampled_from([None, 0.0, 1.0, 2.5, 6.0, 12.0, -6.0]),
            "unit_price": st.none() | CENTS,
            "status": st.sampled_from([None, None, "SHIPPED", "CANCELLED_US", "CANCELLED_CUSTOMER"]),
        }
    ),
    min_size=1,
    max_size=25,
)
RATES = ("unit", "case", "line", "order", "value")


def exact(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def loop_in_fractions(rows: list[Row], basis: FillBasis) -> dict[str, Any]:
    """The rates, and why lines are left out, with nothing rounded."""
    sums: dict[str, list[Fraction]] = {name: [Fraction(), Fraction()] for name in RATES}
    full_orders: dict[str, bool] = {}
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        ordered_qty, shipped_qty = exact(row["ordered_qty"]), exact(row["shipped_qty"])
        if basis == "final_qty" and row["final_qty"] is not None:
            ordered_qty = exact(row["final_qty"])
        if row["status"] == "CANCELLED_US":
            shipped_qty = Fraction()
        if row["status"] == "CANCELLED_CUSTOMER":
            counts["cancelled_by_customer"] += 1
        elif ordered_qty is None:
            counts["missing_ordered"] += 1
        elif ordered_qty <= 0:
            counts["nothing_ordered"] += 1
        elif shipped_qty is None or shipped_qty < 0:
            counts["missing_shipped"] += 1
        else:
            filled_qty, size, price = min(ordered_qty, shipped_qty), exact(row["units_per_case"]), exact(row["unit_price"])
            is_full = filled_qty == ordered_qty
            weights = {"unit": Fraction(1), "case": 1 / size if size and size > 0 else None, "value": price}
            for name, weight in weights.items():
                if weight is not None:
                    sums[name] = [sums[name][0] + weight * filled_qty, sums[name][1] + weight * ordered_qty]
            counts["no_units_per_case"] += weights["case"] is None
            counts["no_unit_price"] += price is None
            counts["broken_cases"] += bool(size and size > 0 and (filled_qty / size).denominator != 1)
            sums["line"] = [sums["line"][0] + is_full, sums["line"][1] + 1]
            full_orders[row["order_id"]] = full_orders.get(row["order_id"], True) and is_full
    sums["order"] = [Fraction(sum(full_orders.values())), Fraction(len(full_orders))]
    return {"counts": counts, **{name: 100 * part / whole if whole else None for name, (part, whole) in sums.items()}}


def measure_fill(rows: list[Row], basis: FillBasis = "original_qty") -> dict[str, Any]:
    answer: dict[str, Any] = kpis(pd.DataFrame(rows), parameters=LogisticsParameters(fill_basis=basis))["fill_rate"]
    return answer


@given(LINES, st.sampled_from(["original_qty", "final_qty"]))
@settings(max_examples=60, deadline=None)
def test_every_rate_and_every_exclusion_equals_a_loop_in_fractions(rows: list[Row], basis: FillBasis) -> None:
    fill_rate, expected = measure_fill(rows, basis), loop_in_fractions(rows, basis)
    for name in RATES:
        assert fill_rate[name] == (None if expected[name] is None else pytest.approx(float(expected[name]), abs=1e-9)), name
        assert fill_rate[name] is None or 0 <= fill_rate[name] <= 100 + 1e-9
    assert fill_rate["n_excluded"] == {name: expected["counts"][name] for name in fill_rate["n_excluded"]}
    assert fill_rate["basis"] == basis


@given(LINES)
@settings(max_examples=40, deadline=None)
def test_broken_cases_are_the_lines_of_known_case_size_that_fill_no_whole_number_of_cases(rows: list[Row]) -> None:
    whole = [row | {"units_per_case": row["units_per_case"] and round(row["units_per_case"])} for row in rows]
    units = [row | {name: row[name] and round(row[name]) for name in ("ordered_qty", "shipped_qty")} for row in whole]
    assert measure_fill(units)["broken_cases"] == loop_in_fractions(units, "original_qty")["counts"]["broken_cases"]


def test_a_line_of_unknown_case_size_is_no_broken_case() -> None:
    rows = [{"order_id": name, "ordered_qty": 12, "shipped_qty": 12, "units_per_case": size} for name, size in (("A", None), ("B", 6))]
    fill_rate = measure_fill(rows)
    assert (fill_rate["broken_cases"], fill_rate["n_excluded"]["no_units_per_case"]) == (0, 1)


@given(LINES)
@settings(max_examples=40, deadline=None)
def test_a_larger_shipped_quantity_never_lowers_a_rate(rows: list[Row]) -> None:
    more = [row | {"shipped_qty": row["shipped_qty"] + 1.5} if (row["shipped_qty"] or -1) >= 0 else row for row in rows]
    before, after = measure_fill(rows), measure_fill(more)
    assert all(before[name] is None or after[name] >= before[name] - 1e-9 for name in RATES)


@given(LINES)
@settings(max_examples=40, deadline=None)
def test_an_order_is_filled_at_most_as_often_as_its_worst_line(rows: list[Row]) -> None:
    one_order = [row | {"order_id": "A"} for row in rows]
    fill_rate = measure_fill(one_order)
    assert fill_rate["order"] in (None, 0, 100)
    assert fill_rate["order"] is None or (fill_rate["order"] == 100) == (fill_rate["line"] == 100)


def test_a_price_of_zero_counts_as_a_price() -> None:
    rows = [{"order_id": "A", "ordered_qty": 10, "shipped_qty": 5, "unit_price": price} for price in (0.0, 2.0)]
    fill_rate = measure_fill(rows)
    assert (fill_rate["value"], fill_rate["n_excluded"]["no_unit_price"]) == (50, 0)


@pytest.mark.parametrize(
    ("columns", "reasons"),
    [
        ({}, {"case": "missing_columns: units_per_case", "value": "missing_columns: unit_price"}),
        ({"units_per_case": None, "unit_price": None}, {"case": "no_observations", "value": "no_observations"}),
        ({"units_per_case": 6, "unit_price": 0.0}, {"value": "no_observations"}),
    ],
)
def test_each_rate_that_is_null_has_the_reason_of_its_own_columns(columns: Row, reasons: dict[str, str]) -> None:
    report = kpis(pd.DataFrame([{"order_id": "A", "ordered_qty": 10, "shipped_qty": 9, **columns}]))
    paths = {path: reason for path, reason in report["undefined"].items() if path.startswith("fill_rate.")}
    broken_cases = {} if "units_per_case" in columns else {"fill_rate.broken_cases": "missing_columns: units_per_case"}
    assert paths == {f"fill_rate.{name}": reason for name, reason in reasons.items()} | broken_cases


def test_lines_of_which_none_counts_leave_every_rate_without_observations() -> None:
    report = kpis(pd.DataFrame([{"order_id": "A", "ordered_qty": 0, "shipped_qty": 0, "units_per_case": 6, "unit_price": 1.0}]))
    assert {report["undefined"][f"fill_rate.{name}"] for name in RATES} == {"no_observations"}
    assert (report["fill_rate"]["n_lines"], report["fill_rate"]["n_orders"], report["fill_rate"]["broken_cases"]) == (0, 0, 0)


def test_an_unpriced_line_in_another_currency_does_not_mix_the_currencies() -> None:
    rows = [
        {"order_id": "A", "ordered_qty": 4, "shipped_qty": 3, "unit_price": price, "currency": name}
        for price, name in ((2, "EUR"), (None, "GBP"))
    ]
    assert measure_fill(rows)["value"] == 75
