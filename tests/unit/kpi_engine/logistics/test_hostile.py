"""For frames of any content the engine returns a report, or raises an error that names the fault."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.examples import logistics as example
from kpi_engine.logistics.inputs import parameters as settings
from kpi_engine.shared.errors import DuplicateKeys, InvalidValue, MissingColumns
from tests.unit.kpi_engine.logistics.frames import NOTHING, TRAILER, forecasts, kpis, random_lines, shipments, throughput, vehicles
from tests.unit.kpi_engine.logistics.lanes import FLEET, instances

HISTORICAL = ["order_id", "ordered_qty", "shipped_qty"]


def frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Random lines and shipments below the golden ones, and the golden forecast and capacity."""
    lanes = shipments(instances(4, lanes=2)).assign(transport_cost=100.1, cost_currency="EUR")
    historical = pd.concat([example.build_order_lines(), random_lines(1, 40), example.build_shipments(), lanes], ignore_index=True)
    return historical, example.build_forecast(), pd.concat([example.build_capacity(), vehicles(*FLEET[1:])], ignore_index=True)


@cache
def report_as_json() -> str:
    """Return the report on these frames as JSON."""
    return as_json(kpis(*frames()))


def as_json(answer: dict[str, Any]) -> str:
    return json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize("columns", [False, True])
def test_empty_frames_give_nulls_with_reasons_and_no_grade(columns: bool) -> None:
    inputs = [frame.iloc[:0] for frame in frames()] if columns else [NOTHING] * 3
    report = kpis(*inputs)
    assert report["efficiency_score"]["grade"] is None
    assert report["capacity"] == []
    for name in ("unit", "case", "line", "order", "value"):
        assert report["fill_rate"][name] is None
        assert report["undefined"][f"fill_rate.{name}"]
    for part in ("otif", "dwell", "cost_per_unit", "truck_utilization.plan", "truck_utilization.weight", "capacity_overall"):
        assert report["undefined"][part]
    as_json(report)


def test_missing_columns_are_all_named_in_one_error() -> None:
    wrong = pd.DataFrame({"other": [1]})
    with pytest.raises(MissingColumns) as error:
        kpis(wrong, wrong, wrong)
    for name in (*HISTORICAL, "forecast_date", "predicted_value", "resource", "rated", "historical_data", "capacity_data"):
        assert name in str(error.value)


@pytest.mark.parametrize("nothing", [None, np.nan, np.inf, -np.inf, pd.NA])
def test_values_that_are_no_numbers_are_missing_and_counted(nothing: object) -> None:
    lines = pd.DataFrame([("A", 10, 10), ("B", nothing, 5), ("C", 5, nothing)], columns=HISTORICAL)
    load = {"order_id": None, "shipment_id": "S1", "gross_kg": nothing}
    historical = pd.concat([lines.astype(object), pd.DataFrame([load, load | {"shipment_id": "S2", "gross_kg": 12_000}], dtype=object)])
    capacity = pd.concat([throughput(1_000), pd.DataFrame([{"resource": "DOORS", "rated": nothing}]), vehicles(TRAILER)])
    report = kpis(historical, forecasts([5, nothing]).astype({"predicted_value": object}), capacity)  # type: ignore[list-item]
    assert report["fill_rate"]["unit"] == 100
    assert (report["fill_rate"]["n_excluded"]["missing_ordered"], report["fill_rate"]["n_excluded"]["missing_shipped"]) == (1, 1)
    assert (report["truck_utilization"]["weight"], report["truck_utilization"]["n_excluded"]["unknown_load_or_vehicle"]) == (50, 1)
    assert report["n_excluded"] == {"forecast_without_value_or_date": 1, "missing_rated": 1}
    as_json(report)


def test_the_inputs_stay_as_they_were() -> None:
    inputs = frames()
    before = [frame.copy(deep=True) for frame in inputs]
    kpis(*inputs)
    for was, now in zip(before, inputs, strict=True):
        pd.testing.assert_frame_equal(was, now)


def test_the_order_of_rows_changes_no_bit() -> None:
    for seed in range(2):
        assert as_json(kpis(*(frame.sample(frac=1, random_state=seed) for frame in frames()))) == report_as_json()


def object_columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if not pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype.kind != "M"]


def text(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The columns of texts and ids in another type."""
    return frame.assign(
        **{name: frame[name].map(str, na_action="ignore").astype(pd.api.types.pandas_dtype(kind)) for name in object_columns(frame)}
    )


@pytest.mark.parametrize("kind", ["category", "string[python]", "string[pyarrow]", "object"])
def test_texts_of_every_type_give_the_same_answer(kind: str) -> None:
    assert as_json(kpis(*(text(frame, kind) for frame in frames()))) == report_as_json()


def test_arrow_columns_and_nullable_ones_give_the_same_answer() -> None:
    inputs = [text(frame, "string[python]") for frame in frames()]
    assert as_json(kpis(*(frame.convert_dtypes(dtype_backend="pyarrow") for frame in inputs))) == report_as_json()
    assert as_json(kpis(*(frame.convert_dtypes() for frame in inputs))) == report_as_json()


def test_an_index_with_gaps_and_repetitions_does_not_matter() -> None:
    assert as_json(kpis(*(frame.set_index(np.zeros(len(frame))) for frame in frames()))) == report_as_json()


def test_rows_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(DuplicateKeys, match="line 1 of order A"):
        kpis(pd.DataFrame([("A", 1, 10, 9), ("A", 1, 10, 8)], columns=["order_id", "line_no", *HISTORICAL[1:]]))
    with pytest.raises(DuplicateKeys, match="shipment S1"):
        kpis(shipments([{"shipment_id": "S1", "gross_kg": weight} for weight in (1, 2)]))
    with pytest.raises(DuplicateKeys, match="vehicle type trailer"):
        kpis(capacity=vehicles(TRAILER, TRAILER | {"payload_kg": 1.0}))
    with pytest.raises(DuplicateKeys, match="SKU A, 2026-07-20"):
        kpis(forecast=pd.concat([forecasts([1], sku_id="A")] * 2))
    with pytest.raises(DuplicateKeys, match="resource THROUGHPUT"):
        kpis(capacity=pd.concat([throughput(1), throughput(2)]))


def test_an_interval_level_in_percent_is_refused() -> None:
    with pytest.raises(InvalidValue, match="interval_level of forecast_data is 80"):
        kpis(forecast=forecasts([1], interval_level=80))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: settings.OtifParameters(level="pallet"), "otif.level is 'pallet': write one of order, line, case"),  # type: ignore[arg-type]
        (lambda: settings.OtifParameters(quantity_tolerance_percent=-1), "otif.quantity_tolerance_percent"),
        (lambda: settings.LogisticsParameters(fill_basis="promised"), "fill_basis"),  # type: ignore[arg-type]
        (lambda: settings.TransportParameters(shift_days=-1), "transport.shift_days"),
        (lambda: settings.DwellParameters(free_minutes=float("nan")), "dwell.free_minutes"),
        (lambda: settings.CapacityParameters(planning_fill=0), "capacity.planning_fill"),
        (lambda: settings.CapacityParameters(correlation=2), "capacity.correlation"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_by_name(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        wrong()
