"""Fill rates and OTIF of the order lines that a run accepted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from tests.unit.runtime.logistics.operation import AS_OF, LANE, LDS1, Operation, at, line


def test_otif_counts_an_order_that_came_late_and_one_that_came_short(operation: Operation) -> None:
    due = AS_OF - timedelta(days=5)
    operation.add("orders", line(1, due=due), line(2, due=due, delivered_ts=at(due + timedelta(days=1))), line(3, due=due, shipped_qty=8))
    operation.measure()
    otif, fill = operation.scope()["otif"], operation.scope()["fill_rate"]
    assert otif["otif"] == pytest.approx(100 / 3)
    assert (otif["on_time"], otif["in_full"]) == (pytest.approx(200 / 3), pytest.approx(200 / 3))
    assert (otif["level"], otif["date_basis"], otif["late_tolerance_days"], otif["quantity_tolerance_percent"]) == (
        "order",
        "requested",
        0,
        0,
    )
    assert fill["unit"] == pytest.approx(100 * 28 / 30)
    assert operation.value("otif").value == otif["otif"]
    assert operation.value("otif").n_obs == 3


@pytest.mark.parametrize(
    ("arrival", "is_on_time"),
    [("2026-11-24T23:30:00+00:00", True), ("2026-11-25T00:30:00+01:00", True), ("2026-11-25T00:30:00+00:00", False)],
)
def test_a_delivery_is_on_the_day_of_the_clock_of_its_site(operation: Operation, arrival: str, is_on_time: bool) -> None:
    operation.add("orders", line(1, due=AS_OF - timedelta(days=3), delivered_ts=arrival))
    operation.add("site_master", LDS1)
    operation.measure()
    assert operation.scope()["otif"]["on_time"] == 100 * is_on_time


def test_a_line_that_is_not_delivered_when_its_day_has_passed_is_a_failure(operation: Operation) -> None:
    late = line(2, due=AS_OF - timedelta(days=1), delivered_ts=None, status="SHIPPED")
    due_today = line(3, due=AS_OF, delivered_ts=None, status="SHIPPED")
    operation.add("orders", line(1), late, due_today, line(4, due=AS_OF))
    operation.measure()
    otif = operation.scope()["otif"]
    assert (otif["otif"], otif["n_lines"], otif["n_excluded"]["window_open"]) == (pytest.approx(200 / 3), 3, 1)


def test_a_line_due_after_the_window_takes_no_part(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, due=AS_OF + timedelta(days=1), shipped_qty=0, delivered_ts=None, status="OPEN"))
    operation.measure()
    assert operation.scope()["fill_rate"]["n_lines"] == 1


def test_a_line_delivered_at_an_unknown_time_is_left_out_and_counted(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, delivered_ts=None))
    operation.measure()
    assert (operation.scope()["otif"]["n_lines"], operation.scope()["otif"]["n_excluded"]["missing_values"]) == (1, 1)


def quality(dataset: str, code: str, column: str) -> dict[str, Any]:
    """A quality document in which one row is used without the value of a column."""
    warning = {"code": code, "column": column, "rows": 1, "samples": []}
    return {"datasets": {dataset: {"quarantined": 0, "warning_samples": [warning]}}}


@pytest.mark.parametrize("code", ["OPTIONAL_TYPE", "OPTIONAL_AMBIGUOUS"])
def test_a_time_of_delivery_that_could_not_be_read_makes_otif_no_better(operation: Operation, code: str) -> None:
    operation.add("orders", line(1), line(2), line(3, delivered_ts=None))
    operation.quality = quality("orders", code, "delivered_ts")
    operation.measure()
    assert operation.scope()["otif"]["otif"] == pytest.approx(200 / 3)
    text = "1 row of orders is used without delivered_ts, which could not be read or is out of its range."
    assert text in operation.document()["warnings"]


def test_a_site_that_states_no_deliveries_has_no_otif_and_does_not_change_that_of_others(operation: Operation) -> None:
    silent = {"ship_from_site_id": "RTM1", "delivered_ts": None, "status": None}
    operation.add("orders", line(1), line(2, shipped_qty=5), line(3, **silent))
    operation.measure()
    assert operation.scope()["otif"]["otif"] == 50
    assert operation.scope("site", site_id="RTM1")["otif"] is None
    assert operation.scope("site", site_id="RTM1")["undefined"]["otif"] == "missing_columns: delivered_ts"


def test_lines_belong_to_the_lane_of_their_site_and_destination(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, ship_to_id="GB-008", shipped_qty=5), line(3, lane_id="OTHER"))
    operation.add("lane_master", LANE, LANE | {"lane_id": "LDS1-GB-008", "destination_id": "GB-008"})
    operation.measure()
    assert operation.scope("lane", lane_id="LDS1-GB-008")["fill_rate"]["unit"] == 50
    assert [scope["lane_id"] for scope in operation.document()["scopes"] if scope["level"] == "lane"] == [
        "LDS1-GB-007",
        "LDS1-GB-008",
        "OTHER",
    ]
    assert operation.value("unit_fill", level="lane", lane_id="LDS1-GB-008", site_id="LDS1").value == 50


def test_weeks_are_those_of_the_due_day_and_say_whether_they_are_whole(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, due=AS_OF - timedelta(days=9), shipped_qty=5))
    operation.measure()
    weeks = {scope["iso_week"]: scope for scope in operation.document()["scopes"] if scope["level"] == "week"}
    assert {week: scope["fill_rate"]["unit"] for week, scope in weeks.items()} == {"2026-W47": 50, "2026-W48": 100}
    assert {week: scope["complete"] for week, scope in weeks.items()} == {"2026-W47": True, "2026-W48": False}
    value = operation.value("unit_fill", level="week", iso_week="2026-W47")
    assert (str(value.period_start), str(value.period_end), value.period_grain, value.metadata["complete"]) == (
        "2026-11-16",
        "2026-11-22",
        "week",
        True,
    )


def test_pieces_and_kilograms_are_not_added_up(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, sku_id="SKU-2", uom="KGM", shipped_qty=5))
    operation.measure()
    fill = operation.scope()["fill_rate"]
    assert (fill["unit"], fill["line"], operation.scope()["undefined"]["fill_rate.unit"]) == (None, 50, "several_units_of_measure")
    value = operation.value("unit_fill")
    assert (value.value, value.metadata["undefined_reason"]) == (None, "several_units_of_measure")


def test_case_sizes_come_from_the_master_row_that_is_valid(operation: Operation) -> None:
    operation.add("orders", line(1, shipped_qty=5))
    master = {"sku_id": "SKU-1", "uom": "EA"}
    operation.add("sku_master", master | {"units_per_case": 5, "valid_from": "2026-01-01"})
    operation.add("sku_master", master | {"units_per_case": 3, "valid_from": "2027-01-01"})
    operation.measure()
    assert operation.scope()["fill_rate"]["broken_cases"] == 0


def test_rows_in_quarantine_are_counted_and_said(operation: Operation) -> None:
    operation.add("orders", line(1))
    operation.quality = {"datasets": {"orders": {"quarantined": 7}}}
    operation.measure()
    assert {"dataset": "orders", "measured": 1, "quarantined": 7} in operation.document()["inputs"]
    assert any(text.startswith("7 rows of orders are in quarantine") for text in operation.document()["warnings"])


def test_a_line_that_left_in_two_shipments_is_filled_by_both(operation: Operation) -> None:
    due = AS_OF - timedelta(days=5)
    first = line(1, due=due, shipped_qty=5, shipment_id="S1")
    second = line(1, due=due, shipped_qty=5, shipment_id="S2", delivered_ts=at(due - timedelta(days=1)))
    operation.add("orders", first, second, line(2, due=due))
    operation.measure()
    fill, otif = operation.scope()["fill_rate"], operation.scope()["otif"]
    assert (fill["unit"], fill["line"], fill["order"], fill["n_lines"]) == (100, 100, 100, 2)
    assert (otif["otif"], otif["n_lines"]) == (100, 2)


def test_a_line_is_late_when_one_of_its_shipments_is(operation: Operation) -> None:
    due = AS_OF - timedelta(days=5)
    late = line(1, due=due, shipped_qty=5, shipment_id="S2", delivered_ts=at(due + timedelta(days=1)))
    operation.add("orders", line(1, due=due, shipped_qty=5, shipment_id="S1"), late)
    operation.measure()
    assert (operation.scope()["otif"]["on_time"], operation.scope()["fill_rate"]["line"]) == (0, 100)


def test_the_newest_row_of_a_line_says_when_it_is_due_and_what_it_costs(operation: Operation) -> None:
    due = AS_OF - timedelta(days=5)
    first = line(1, due=due - timedelta(days=2), shipped_qty=5, shipment_id="S1", unit_price=2.0, updated_at=at(due - timedelta(days=3)))
    second = line(1, due=due, shipped_qty=5, shipment_id="S2", unit_price=3.0, delivered_ts=at(due), updated_at=at(due))
    operation.add("orders", second, first)
    operation.measure()
    assert operation.scope()["fill_rate"]["unit"] == 100
    assert operation.scope()["otif"]["on_time"] == 100


def test_what_a_unit_needs_counts_the_order_once(operation: Operation) -> None:
    from runtime.services.logistics.resource_use import measure_activity

    rows = pd.DataFrame({"order_id": ["O1", "O1", "O2"], "line_no": "1", "site_id": "LDS1", "ordered_qty": [10.0, 10.0, 4.0]})
    assert measure_activity(rows, pd.DataFrame(), {"LDS1": frozenset({"EA"})})["LDS1"].units == 14


@pytest.mark.parametrize(("base", "value"), [("GBP", 81.25), ("USD", None)])
def test_the_value_fill_adds_prices_of_several_currencies_by_the_exchange_rates_that_there_are(
    operation: Operation, base: str, value: float | None
) -> None:
    operation.add("orders", line(1, shipped_qty=5, unit_price=10.0, currency="GBP"))
    operation.add("orders", *(line(number, unit_price=10.0, currency="EUR") for number in (2, 3)))
    operation.add("fx_rates", {"base_currency": base, "quote_currency": "EUR", "valid_from": "2026-11-01", "rate": 1.2})
    operation.measure()
    scope = operation.scope()
    assert scope["fill_rate"]["value"] == value
    assert scope["undefined"].get("fill_rate.value") == (None if value else "several_currencies")
