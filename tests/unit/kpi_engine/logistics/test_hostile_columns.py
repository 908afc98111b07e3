"""Numbers, dates and texts in every type and spelling that a source may deliver, and columns that are not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.shared.errors import DuplicateKeys, InvalidValue, MissingColumns
from tests.unit.kpi_engine.logistics.frames import NOTHING, TRAILER, Row, forecasts, kpis, shipments, throughput, vehicles

QUANTITIES = ["ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "units_per_case", "unit_price", "damage_qty"]
LOADS = ["gross_kg", "volume_m3", "pallets", "ldm", "distance_km", "empty_km", "transport_cost", "handling_cost"]
AMOUNTS = ["predicted_value", "confidence_lower", "confidence_upper", "interval_level", "kg_per_unit"]
RATINGS = ["rated", "availability", "efficiency", "units_per_hour", "payload_kg", "volume_m3", "pallet_positions", "deck_ldm", "cost_fixed"]


def build_frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Lines beside shipments, forecasts with bounds, and resources above vehicle types; every number has quarters at most."""
    rng = np.random.default_rng(8)
    rows: list[Row] = []
    for number in range(24):
        due = pd.Timestamp("2026-07-10") + pd.Timedelta(days=int(rng.integers(8)))
        gate_in = due + pd.Timedelta(minutes=int(rng.integers(300, 1_200)))
        quantity = {name: float(rng.integers(1, 40)) / 4 for name in QUANTITIES}
        load = {name: float(rng.integers(1, 40)) / 4 for name in LOADS}
        row = {
            "order_id": f"O{number // 3}",
            "line_no": number,
            "shipment_id": f"S{number}",
            "trip_id": f"T{number // 2}",
            "docs_ok": number % 5 > 0,
        }
        place = {
            "lane_id": "A",
            "ship_date": due,
            "vehicle_type": "trailer",
            "site_id": f"W{number % 2}",
            "currency": "EUR",
            "cost_currency": "EUR",
        }
        times = {"requested_date": due, "delivered_ts": due + pd.Timedelta(hours=int(rng.integers(-30, 30))), "gate_in": gate_in}
        rows.append(quantity | load | row | place | times | {"gate_out": gate_in + pd.Timedelta(minutes=int(rng.integers(20, 300)))})
    demand = forecasts([900, 1_000, 1_250], confidence_lower=850.5, confidence_upper=1_300.25, interval_level=0.75, kg_per_unit=24.5)
    resource = throughput(1_100, availability=0.75, efficiency=1.25, units_per_hour=80)
    return pd.DataFrame(rows), demand, pd.concat([resource, vehicles(TRAILER | {"deck_ldm": 13.5, "cost_fixed": 100.0})], ignore_index=True)


def answer(*inputs: pd.DataFrame) -> str:
    return json.dumps(kpis(*inputs), allow_nan=False)


def spell(convert: Callable[[float], Any], dtype: str = "object") -> tuple[pd.DataFrame, ...]:
    """The frames with every number in another type; what is missing stays missing."""
    return tuple(
        frame.assign(
            **{
                name: frame[name].astype(object).map(convert, na_action="ignore").astype(pd.api.types.pandas_dtype(dtype))
                for name in names
                if name in frame
            }
        )
        for frame, names in zip(build_frames(), (QUANTITIES + LOADS, AMOUNTS, RATINGS), strict=True)
    )


@pytest.mark.parametrize(
    ("convert", "dtype"),
    [
        (lambda value: Decimal(str(value)), "object"),
        (str, "object"),
        (lambda value: f" {value} ", "object"),
        (lambda value: f"{value:e}", "object"),
        (str, "category"),
        (float, "category"),
        (np.float32, "float32"),
        (float, "Float64"),
        (str, "string[python]"),
    ],
    ids=["decimals", "texts", "texts with spaces", "exponents", "categories of texts", "categories", "float32", "nullable", "strings"],
)
def test_numbers_of_every_type_give_the_same_answer(convert: Callable[[float], Any], dtype: str) -> None:
    assert answer(*spell(convert, dtype)) == answer(*build_frames())


TIMES = ["requested_date", "delivered_ts", "gate_in", "gate_out", "ship_date", "forecast_date"]


@pytest.mark.parametrize(
    "convert",
    [
        lambda times: times.dt.strftime("%Y-%m-%dT%H:%M:%S"),
        lambda times: times.dt.strftime("%Y-%m-%d %H:%M"),
        lambda times: times.dt.strftime("%Y-%m-%dT%H:%M+00:00"),
        lambda times: times.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda times: times.astype("datetime64[s]"),
        lambda times: times.dt.to_pydatetime() if not hasattr(times, "array") else times.astype(object),
        lambda times: times.dt.tz_localize("UTC"),
        lambda times: times.dt.strftime("%Y-%m-%dT%H:%M:%S").astype("category"),
        lambda times: times.dt.strftime("%Y-%m-%dT%H:%M:%S").astype("string[python]"),
    ],
    ids=["texts", "minutes", "minutes with offset", "zulu", "seconds", "objects", "time zone", "categories", "strings"],
)
def test_times_of_every_type_give_the_same_answer(convert: Callable[[pd.Series[Any]], Any]) -> None:
    inputs = [frame.assign(**{name: convert(frame[name]) for name in TIMES if name in frame}) for frame in build_frames()]
    assert answer(*inputs) == answer(*build_frames())


@pytest.mark.parametrize("zone", ["Europe/London", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"])
def test_days_and_hours_are_those_of_the_local_clock_of_every_zone(zone: str) -> None:
    local = [frame.assign(**{name: frame[name].dt.tz_localize(zone) for name in TIMES if name in frame}) for frame in build_frames()]
    assert answer(*local) == answer(*build_frames())


@pytest.mark.parametrize("nothing", ["inf", "-Infinity", "nan", "", Decimal("NaN"), Decimal("Infinity"), pd.NaT])
def test_what_is_no_finite_number_is_missing_in_every_spelling(nothing: object) -> None:
    lines = pd.DataFrame({"order_id": ["A", "B"], "ordered_qty": [10, 10], "shipped_qty": pd.Series([9, nothing], dtype=object)})
    fill_rate = kpis(lines)["fill_rate"]
    assert (fill_rate["unit"], fill_rate["n_excluded"]["missing_shipped"]) == (90, 1)


UNREADABLE = [
    ("shipped_qty", "ten", "write it as 1000.5"),
    ("shipped_qty", "1,000", "write it as 1000.5"),
    ("delivered_ts", "20.07.2026", "write YYYY-MM-DD"),
    ("requested_date", "07/20/2026", "write YYYY-MM-DD"),
    ("requested_date", "2026-02-30", "write YYYY-MM-DD"),
    ("confirmed_date", 46223, "write YYYY-MM-DD"),
    ("docs_ok", "ok", "write true or false"),
    ("gross_kg", "18 t", "write it as 1000.5"),
    ("ship_date", "soon", "write YYYY-MM-DD"),
    ("gate_in", "9:15 am", "write YYYY-MM-DDThh:mm:ss"),
    ("stackable", "maybe", "write true or false"),
]


@pytest.mark.parametrize(("column", "value", "fix"), UNREADABLE, ids=str)
def test_what_is_there_but_cannot_be_read_is_refused_with_its_column_row_and_fix(column: str, value: object, fix: str) -> None:
    historical, *rest = build_frames()
    spoilt = (
        historical.assign(**{column: historical[column].astype(object)}) if column in historical else historical.assign(**{column: None})
    )
    spoilt.loc[4, column] = value  # type: ignore[call-overload]
    with pytest.raises(InvalidValue) as error:
        kpis(spoilt, *rest)
    for part in (column, "historical_data", repr(str(value)), "row 5", fix):
        assert part in str(error.value)


@pytest.mark.parametrize("column", ["forecast_date", "valid_date", "predicted_value", "rated"])
def test_what_cannot_be_read_is_refused_in_every_frame(column: str) -> None:
    historical, demand, capacity = build_frames()
    demand = demand.assign(**{column: "1/2"}) if column in demand else demand
    capacity = capacity.assign(**{column: "1/2"}) if column in capacity or column == "valid_date" else capacity
    with pytest.raises(InvalidValue, match=f"^{column} of (forecast|capacity)_data is '1/2' in row 1"):
        kpis(historical, demand, capacity)


def test_a_date_in_another_format_makes_no_better_figure() -> None:
    rows = pd.DataFrame({"order_id": ["A", "B", "C"], "ordered_qty": 10, "shipped_qty": 10, "requested_date": "2026-07-20"})
    late = kpis(rows.assign(delivered_ts=["2026-07-20", "2026-07-20", "2026-07-21"]))
    assert late["otif"]["otif"] == pytest.approx(200 / 3)
    with pytest.raises(InvalidValue, match="delivered_ts of historical_data is '21/07/2026' in row 3"):
        kpis(rows.assign(delivered_ts=["2026-07-20", "2026-07-20", "21/07/2026"]))


@pytest.mark.parametrize("day", ["", None, pd.NaT, "NaT"])
def test_no_date_is_a_missing_one(day: object) -> None:
    report = kpis(forecast=pd.DataFrame({"forecast_date": pd.Series(["2026-07-20", day], dtype=object), "predicted_value": 5}))
    assert report["n_excluded"]["forecast_without_value_or_date"] == 1


def test_ids_that_are_numbers_in_one_row_and_texts_in_another_are_the_same_ids() -> None:
    rows = pd.DataFrame({"order_id": pd.Series([1, "1", 1.0, 2], dtype=object), "ordered_qty": 10, "shipped_qty": [10, 9, 10, 10]})
    fill_rate = kpis(rows)["fill_rate"]
    assert (fill_rate["n_orders"], fill_rate["order"]) == (2, 50)


REQUIRED = {
    "historical_data": ["order_id", "ordered_qty", "shipped_qty"],
    "forecast_data": ["forecast_date", "predicted_value"],
    "capacity_data": ["resource", "rated"],
}


@pytest.mark.parametrize(("frame", "column"), [(frame, column) for frame, columns in REQUIRED.items() for column in columns])
def test_each_column_that_must_be_there_is_named_with_its_frame(frame: str, column: str) -> None:
    inputs = dict(zip(REQUIRED, build_frames(), strict=True))
    inputs[frame] = inputs[frame].drop(columns=column)
    with pytest.raises(MissingColumns, match=f"^{frame} lacks {column}; it has "):
        kpis(*inputs.values())


def test_every_column_that_all_frames_lack_is_named_at_once() -> None:
    inputs = [frame.drop(columns=columns[1:]) for frame, columns in zip(build_frames(), REQUIRED.values(), strict=True)]
    with pytest.raises(MissingColumns) as error:
        kpis(*inputs)
    for frame, columns in REQUIRED.items():
        assert f"{frame} lacks {', '.join(columns[1:])}; it has" in str(error.value)


OPTIONAL = sorted(
    {name for frame in build_frames() for name in frame.columns} - {name for columns in REQUIRED.values() for name in columns}
)


@pytest.mark.parametrize("column", OPTIONAL)
def test_without_any_one_optional_column_the_answer_is_json_and_every_null_of_a_part_has_a_reason(column: str) -> None:
    report = json.loads(answer(*(frame.drop(columns=column, errors="ignore") for frame in build_frames())))
    for part in ("otif", "dwell", "cost_per_unit", "capacity_overall"):
        assert report[part] is not None or report["undefined"][part]
    for part in ("fill_rate", "truck_utilization", "cost_per_unit", "otif", "capacity_overall", "efficiency_score"):
        nulls = {name for name, value in (report[part] or {}).items() if value is None} - {"early_tolerance_days", "currency"}
        assert {name for name in nulls if f"{part}.{name}" not in report["undefined"]} == set()
    for row in report["capacity"]:
        nulls = {name for name, value in row.items() if value is None} - {"vehicle_type"}
        assert nulls <= set(row["undefined"])


@pytest.mark.parametrize("part", range(3))
def test_one_frame_without_rows_leaves_what_the_others_say_as_it_was(part: int) -> None:
    inputs = list(build_frames())
    whole = kpis(*inputs)
    inputs[part] = inputs[part].iloc[:0]
    report = kpis(*inputs)
    names = (["fill_rate", "otif", "dwell", "cost_per_unit"], ["capacity_overall"], ["capacity_overall"])[part]
    for name in ("fill_rate", "otif", "dwell", "cost_per_unit", "capacity_overall"):
        if name not in names:
            assert report[name] == whole[name]
        elif name != "fill_rate":
            assert report[name] is None


def test_further_columns_change_nothing() -> None:
    inputs = [frame.assign(remark="x", **{"7": 1.0}) for frame in build_frames()]
    assert answer(*inputs) == answer(*build_frames())


def test_the_order_of_columns_and_rows_changes_nothing() -> None:
    inputs = [frame[frame.columns[::-1]].iloc[::-1] for frame in build_frames()]
    assert answer(*inputs) == answer(*build_frames())


def test_rows_that_repeat_each_other_count_once_where_they_have_a_key() -> None:
    historical, demand, capacity = build_frames()
    types = capacity[capacity["vehicle_type"].notna()]
    assert answer(pd.concat([historical, historical]), demand, pd.concat([capacity, types])) == answer(historical, demand, capacity)


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: kpis(forecast=pd.concat([forecasts([1]), forecasts([1])])), "forecast_data holds two rows for site ALL, SKU , 2026-07-20"),
        (
            lambda: kpis(capacity=pd.concat([throughput(1, valid_date="2026-07-20")] * 2)),
            "capacity_data holds two rows for resource THROUGHPUT",
        ),
        (lambda: kpis(shipments([{"shipment_id": 1, "site_id": site} for site in "AB"])), "different rows for shipment 1"),
    ],
)
def test_repeated_keys_are_refused_with_the_frame_and_the_key(measure: Callable[[], object], message: str) -> None:
    with pytest.raises(DuplicateKeys, match=message):
        measure()


def test_no_input_is_changed_even_when_it_cannot_be_written() -> None:
    inputs = build_frames()
    before = [frame.copy(deep=True) for frame in inputs]
    for frame in inputs:
        for name in frame.select_dtypes("number"):
            frame[name].to_numpy().flags.writeable = False
    kpis(*inputs)
    for was, now in zip(before, inputs, strict=True):
        pd.testing.assert_frame_equal(was, now)
    assert kpis(NOTHING, NOTHING, NOTHING)["capacity"] == []
