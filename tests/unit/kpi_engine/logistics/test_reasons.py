"""Every null of a report has a reason, whatever is missing; and what is missing makes nothing null that does not need it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.examples import logistics as example
from tests.unit.kpi_engine.logistics.frames import NOTHING, Row, kpis

NULL_BY_DESIGN = {
    "otif.early_tolerance_days",
    "otif.as_of",
    "cost_per_unit.currency",
    "truck_utilization.binding.dimension",
    "truck_utilization.plan.saving.currency",
}
"""A parameter without a limit, and names that go with a figure that has its own reason."""
NEEDED_BY = {
    "unit_price": {"fill_rate.value"},
    "units_per_case": {"fill_rate.case", "fill_rate.broken_cases", "cost_per_unit.per_case"},
    "requested_date": {"otif"},
    "delivered_ts": {"otif"},
    "docs_ok": {"otif.perfect_order"},
    "damage_qty": {"otif.perfect_order"},
    "gate_in": {"dwell"},
    "gate_out": {"dwell"},
    "gross_kg": {"truck_utilization.weight", "truck_utilization.load_factor_with_empty_km", "cost_per_unit.per_kg"},
    "distance_km": {
        "truck_utilization.load_factor_with_empty_km",
        "cost_per_unit.per_km",
        *(f"truck_utilization.plan.saving.{name}" for name in ("money", "km", "co2e_kg")),
    },
    "lane_id": {"truck_utilization.plan"},
    "ship_date": {"truck_utilization.plan"},
}


@cache
def frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The frames of the example, with every optional column of the lines and the shipments."""
    lines, loads = example.build_order_lines(), example.build_shipments()
    line_columns: Row = {"unit_price": 2.0, "currency": "EUR", "units_per_case": 5, "docs_ok": True, "damage_qty": 0}
    days: Row = {"requested_date": "2026-07-20", "delivered_ts": "2026-07-20T10:00"}
    times: Row = {"gate_in": "2026-07-20T06:00", "gate_out": "2026-07-20T07:30", "distance_km": 80.0, "empty_km": 10.0}
    costs: Row = {"transport_cost": 100.0, "cost_currency": "EUR", "gross_kg": 9_000.0}
    own_lines = lines.assign(**{name: value for name, value in (line_columns | days).items() if name not in lines})
    own_loads = loads.assign(**{name: value for name, value in (times | costs).items() if name not in loads})
    return pd.concat([own_lines, own_loads], ignore_index=True), example.build_forecast(), example.build_capacity()


def nulls(value: Any, path: str = "") -> Iterator[str]:
    """The paths of the nulls that are in no list."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from nulls(item, f"{path}.{key}" if path else str(key))
    elif value is None:
        yield path


def unexplained_nulls(report: dict[str, Any]) -> set[str]:
    reasons = report["undefined"]
    parts = {name: value for name, value in report.items() if name != "undefined"}
    return {path for path in nulls(parts) if path not in NULL_BY_DESIGN and path not in reasons and path.rpartition(".")[0] not in reasons}


def test_the_whole_frames_leave_nothing_unexplained() -> None:
    assert unexplained_nulls(kpis(*frames())) == set()


@pytest.mark.parametrize("column", sorted(set(frames()[0].columns) - {"order_id", "ordered_qty", "shipped_qty"}))
def test_without_any_one_column_every_null_has_a_reason(column: str) -> None:
    historical, forecast, capacity = frames()
    assert unexplained_nulls(kpis(historical.drop(columns=column), forecast, capacity)) == set()


@pytest.mark.parametrize("column", sorted(set(frames()[0].columns)))
def test_with_nothing_in_any_one_column_every_null_has_a_reason(column: str) -> None:
    historical, forecast, capacity = frames()
    assert unexplained_nulls(kpis(historical.assign(**{column: None}), forecast, capacity)) == set()


@pytest.mark.parametrize(("column", "paths"), NEEDED_BY.items(), ids=list(NEEDED_BY))
def test_a_missing_column_makes_the_figures_null_that_need_it_and_names_itself(column: str, paths: set[str]) -> None:
    historical, forecast, capacity = frames()
    before, after = (
        kpis(historical, forecast, capacity)["undefined"],
        kpis(historical.drop(columns=column), forecast, capacity)["undefined"],
    )
    new_reasons = {path: reason for path, reason in after.items() if path not in before}
    assert set(new_reasons) <= paths | {"efficiency_score.grade"}
    missing_columns = {path for path, reason in new_reasons.items() if reason.startswith("missing_columns: ")}
    assert all(column in new_reasons[path] for path in missing_columns)


@pytest.mark.parametrize("present", range(8))
def test_frames_that_are_there_or_not_leave_nothing_unexplained(present: int) -> None:
    inputs = [frame if present & 1 << at else NOTHING for at, frame in enumerate(frames())]
    assert unexplained_nulls(kpis(*inputs)) == set()


@pytest.mark.parametrize("seed", range(12))
def test_gaps_anywhere_leave_nothing_unexplained(seed: int) -> None:
    rng = np.random.default_rng(seed)
    historical, forecast, capacity = frames()
    lines_with_gaps, forecast_with_gaps = (frame.mask(rng.random(frame.shape) < 0.25) for frame in (historical, forecast))
    report = kpis(lines_with_gaps, forecast_with_gaps, capacity)
    assert unexplained_nulls(report) == set()
    for row in report["capacity"]:
        without_reason = {name for name, value in row.items() if value is None and name not in row["undefined"]}
        assert without_reason <= {"vehicle_type", "peak_date", "band", "needed"}
