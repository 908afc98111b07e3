"""On time in full and perfect orders for random lines, against a loop with dates and exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import LogisticsParameters, OtifParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis

FIRST = date(2026, 7, 1)
DUE = {"requested": "requested_date", "first_promise": "promised_date", "last_confirmed": "confirmed_date"}
DAYS = st.none() | st.integers(0, 12).map(lambda days: str(FIRST + timedelta(days=days)))
QUANTITIES = st.none() | st.sampled_from([-1.0, 0.0, 3.0, 7.5, 9.0, 9.5, 10.0, 12.0])
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["A", "B", "C", "D"]),
            "ordered_qty": st.sampled_from([None, 0.0, 10.0, 10.0, 10.0, 7.5]),
            "shipped_qty": QUANTITIES,
            "delivered_qty": QUANTITIES,
            "units_per_case": st.sampled_from([None, 0.0, 2.0, 6.0]),
            "status": st.sampled_from([None, None, None, "CANCELLED_US", "CANCELLED_CUSTOMER"]),
            "docs_ok": st.sampled_from([None, True, True, False]),
            "damage_qty": st.sampled_from([None, 0.0, 0.0, 2.0]),
            "delivered_ts": DAYS,
            **dict.fromkeys(DUE.values(), DAYS),
        }
    ),
    min_size=1,
    max_size=14,
)
PARAMETERS = st.builds(
    OtifParameters,
    level=st.sampled_from(["order", "line", "case"]),
    date_basis=st.sampled_from(sorted(DUE)),
    early_tolerance_days=st.none() | st.integers(0, 3),
    late_tolerance_days=st.integers(0, 3),
    quantity_tolerance_percent=st.sampled_from([0.0, 5.0, 10.0, 25.0, 100.0]),
    as_of=st.none() | st.integers(0, 14).map(lambda days: FIRST + timedelta(days=days)),
)


def assess_line(line: Row, parameters: OtifParameters, as_of: date | None) -> dict[str, Any] | str:
    """The outcome of one line, or why it does not count."""
    if line["status"] == "CANCELLED_CUSTOMER":
        return "cancelled_by_customer"
    due, is_case = line[DUE[parameters.date_basis]], parameters.level == "case"
    if not line["ordered_qty"] or due is None or (is_case and not line["units_per_case"]):
        return "missing_values"
    ordered_qty, day = Fraction(str(line["ordered_qty"])), date.fromisoformat(due)
    weight = ordered_qty / Fraction(str(line["units_per_case"])) if is_case else Fraction(1)
    latest, quantity = day + timedelta(days=parameters.late_tolerance_days), line["delivered_qty"]
    is_sound = None if line["docs_ok"] is None or line["damage_qty"] is None else line["docs_ok"] and line["damage_qty"] == 0
    share, is_on_time = Fraction(0), False
    if line["status"] != "CANCELLED_US" and line["delivered_ts"] is None:
        if as_of is None or latest >= as_of:
            return "window_open"
    elif line["status"] != "CANCELLED_US":
        if quantity is None or quantity < 0:
            return "missing_values"
        delivered_on = date.fromisoformat(line["delivered_ts"])
        early = parameters.early_tolerance_days
        is_on_time = delivered_on <= latest and (early is None or delivered_on >= day - timedelta(days=early))
        share = Fraction(str(quantity)) / ordered_qty
    is_full = share >= 1 - Fraction(str(parameters.quantity_tolerance_percent)) / 100
    return {
        "weight": weight,
        "on_time": is_on_time,
        "share": Fraction(1) if is_full else share,
        "is_sound": is_sound,
        "order": line["order_id"],
    }


def share_of_orders(outcomes: list[dict[str, Any]], is_good: Callable[[dict[str, Any]], bool]) -> Fraction | None:
    orders: dict[str, bool] = {}
    for outcome in outcomes:
        orders[outcome["order"]] = orders.get(outcome["order"], True) and is_good(outcome)
    return Fraction(100 * sum(orders.values()), len(orders)) if orders else None


def loop_over_lines(rows: list[Row], parameters: OtifParameters) -> dict[str, Any] | None:
    deliveries = [row["delivered_ts"] for row in rows if row["delivered_ts"]]
    as_of = parameters.as_of or (date.fromisoformat(max(deliveries)) if deliveries else None)
    answers = [assess_line(row, parameters, as_of) for row in rows]
    outcomes = [answer for answer in answers if isinstance(answer, dict)]
    if not outcomes:
        return None
    reasons = {name: sum(answer == name for answer in answers) for name in ("cancelled_by_customer", "missing_values", "window_open")}
    if parameters.level == "order":
        figures = {
            "on_time": share_of_orders(outcomes, lambda line: line["on_time"]),
            "in_full": share_of_orders(outcomes, lambda line: line["share"] >= 1),
            "otif": share_of_orders(outcomes, lambda line: line["on_time"] and line["share"] >= 1),
        }
    else:
        weight = sum(line["weight"] for line in outcomes)
        shares = [line["share"] if parameters.level == "case" else Fraction(line["share"] >= 1) for line in outcomes]
        figures = {
            "on_time": 100 * sum((line["weight"] * line["on_time"] for line in outcomes), Fraction()) / weight,
            "in_full": 100 * sum((line["weight"] * share for line, share in zip(outcomes, shares, strict=True)), Fraction()) / weight,
            "otif": 100
            * sum((line["weight"] * share * line["on_time"] for line, share in zip(outcomes, shares, strict=True)), Fraction())
            / weight,
        }
    orders_without_papers = {line["order"] for line in outcomes if line["is_sound"] is None}
    lines_with_papers = [line for line in outcomes if line["order"] not in orders_without_papers]
    figures["perfect_order"] = share_of_orders(lines_with_papers, lambda line: line["on_time"] and line["share"] >= 1 and line["is_sound"])
    return {"figures": figures, "n_excluded": reasons, "n_lines": len(outcomes), "n_orders": len({line["order"] for line in outcomes})}


def measure(rows: list[Row], parameters: OtifParameters) -> dict[str, Any]:
    return kpis(pd.DataFrame(rows), parameters=LogisticsParameters(otif=parameters))


@given(LINES, PARAMETERS)
@settings(max_examples=80, deadline=None)
def test_every_figure_of_random_lines_equals_the_loop(rows: list[Row], parameters: OtifParameters) -> None:
    report, expected = measure(rows, parameters), loop_over_lines(rows, parameters)
    otif = report["otif"]
    if expected is None:
        assert (otif, report["undefined"]["otif"]) == (None, "no_observations")
        return
    for name, value in expected["figures"].items():
        assert otif[name] == (None if value is None else pytest.approx(float(value), abs=1e-9)), name
    assert {name: otif[name] for name in ("n_excluded", "n_lines", "n_orders")} == {
        name: expected[name] for name in ("n_excluded", "n_lines", "n_orders")
    }


@given(LINES, PARAMETERS)
@settings(max_examples=30, deadline=None)
def test_otif_is_never_above_on_time_or_in_full_and_a_perfect_order_is_on_time_in_full(rows: list[Row], parameters: OtifParameters) -> None:
    otif = measure(rows, parameters)["otif"]
    if otif is not None:
        assert otif["otif"] <= min(otif["on_time"], otif["in_full"]) + 1e-9
        assert all(0 <= otif[name] <= 100 for name in ("otif", "on_time", "in_full"))


@given(LINES, st.integers(0, 4), st.integers(0, 4))
@settings(max_examples=30, deadline=None)
def test_a_longer_window_never_lowers_on_time(rows: list[Row], early: int, late: int) -> None:
    delivered_rows = [row for row in rows if row["delivered_ts"]]  # the window of the others would decide whether they count
    if not delivered_rows:
        return
    strict, lenient = (OtifParameters("line", "requested", early + more, late + more) for more in (0, 2))
    before, after = measure(delivered_rows, strict)["otif"], measure(delivered_rows, lenient)["otif"]
    assert before is None or after["on_time"] >= before["on_time"]


def delivery(**columns: Any) -> Row:
    return {"order_id": "A", "ordered_qty": 10, "shipped_qty": 10, "requested_date": "2026-07-10", "delivered_ts": "2026-07-10"} | columns


def test_the_shipped_quantity_stands_in_only_where_there_is_no_column_of_the_delivered_one() -> None:
    line = OtifParameters("line")
    assert measure([delivery(shipped_qty=9)], line)["otif"]["in_full"] == 0
    assert measure([delivery(shipped_qty=9, delivered_qty=10)], line)["otif"]["in_full"] == 100
    assert measure([delivery(), delivery(delivered_qty=None)], line)["undefined"]["otif"] == "no_observations"


@pytest.mark.parametrize(("early", "on_time"), [(None, 100), (3, 100), (2, 0), (0, 0)])
def test_a_delivery_three_days_early_is_on_time_within_the_early_tolerance_alone(early: int | None, on_time: float) -> None:
    parameters = OtifParameters(early_tolerance_days=early)
    assert measure([delivery(delivered_ts="2026-07-07T23:59:59")], parameters)["otif"]["on_time"] == on_time


@pytest.mark.parametrize(("late", "on_time"), [(0, 0), (1, 0), (2, 100)])
def test_a_delivery_two_days_late_is_on_time_within_the_late_tolerance_alone(late: int, on_time: float) -> None:
    assert measure([delivery(delivered_ts="2026-07-12T00:00:01")], OtifParameters(late_tolerance_days=late))["otif"]["on_time"] == on_time


@pytest.mark.parametrize(("tolerance", "in_full"), [(0.0, 0), (9.9, 0), (10.0, 100)])
def test_nine_of_ten_are_in_full_within_a_tolerance_of_ten_percent(tolerance: float, in_full: float) -> None:
    assert measure([delivery(shipped_qty=9)], OtifParameters(quantity_tolerance_percent=tolerance))["otif"]["in_full"] == in_full


@pytest.mark.parametrize(("day", "n_lines"), [(10, 0), (11, 1)])
def test_the_window_of_an_open_line_is_over_on_the_day_after_its_last(day: int, n_lines: int) -> None:
    otif = measure([delivery(delivered_ts=None), delivery(order_id="B")], OtifParameters("line", as_of=date(2026, 7, day)))["otif"]
    assert (otif["n_lines"], otif["n_excluded"]["window_open"]) == (1 + n_lines, 1 - n_lines)
    assert otif["as_of"] == f"2026-07-{day}"


@pytest.mark.parametrize(
    ("missing", "parameters", "reason"),
    [
        (["requested_date"], OtifParameters(), "missing_columns: requested_date"),
        (["delivered_ts"], OtifParameters(), "missing_columns: delivered_ts"),
        (["requested_date", "delivered_ts"], OtifParameters(), "missing_columns: requested_date, delivered_ts"),
        ([], OtifParameters(date_basis="first_promise"), "missing_columns: promised_date"),
        ([], OtifParameters(date_basis="last_confirmed"), "missing_columns: confirmed_date"),
        ([], OtifParameters(level="case"), "missing_columns: units_per_case"),
    ],
)
def test_without_its_columns_otif_is_null_and_the_reason_names_them(missing: list[str], parameters: OtifParameters, reason: str) -> None:
    row = {name: value for name, value in delivery().items() if name not in missing}
    report = measure([row], parameters)
    assert (report["otif"], report["undefined"]["otif"]) == (None, reason)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, "missing_columns: docs_ok, damage_qty"),
        ({"docs_ok": True}, "missing_columns: damage_qty"),
        ({"docs_ok": True, "damage_qty": None}, "no_observations"),
    ],
)
def test_a_perfect_order_that_is_unknown_has_a_reason(columns: Row, reason: str) -> None:
    report = measure([delivery(**columns)], OtifParameters())
    assert (report["otif"]["perfect_order"], report["undefined"]["otif.perfect_order"]) == (None, reason)
