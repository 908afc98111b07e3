"""Dwell, detention and segments of random visits against numpy, statistics and a loop; which rows are one visit."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.logistics.inputs.parameters import DwellParameters, LogisticsParameters
from tests.unit.kpi_engine.logistics.frames import Row, kpis, shipments

START = pd.Timestamp("2026-07-20 08:00", tz="UTC")
MINUTES = st.none() | st.integers(-30, 400)
VISITS = st.lists(st.tuples(MINUTES, MINUTES, MINUTES, st.integers(0, 23)), min_size=1, max_size=30)


def build_rows(visits: list[tuple[int | None, int | None, int | None, int]]) -> list[Row]:
    """Trucks that came at different hours; the minutes are those from the gate to the dock, at the dock and in all."""
    rows: list[Row] = []
    for number, (queue, dock, dwell, hour) in enumerate(visits):
        gate_in = START + pd.Timedelta(hours=hour)
        times = {"dock_in": queue, "dock_out": None if queue is None or dock is None else queue + dock, "gate_out": dwell}
        row = {name: None if minutes is None else (gate_in + pd.Timedelta(minutes=minutes)).isoformat() for name, minutes in times.items()}
        rows.append({"shipment_id": f"S{number:02}", "site_id": f"W{number % 3}", "gate_in": gate_in.isoformat(), **row})
    return rows


def quantile(minutes: list[int], percent: int) -> float:
    """Linear interpolation between the nearest ranks, as statistics has it with both ends included."""
    return float(minutes[0]) if len(minutes) == 1 else statistics.quantiles(minutes, n=100, method="inclusive")[percent - 1]


@given(VISITS, st.sampled_from([0.0, 45.0, 120.0]))
@settings(max_examples=40, deadline=None)
def test_figures_equal_the_quantiles_of_statistics_and_a_loop(
    visits: list[tuple[int | None, int | None, int | None, int]], free: float
) -> None:
    report = kpis(shipments(build_rows(visits)), parameters=LogisticsParameters(dwell=DwellParameters(free)))
    minutes = [dwell for *_, dwell, _ in visits if dwell is not None and dwell >= 0]
    if not minutes:
        assert (report["dwell"], report["undefined"]["dwell"]) == (None, "no_observations")
        return
    dwell = report["dwell"]
    assert dwell["median"] == pytest.approx(quantile(minutes, 50), abs=1e-9)
    assert dwell["p90"] == pytest.approx(quantile(minutes, 90), abs=1e-9)
    assert dwell["p90"] == pytest.approx(float(np.quantile(minutes, 0.9, method="linear")), abs=1e-9)
    assert dwell["share_over_free"] == pytest.approx(100 * sum(value > free for value in minutes) / len(minutes))
    assert dwell["detention_minutes"] == pytest.approx(sum(max(0, value - free) for value in minutes))
    missing, negative = sum(visit[2] is None for visit in visits), sum(visit[2] is not None and visit[2] < 0 for visit in visits)
    assert dwell["n_excluded"] == {"missing_time": missing, "negative": negative}
    assert dwell["visits"] == sum(row["visits"] for row in dwell["by_site"]) == sum(row["visits"] for row in dwell["by_hour"])
    assert sum(row["detention_minutes"] for row in dwell["by_site"]) == pytest.approx(dwell["detention_minutes"])


@given(VISITS)
@settings(max_examples=30, deadline=None)
def test_a_segment_counts_the_measured_visits_whose_two_times_are_in_order(
    visits: list[tuple[int | None, int | None, int | None, int]],
) -> None:
    report = kpis(shipments(build_rows(visits)))
    measured_visits = [visit for visit in visits if visit[2] is not None and visit[2] >= 0]
    if not measured_visits:
        return
    expected = {
        "queue": [queue for queue, *_ in measured_visits if queue is not None],
        "dock": [dock for queue, dock, *_ in measured_visits if queue is not None and dock is not None],
        "depart": [
            dwell - queue - dock
            for queue, dock, dwell, _ in measured_visits
            if queue is not None and dock is not None and dwell is not None
        ],
    }
    for name, values in expected.items():
        minutes = [value for value in values if value >= 0]
        segment = report["dwell"]["segments"][name]
        if not minutes:
            assert (segment, report["undefined"][f"dwell.segments.{name}"]) == (None, "no_timestamps")
        else:
            figures = {"median": quantile(minutes, 50), "p90": quantile(minutes, 90), "visits": len(minutes)}
            assert segment == pytest.approx(figures, abs=1e-9)


def stay(shipment: str, gate_out: str = "2026-07-20T12:00", **columns: Any) -> Row:
    return {"shipment_id": shipment, "trip_id": "T1", "site_id": "W1", "gate_in": "2026-07-20T09:00", "gate_out": gate_out} | columns


@pytest.mark.parametrize(
    ("second", "visits"),
    [
        (stay("S2"), 1),
        (stay("S2", carrier_id="C2"), 1),
        (stay("S2", trip_id="T2"), 2),
        (stay("S2", trip_id=None), 2),
        (stay("S2", site_id="W2"), 2),
        (stay("S2", gate_in="2026-07-20T09:01"), 2),
        (stay("S2", "2026-07-20T12:01"), 2),
        (stay("S2", gate_in="2026-07-20T11:00+02:00", gate_out="2026-07-20T14:00+02:00"), 1),
    ],
)
def test_shipments_are_one_visit_when_trip_site_and_instants_are_the_same(second: Row, visits: int) -> None:
    assert kpis(shipments([stay("S1"), second]))["dwell"]["visits"] == visits


def test_a_stay_over_the_change_to_winter_time_is_an_hour_longer_than_the_clock_says() -> None:
    rows = [stay("S1", "2026-10-25T04:00:00+01:00", gate_in="2026-10-25T01:00:00+02:00")]
    dwell = kpis(shipments(rows))["dwell"]
    assert (dwell["median"], dwell["by_hour"][0]["gate_in_hour"]) == (240, 1)


def test_a_stay_over_midnight_belongs_to_the_hour_of_arrival() -> None:
    dwell = kpis(shipments([stay("S1", "2026-07-21T00:30", gate_in="2026-07-20T23:59:59")]))["dwell"]
    assert dwell["by_hour"][0]["gate_in_hour"] == 23
    assert dwell["median"] == pytest.approx(30 + 1 / 60)


def test_visits_without_a_site_or_carrier_count_in_the_whole_alone() -> None:
    dwell = kpis(shipments([stay("S1", site_id=None, carrier_id=None), stay("S2", trip_id="T2", carrier_id="C1")]))["dwell"]
    assert (dwell["visits"], [row["site_id"] for row in dwell["by_site"]], [row["carrier_id"] for row in dwell["by_carrier"]]) == (
        2,
        ["W1"],
        ["C1"],
    )
    assert dwell["by_door"] == []


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"gate_in": "2026-07-20T09:00"}, "missing_columns: gate_out"),
        ({"site_id": "W1"}, "missing_columns: gate_in, gate_out"),
        ({"gate_in": None, "gate_out": None}, "no_observations"),
        ({"gate_in": "2026-07-20T09:00", "gate_out": "2026-07-20T08:59"}, "no_observations"),
    ],
)
def test_dwell_that_cannot_be_measured_has_a_reason(columns: Row, reason: str) -> None:
    report = kpis(shipments([{"shipment_id": "S1", **columns}]))
    assert (report["dwell"], report["undefined"]["dwell"]) == (None, reason)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_more_free_time_never_lengthens_detention(minutes: list[int]) -> None:
    rows = build_rows([(None, None, value, 0) for value in minutes])
    detention = [
        kpis(shipments(rows), parameters=LogisticsParameters(dwell=DwellParameters(free)))["dwell"]["detention_minutes"]
        for free in (0.0, 60.0, 120.0)
    ]
    assert detention == sorted(detention, reverse=True)
    assert detention[0] == sum(minutes)
