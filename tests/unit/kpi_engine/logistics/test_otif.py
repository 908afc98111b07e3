"""On time in full against a loop over the lines, under every setting of its parameters."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any

import pandas as pd
import pytest

from kpi_engine.logistics.inputs.orders import lines_of
from kpi_engine.logistics.inputs.parameters import LogisticsParameters, OtifParameters
from kpi_engine.logistics.service.otif import DUE_COLUMNS, otif
from tests.unit.kpi_engine.logistics.frames import kpis, random_lines

LEVELS, BASES = ("order", "line", "case"), ("requested", "first_promise", "last_confirmed")
CASES = [*product(LEVELS, BASES, (None, 0, 1), (0, 1), (0.0, 10.0))]
LINES = random_lines(7, 150)
READ = lines_of(LINES)
RECORDS = [dict(zip(LINES.columns.astype(str), row, strict=True)) for row in LINES.itertuples(index=False)]


def judged(line: dict[str, Any], asked: OtifParameters, as_of: pd.Timestamp) -> tuple[bool, float] | None:
    """Whether one line was on time, and which part of it was delivered; None when it does not count."""
    due, delivered, ordered = line[DUE_COLUMNS[asked.date_basis]], line["delivered_ts"], line["ordered_qty"]
    if line["status"] == "CANCELLED_CUSTOMER" or not ordered > 0 or pd.isna(due):
        return None
    if asked.level == "case" and math.isnan(line["units_per_case"]):
        return None
    latest = due + pd.Timedelta(days=asked.late_tolerance_days)
    if line["status"] == "CANCELLED_US":
        return False, 0.0
    if pd.isna(delivered):
        return (False, 0.0) if latest < as_of else None
    if math.isnan(line["delivered_qty"]):
        return None
    early = asked.early_tolerance_days is not None and delivered < due - pd.Timedelta(days=asked.early_tolerance_days)
    share = line["delivered_qty"] / ordered
    return not early and delivered <= latest, 1.0 if share >= 1 - asked.quantity_tolerance_percent / 100 else share


def looped(asked: OtifParameters) -> dict[str, float]:
    as_of = LINES["delivered_ts"].max()
    units: dict[Any, list[tuple[float, bool, float]]] = defaultdict(list)
    for number, line in enumerate(RECORDS):
        found = judged(line, asked, as_of)
        if found:
            weight = line["ordered_qty"] / line["units_per_case"] if asked.level == "case" else 1.0
            share = found[1] if asked.level == "case" else float(found[1] >= 1)
            units[line["order_id"] if asked.level == "order" else number].append((weight, found[0], share))
    rows = [(1.0, all(on for _, on, _ in unit), min(share for *_, share in unit)) for unit in units.values()]
    if asked.level == "case":
        rows = [row for unit in units.values() for row in unit]
    weight = sum(row[0] for row in rows)
    parts = {
        "on_time": sum(own * on for own, on, _ in rows),
        "in_full": sum(own * share for own, _, share in rows),
        "otif": sum(own * on * share for own, on, share in rows),
    }
    return {name: 100 * part / weight for name, part in parts.items()}


@pytest.mark.parametrize(("level", "basis", "early", "late", "tolerance"), CASES)
def test_every_setting_equals_a_loop_and_both_is_never_more_than_each(
    level: Any, basis: Any, early: int, late: int, tolerance: float
) -> None:
    asked = OtifParameters(level, basis, early, late, tolerance)
    found = otif(READ, asked).answer
    assert found is not None
    assert {name: found[name] for name in ("on_time", "in_full", "otif")} == pytest.approx(looped(asked), abs=1e-9)
    assert found["otif"] <= min(found["on_time"], found["in_full"])
    assert (found["level"], found["date_basis"], found["early_tolerance_days"]) == (level, basis, early)
    assert (found["late_tolerance_days"], found["quantity_tolerance_percent"]) == (late, tolerance)


def one(delivered: str | None, quantity: float | None = 10, asked: OtifParameters | None = None, **more: Any) -> dict[str, Any]:
    """A line of ten due on the 10th, beside one that was fine on the 20th."""
    rows = [("A", 10, quantity, "2026-07-10", delivered), ("B", 10, 10, "2026-07-20", "2026-07-20")]
    frame = pd.DataFrame(rows, columns=["order_id", "ordered_qty", "shipped_qty", "requested_date", "delivered_ts"]).assign(**more)
    answer: dict[str, Any] = kpis(frame, parameters=LogisticsParameters(otif=asked or OtifParameters()))["otif"]
    return answer


def test_a_line_never_delivered_fails_once_its_window_is_over() -> None:
    assert (one(None)["otif"], one(None)["n_lines"]) == (50, 2)


def test_a_line_not_yet_delivered_is_left_out_while_its_window_is_open() -> None:
    found = one(None, asked=OtifParameters(as_of=date(2026, 7, 10)))
    assert (found["otif"], found["n_lines"], found["n_excluded"]["window_open"]) == (100, 1, 1)


def test_the_day_counts_as_it_is_written_at_the_place() -> None:
    assert one("2026-07-10T23:30:00-07:00")["otif"] == 100


def test_a_surplus_is_in_full() -> None:
    assert one("2026-07-10", 99)["in_full"] == 100


def test_a_delivery_of_an_unknown_quantity_is_left_out_and_counted() -> None:
    found = one("2026-07-10", None)
    assert (found["n_lines"], found["n_excluded"]["missing_values"]) == (1, 1)


def test_an_order_is_perfect_only_with_papers_and_without_damage() -> None:
    assert one("2026-07-10", docs_ok=[True, False], damage_qty=0)["perfect_order"] == 50
    assert one("2026-07-10", docs_ok=["yes", "no"], damage_qty=[1, 0])["perfect_order"] == 0
    assert one("2026-07-10", docs_ok=[True, None], damage_qty=0)["perfect_order"] == 100
    assert one("2026-07-10")["perfect_order"] is None
