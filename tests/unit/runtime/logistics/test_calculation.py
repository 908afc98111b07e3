"""The calculation as a whole: what is missing is null with a reason, every value has its definition, and nothing fails."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kpi_engine.logistics.metrics import METRICS
from tests.unit.runtime.logistics.operation import AS_OF, LANE, LDS1, VAN, Operation, capacity, forecast, line, shipment

PARTS = {
    "orders": ["otif", "unit_fill"],
    "shipments": ["truck_weight", "dwell_p90", "cost_total", "trucks_planned"],
    "capacity": ["capacity_days_over"],
}


def fill(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, shipped_qty=9), line(3, due=AS_OF - timedelta(days=10)))
    operation.add("shipments", shipment(1), shipment(2, day=AS_OF - timedelta(days=10)))
    operation.add("capacity", *capacity("THROUGHPUT"))
    operation.add("site_master", LDS1)
    operation.add("lane_master", LANE)
    operation.add("vehicle_types", VAN)
    operation.forecast = forecast([80, 90, 100])


def test_a_run_without_any_of_the_data_sets_is_measured_with_nulls_and_reasons(operation: Operation) -> None:
    result = operation.measure()
    assert (result.score, result.grade, result.n_scopes) == (None, None, 1)
    for name in ("unit_fill", "otif", "truck_weight", "dwell_p90", "cost_total", "capacity_days_over", "efficiency_score"):
        value = operation.value(name)
        assert (value.value, bool(value.metadata["undefined_reason"])) == (None, True)
    assert operation.document("capacity")["capacity"] == operation.document("consolidation")["groups"] == []
    assert operation.document()["window"]["start"] is None


@pytest.mark.parametrize("missing", sorted(PARTS))
def test_a_data_set_without_rows_is_the_reason_of_its_nulls_and_of_no_others(operation: Operation, missing: str) -> None:
    fill(operation)
    del operation.rows[missing]
    operation.measure()
    for dataset, names in PARTS.items():
        for name in names:
            value = operation.value(name)
            assert (value.value is None) == (dataset == missing), name
            assert value.metadata.get("undefined_reason") == (f"no_data: {missing}" if dataset == missing else None)
    assert f"The run has no rows of {missing}." in operation.document()["warnings"]


def test_every_metric_that_is_served_has_a_value_or_a_reason(operation: Operation) -> None:
    fill(operation)
    operation.measure()
    totals = [metric for metric in operation.kpis.metrics.values() if metric.dimensions["level"] == "total"]
    rows_of_lists = {metric.name for metric in METRICS if "next_grade_levers" in metric.path}
    assert {metric.name for metric in totals} | rows_of_lists == {metric.name for metric in METRICS}
    assert all(metric.value is not None or metric.metadata["undefined_reason"] for metric in operation.kpis.metrics.values())


def test_measuring_again_stores_the_same(operation: Operation) -> None:
    fill(operation)
    operation.measure()
    first, values = json.dumps(operation.document()), dict(operation.kpis.metrics)
    operation.measure()
    assert (json.dumps(operation.document()), operation.kpis.metrics) == (first, values)


def test_the_grade_is_stored_as_a_number_with_its_letter(operation: Operation) -> None:
    fill(operation)
    operation.measure()
    score, value = operation.scope()["efficiency_score"], operation.value("efficiency_grade")
    assert (value.metadata["grade"], value.value) == (score["grade"], "FDCBA".index(score["grade"]))
    points_lost = {row["name"]: row["points_lost"] for row in score["components"]}
    assert operation.value("grade_points_lost", component="otif").value == points_lost["otif"]
    assert score["score"] + sum(points for points in points_lost.values() if points is not None) == pytest.approx(100)


def test_a_late_correction_restates_the_weeks_that_it_is_about(operation: Operation) -> None:
    fill(operation)
    operation.measure()
    before = {scope["iso_week"]: scope["otif"] for scope in operation.document()["scopes"] if scope["level"] == "week"}
    operation.rows["orders"][2]["shipped_qty"] = 5
    operation.measure()
    after = {scope["iso_week"]: scope["otif"] for scope in operation.document()["scopes"] if scope["level"] == "week"}
    assert [week for week in before if before[week] != after[week]] == ["2026-W47"]


def test_the_documents_state_the_run_its_window_and_what_was_assumed(operation: Operation) -> None:
    fill(operation)
    operation.measure()
    for name in ("efficiency", "capacity", "consolidation"):
        document = operation.document(name)
        assert (document["run_id"], document["as_of_date"]) == (str(operation.run.id), str(AS_OF))
        [window] = document["window"]["sites"]
        assert (window["site_id"], window["business_days"], window["open_days"]) == ("LDS1", 30, "12345")
