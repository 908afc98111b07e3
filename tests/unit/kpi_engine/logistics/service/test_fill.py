"""Fill rates against a loop over the lines, and the lines that are left out."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import FillBasis, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import kpis, random_lines

COLUMNS = ["order_id", "ordered_qty", "shipped_qty"]


def loop_over_lines(lines: pd.DataFrame, basis: str) -> dict[str, float]:
    """The five rates, line by line."""
    top, bottom = dict.fromkeys(("unit", "case", "value", "line"), 0.0), dict.fromkeys(("unit", "case", "value", "line"), 0.0)
    full: dict[str, bool] = {}
    for line in lines.to_dict("records"):
        ordered_qty = line["final_qty"] if basis == "final_qty" and not math.isnan(line["final_qty"]) else line["ordered_qty"]
        shipped_qty = 0.0 if line["status"] == "CANCELLED_US" else line["shipped_qty"]
        if line["status"] == "CANCELLED_CUSTOMER" or not ordered_qty > 0 or math.isnan(shipped_qty):
            continue
        filled_qty = min(ordered_qty, shipped_qty)
        weights = {"unit": 1.0, "case": 1 / line["units_per_case"], "value": line["unit_price"]}
        for name, weight in weights.items():
            if not math.isnan(weight):
                top[name] += weight * filled_qty
                bottom[name] += weight * ordered_qty
        top["line"] += filled_qty == ordered_qty
        bottom["line"] += 1
        full[line["order_id"]] = full.get(line["order_id"], True) and filled_qty == ordered_qty
    return {name: 100 * top[name] / bottom[name] for name in top} | {"order": 100 * sum(full.values()) / len(full)}


@pytest.mark.parametrize("basis", ["original_qty", "final_qty"])
@pytest.mark.parametrize("seed", range(3))
def test_all_five_rates_equal_a_loop_over_the_lines(seed: int, basis: FillBasis) -> None:
    lines = random_lines(seed)
    fill_rate = kpis(lines, parameters=LogisticsParameters(fill_basis=basis))["fill_rate"]
    assert {name: fill_rate[name] for name in ("unit", "case", "line", "order", "value")} == pytest.approx(
        loop_over_lines(lines, basis), abs=1e-9
    )
    assert fill_rate["n_lines"] + sum(fill_rate["n_excluded"][name] for name in list(fill_rate["n_excluded"])[:4]) == len(lines)


def measure_fill(rows: list[tuple[Any, ...]], *more: str) -> dict[str, Any]:
    answer: dict[str, Any] = kpis(pd.DataFrame(rows, columns=[*COLUMNS, *more]))["fill_rate"]
    return answer


def test_a_surplus_on_one_line_does_not_fill_another() -> None:
    assert measure_fill([("A", 10, 5), ("A", 10, 15)])["unit"] == 75


def test_what_the_customer_cancelled_is_left_out_and_what_we_cancelled_is_unfilled() -> None:
    fill_rate = measure_fill([("A", 10, 10, None), ("B", 10, 10, "CANCELLED_US"), ("C", 80, 0, "CANCELLED_CUSTOMER")], "status")
    assert (fill_rate["unit"], fill_rate["line"], fill_rate["order"]) == (50, 50, 50)
    assert fill_rate["n_excluded"]["cancelled_by_customer"] == 1


def test_a_line_that_we_cancelled_needs_no_shipped_quantity() -> None:
    assert measure_fill([("A", 10, 10, None), ("B", 10, None, "CANCELLED_US")], "status")["unit"] == 50


def test_cases_are_counted_by_their_own_size_and_broken_ones_are_flagged() -> None:
    fill_rate = measure_fill([("A", 12, 6, 6), ("B", 100, 100, 10), ("C", 12, 7, 12)], "units_per_case")
    assert fill_rate["case"] == pytest.approx(100 * (1 + 10 + 7 / 12) / (2 + 10 + 1), abs=1e-9)
    assert fill_rate["broken_cases"] == 1


def test_prices_in_several_currencies_give_no_value_fill() -> None:
    rows = pd.DataFrame([("A", 1, 1, 2.0, "EUR"), ("B", 1, 1, 2.0, "GBP")], columns=[*COLUMNS, "unit_price", "currency"])
    fill_rate = kpis(rows)
    assert fill_rate["fill_rate"]["value"] is None
    assert fill_rate["undefined"]["fill_rate.value"] == "several_currencies"


def test_a_line_that_travelled_in_two_shipments_counts_once() -> None:
    rows = [("A", 10, 5, 1, "S1"), ("A", 10, 5, 1, "S2"), ("B", 10, 10, 1, "S2")]
    assert measure_fill(rows, "line_no", "shipment_id")["n_lines"] == 2


def test_lines_without_a_number_are_never_taken_for_one_another() -> None:
    assert measure_fill([("A", 10, 5, None), ("A", 10, 5, None)], "line_no")["n_lines"] == 2
