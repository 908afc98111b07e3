"""Dwell and detention against a loop over the visits."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import DwellParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis, shipments

NINE = pd.Timestamp("2026-07-20 09:00")


def visits(seed: int, size: int = 80) -> list[Row]:
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(size):
        gate_in = NINE + pd.Timedelta(minutes=int(rng.integers(0, 5_000)))
        dock_in, dock_out, gate_out = gate_in + pd.to_timedelta(np.cumsum(rng.integers(0, 90, 3)), unit="min")
        row = {"shipment_id": f"S{number}", "site_id": f"W{number % 2}", "door_id": f"D{number % 5}", "carrier_id": f"C{number % 3}"}
        rows.append(row | {"gate_in": gate_in, "dock_in": dock_in, "dock_out": dock_out, "gate_out": gate_out})
    return rows


def loop_over_visits(minutes: list[float], free: float) -> dict[str, float]:
    """Median and P90 (between the two nearest values), the share beyond the free time, and the minutes beyond it."""
    rising, position = sorted(minutes), 0.9 * (len(minutes) - 1)
    below = rising[int(position)]
    above = rising[min(int(position) + 1, len(rising) - 1)]
    return {
        "median": statistics.median(minutes),
        "p90": below + (above - below) * (position - int(position)),
        "share_over_free": 100 * sum(value > free for value in minutes) / len(minutes),
        "detention_minutes": sum(max(0.0, value - free) for value in minutes),
        "visits": len(minutes),
    }


@pytest.mark.parametrize("free", [120.0, 90.0])
def test_figures_equal_a_loop_over_the_visits_and_so_does_every_breakdown(free: float) -> None:
    rows = visits(3)
    dwell = kpis(shipments(rows), parameters=LogisticsParameters(dwell=DwellParameters(free)))["dwell"]
    minutes = {row["shipment_id"]: (row["gate_out"] - row["gate_in"]).total_seconds() / 60 for row in rows}
    expected = loop_over_visits(list(minutes.values()), free)
    assert {name: dwell[name] for name in expected} == pytest.approx(expected, abs=1e-9)
    for part, column in (("by_site", "site_id"), ("by_door", "door_id"), ("by_carrier", "carrier_id"), ("by_hour", "gate_in_hour")):
        groups = defaultdict(list)
        for row in rows:
            groups[row["gate_in"].hour if part == "by_hour" else row[column]].append(minutes[row["shipment_id"]])
        assert [row[column] for row in dwell[part]] == sorted(groups)
        for row in dwell[part]:
            expected = loop_over_visits(groups[row[column]], free)
            assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-9)


def test_segments_are_the_way_to_the_dock_the_time_at_it_and_the_way_out() -> None:
    rows, ends = visits(4), {"queue": ("gate_in", "dock_in"), "dock": ("dock_in", "dock_out"), "depart": ("dock_out", "gate_out")}
    segments = kpis(shipments(rows))["dwell"]["segments"]
    for name, (start, end) in ends.items():
        expected = loop_over_visits([(row[end] - row[start]).total_seconds() / 60 for row in rows], 0)
        assert segments[name] == pytest.approx({key: expected[key] for key in ("median", "p90", "visits")}, abs=1e-9)


def measure_visit(gate_in: Any, gate_out: Any, **more: Any) -> dict[str, Any]:
    return kpis(shipments([{"shipment_id": "S1", "gate_in": gate_in, "gate_out": gate_out, **more}]))


def test_two_hours_are_free_and_the_minute_after_is_not() -> None:
    assert measure_visit("2026-07-20T09:00", "2026-07-20T11:00")["dwell"]["share_over_free"] == 0
    assert measure_visit("2026-07-20T09:00", "2026-07-20T11:01")["dwell"]["detention_minutes"] == 1


def test_times_of_two_offsets_are_compared_as_instants_and_grouped_by_the_local_hour() -> None:
    dwell = measure_visit("2026-10-25T01:30:00+02:00", "2026-10-25T01:30:00+01:00")["dwell"]
    assert (dwell["median"], dwell["by_hour"][0]["gate_in_hour"]) == (60, 1)


def test_a_truck_with_three_shipments_stood_there_once() -> None:
    rows = [row | {"trip_id": "T1", "gate_in": NINE, "gate_out": NINE + pd.Timedelta(hours=3)} for row in visits(1, 3)]
    rows = [row | {"site_id": "W1"} for row in rows]
    assert (kpis(shipments(rows))["dwell"]["visits"], kpis(shipments(rows))["dwell"]["detention_minutes"]) == (1, 60)


def test_times_that_run_backwards_or_are_missing_are_left_out_and_counted() -> None:
    rows = [*visits(2, 3), {"shipment_id": "X", "gate_in": NINE}]
    rows.append({"shipment_id": "Y", "gate_in": NINE, "gate_out": NINE - pd.Timedelta(minutes=5)})
    dwell = kpis(shipments(rows))["dwell"]
    assert (dwell["visits"], dwell["n_excluded"]) == (3, {"missing_time": 1, "negative": 1})


def test_without_times_dwell_is_null_with_a_reason() -> None:
    assert measure_visit(None, None)["undefined"]["dwell"] == "no_observations"
    assert measure_visit("2026-07-20T09:00", "2026-07-20T10:00")["undefined"]["dwell.segments.queue"] == "no_timestamps"
