"""On time in full against a loop over the lines, under every setting of its parameters."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any

import pandas as pd
import pytest

from kpi_engine.logistics.inputs.orders import read_order_lines
from kpi_engine.logistics.inputs.parameters import LogisticsParameters, OtifParameters
from kpi_engine.logistics.service.due_lines import DUE_COLUMNS
from kpi_engine.logistics.service.otif import measure_otif
from tests.unit.kpi_engine.logistics.frames import kpis, random_lines

LEVELS, BASES = ("order", "line", "case"), ("requested", "first_promise", "last_confirmed")
CASES = [*product(LEVELS, BASES, (None, 0, 1), (0, 1), (0.0, 10.0))]
FRAME = random_lines(7, 150)
LINES = read_order_lines(FRAME)
RECORDS = [dict(zip(FRAME.columns.astype(str), row, strict=True)) for row in FRAME.itertuples(index=False)]


def assess_line(line: dict[str, Any], parameters: OtifParameters, as_of: pd.Timestamp) -> tuple[bool, float] | None:
    """Whether one line was on time, and which part of it was delivered; None when it does not count."""
    due, delivered_on, ordered_qty = line[DUE_COLUMNS[parameters.date_basis]], line["delivered_ts"], line["ordered_qty"]
    if line["status"] == "CANCELLED_CUSTOMER" or not ordered_qty > 0 or pd.isna(due):
        return None
    if parameters.level == "case" and math.isnan(line["units_per_case"]):
        return None
    latest = due + pd.Timedelta(days=parameters.late_tolerance_days)
    if line["status"] == "CANCELLED_US":
        return False, 0.0
    if pd.isna(delivered_on):
        return (False, 0.0) if latest < as_of else None
    if math.isnan(line["delivered_qty"]):
        return None
    is_early = parameters.early_tolerance_days is not None and delivered_on < due - pd.Timedelta(days=parameters.early_tolerance_days)
    share = line["delivered_qty"] / ordered_qty
    return not is_early and delivered_on <= latest, 1.0 if share >= 1 - parameters.quantity_tolerance_percent / 100 else share


def loop_over_lines(parameters: OtifParameters) -> dict[str, float]:
    as_of = FRAME["delivered_ts"].max()
    units: dict[Any, list[tuple[float, bool, float]]] = defaultdict(list)
    for number, line in enumerate(RECORDS):
        outcome = assess_line(line, parameters, as_of)
        if outcome:
            weight = line["ordered_qty"] / line["units_per_case"] if parameters.level == "case" else 1.0
            share = outcome[1] if parameters.level == "case" else float(outcome[1] >= 1)
            units[line["order_id"] if parameters.level == "order" else number].append((weight, outcome[0], share))
    rows = [(1.0, all(on for _, on, _ in unit), min(share for *_, share in unit)) for unit in units.values()]
    if parameters.level == "case":
        rows = [row for unit in units.values() for row in unit]
    weight = sum(row[0] for row in rows)
    parts = {
        "on_time": sum(own * on for own, on, _ in rows),
        "in_full": sum(own * share for own, _, share in rows),
        "otif": sum(own * on * share for own, on, share in rows),
    }
    return {name: 100 * part / weight for name, part in parts.items()}


@pytest.mark.parametrize(("level", "basis", "early", "late", "tolerance"), CASES)
def test_every_setting_equals_a_loop_over_the_lines(level: Any, basis: Any, early: int, late: int, tolerance: float) -> None:
    parameters = OtifParameters(level, basis, early, late, tolerance)
    otif = measure_otif(LINES, parameters).value
    assert otif is not None
    figures = {"on_time": otif.on_time, "in_full": otif.in_full, "otif": otif.otif}
    assert figures == pytest.approx(loop_over_lines(parameters), abs=1e-9)
    assert (otif.level, otif.date_basis, otif.early_tolerance_days) == (level, basis, early)
    assert (otif.late_tolerance_days, otif.quantity_tolerance_percent) == (late, tolerance)


def measure_otif_of(
    delivered_ts: str | None, quantity: float | None = 10, parameters: OtifParameters | None = None, **more: Any
) -> dict[str, Any]:
    """A line of ten due on the 10th, beside one that was fine on the 20th."""
    rows = [("A", 10, quantity, "2026-07-10", delivered_ts), ("B", 10, 10, "2026-07-20", "2026-07-20")]
    frame = pd.DataFrame(rows, columns=["order_id", "ordered_qty", "shipped_qty", "requested_date", "delivered_ts"]).assign(**more)
    answer: dict[str, Any] = kpis(frame, parameters=LogisticsParameters(otif=parameters or OtifParameters()))["otif"]
    return answer


def test_a_line_never_delivered_fails_once_its_window_is_over() -> None:
    assert (measure_otif_of(None)["otif"], measure_otif_of(None)["n_lines"]) == (50, 2)


def test_a_line_not_yet_delivered_is_left_out_while_its_window_is_open() -> None:
    otif = measure_otif_of(None, parameters=OtifParameters(as_of=date(2026, 7, 10)))
    assert (otif["otif"], otif["n_lines"], otif["n_excluded"]["window_open"]) == (100, 1, 1)


def test_the_day_counts_as_it_is_written_at_the_place() -> None:
    assert measure_otif_of("2026-07-10T23:30:00-07:00")["otif"] == 100


def test_a_surplus_is_in_full() -> None:
    assert measure_otif_of("2026-07-10", 99)["in_full"] == 100


def test_a_delivery_of_an_unknown_quantity_is_left_out_and_counted() -> None:
    otif = measure_otif_of("2026-07-10", None)
    assert (otif["n_lines"], otif["n_excluded"]["missing_values"]) == (1, 1)


def test_an_order_is_perfect_only_with_papers_and_without_damage() -> None:
    assert measure_otif_of("2026-07-10", docs_ok=[True, False], damage_qty=0)["perfect_order"] == 50
    assert measure_otif_of("2026-07-10", docs_ok=["yes", "no"], damage_qty=[1, 0])["perfect_order"] == 0
    assert measure_otif_of("2026-07-10", docs_ok=[True, None], damage_qty=0)["perfect_order"] == 100
    assert measure_otif_of("2026-07-10")["perfect_order"] is None
