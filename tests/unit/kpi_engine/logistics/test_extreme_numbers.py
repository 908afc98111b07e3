"""Numbers at the edge of what can be computed with: every report on them is JSON, and what lies beyond is refused by its column."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.parameters import CapacityParameters, Level, LogisticsParameters, OtifParameters
from kpi_engine.logistics.inputs.resources import SHARES
from kpi_engine.shared.columns import LARGEST_SIZE
from kpi_engine.shared.errors import InvalidValue
from tests.unit.kpi_engine.logistics.frames import TRAILER, Row, forecasts, kpis, throughput, vehicles

SMALLEST_SIZE = 1 / LARGEST_SIZE
NUMBERS = [0.0, 1.0, -1.0, 3.5, LARGEST_SIZE, -LARGEST_SIZE, SMALLEST_SIZE, SMALLEST_SIZE / 10, 1e-300, -5e-324, np.nan, np.inf, -np.inf]
LINE = ("ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "unit_price", "units_per_case", "damage_qty")
LOAD = ("gross_kg", "volume_m3", "pallets", "ldm", "length_m", "width_m", "distance_km", "empty_km", "transport_cost", "handling_cost")
DEMAND = ("predicted_value", "confidence_lower", "confidence_upper", "kg_per_unit", "m3_per_unit", "pallets_per_unit")
RATING = ("rated", "availability", "efficiency", "use_per_unit", "units_per_hour")
VEHICLE = ("payload_kg", "volume_m3", "pallet_positions", "deck_ldm", "cost_fixed", "cost_km", "co2e_kg_km")


def draw_columns(rng: np.random.Generator, names: tuple[str, ...], size: int) -> dict[str, list[float]]:
    """Some of the columns, each with values from the edges."""
    return {name: rng.choice(NUMBERS, size).tolist() for name in names if rng.random() < 0.6}


def history(line_columns: dict[str, list[float]], load_columns: dict[str, list[float]]) -> pd.DataFrame:
    """Three order lines, each in a shipment of its own; two of the shipments travelled together."""
    day = {"requested_date": "2026-07-20", "delivered_ts": "2026-07-20T10:00", "ship_date": "2026-07-20", "lane_id": "A"}
    rows = pd.DataFrame(
        {"order_id": ["O1", "O1", "O2"], "line_no": [1, 2, 1], "shipment_id": ["S1", "S2", "S3"], "trip_id": ["T1", "T1", "T2"], **day}
    )
    return rows.assign(ordered_qty=4.0, shipped_qty=3.0).assign(**line_columns).assign(**load_columns)


@pytest.mark.parametrize("level", ["order", "line", "case"])
@pytest.mark.parametrize("seed", range(25))
def test_lines_and_shipments_of_extreme_numbers_give_json(seed: int, level: Level) -> None:
    rng = np.random.default_rng(seed)
    truck: Row = TRAILER | {name: values[0] for name, values in draw_columns(rng, VEHICLE, 1).items()}
    historical = history(draw_columns(rng, LINE, 3), draw_columns(rng, LOAD, 3))
    report = kpis(historical, capacity=vehicles(truck), parameters=LogisticsParameters(otif=OtifParameters(level=level)))
    json.dumps(report, allow_nan=False)
    for name in ("unit", "case", "line", "order", "value"):
        assert report["fill_rate"][name] is None or 0 <= report["fill_rate"][name] <= 100 + 1e-9
    if report["otif"]:
        assert 0 <= report["otif"]["otif"] <= min(report["otif"]["on_time"], report["otif"]["in_full"]) + 1e-9 <= 100 + 2e-9
    for name in ("weight", "cube", "pallet", "ldm", "mean_binding", "load_factor_with_empty_km"):
        assert report["truck_utilization"][name] is None or report["truck_utilization"][name] >= 0


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(25))
def test_demand_and_capacity_of_extreme_numbers_give_json(seed: int, correlation: float) -> None:
    rng = np.random.default_rng(seed)
    ratings = {name: values[0] for name, values in draw_columns(rng, RATING, 1).items()}
    capacity = pd.concat([throughput(10.0).assign(**ratings), vehicles(TRAILER)], ignore_index=True)
    capacity = capacity.assign(**{name: [np.nan, values[0]] for name, values in draw_columns(rng, VEHICLE, 1).items()})
    parameters = LogisticsParameters(capacity=CapacityParameters(correlation=correlation))
    demand = forecasts([5.0, 6.0, 7.0]).assign(**draw_columns(rng, DEMAND, 3))
    for name, highest in SHARES.items():
        if abs(share := np.nan_to_num(ratings.get(name, 0.0), posinf=0, neginf=0)) > 1e-50 and not 0 <= share <= highest:
            with pytest.raises(InvalidValue, match=f"^{name} of capacity_data is"):
                kpis(forecast=demand, capacity=capacity, parameters=parameters)
            return
    report = kpis(forecast=demand, capacity=capacity, parameters=parameters)
    json.dumps(report, allow_nan=False)
    for row in report["capacity"]:
        assert row["p_breach"] is None or 0 <= row["p_breach"] <= 1
        assert row["overflow_units"] is None or row["overflow_units"] >= 0
        assert all(row[name] is None for name in row["undefined"] if not name.startswith("needed."))
        assert all((day["band"] == "over") == (day["demand"] > day["capacity"]) for day in row["days"])


@pytest.mark.parametrize("value", [LARGEST_SIZE * 1.001, -1e300])
@pytest.mark.parametrize("name", ["shipped_qty", "unit_price", "gross_kg", "transport_cost", "distance_km"])
def test_a_number_of_the_history_beyond_the_largest_is_refused_by_its_column(name: str, value: float) -> None:
    with pytest.raises(InvalidValue, match=rf"^{name} is .*: write a number between -1e\+50 and 1e\+50$"):
        kpis(history({}, {name: [1.0, value, 1.0]}))


@pytest.mark.parametrize("name", DEMAND)
def test_a_number_of_the_forecast_beyond_the_largest_is_refused_by_its_column(name: str) -> None:
    with pytest.raises(InvalidValue, match=f"^{name} is 1e.60: "):
        kpis(forecast=forecasts([5.0]).assign(**{name: [1e60]}))


@pytest.mark.parametrize("name", [*RATING, *VEHICLE])
def test_a_number_of_the_capacity_beyond_the_largest_is_refused_by_its_column(name: str) -> None:
    with pytest.raises(InvalidValue, match=f"^{name} is 1e.60: "):
        kpis(capacity=throughput(5.0).assign(**{name: [1e60]}))


def test_a_capacity_that_is_a_rounding_error_is_none() -> None:
    report = kpis(forecast=forecasts([5.0]), capacity=throughput(1e-300))
    (row,) = report["capacity"]
    assert (row["band"], row["headroom_pct"], row["undefined"]["headroom_pct"]) == ("over", None, "no_capacity")


def test_a_vehicle_whose_capacity_is_a_rounding_error_is_no_vehicle_type() -> None:
    historical = history({}, {"gross_kg": [1.0, 2.0, 3.0]})
    report = kpis(historical, capacity=vehicles({"vehicle_type": "van", "payload_kg": 1e-300}))
    assert report["undefined"]["truck_utilization.plan"] == "no_vehicle_types"


def test_a_price_that_is_a_rounding_error_is_no_weight_in_the_value_fill() -> None:
    lines = history({"unit_price": [1e-300, 2.0, 2.0], "shipped_qty": [0.0, 4.0, 4.0]}, {})
    assert kpis(lines)["fill_rate"]["value"] == 100


@pytest.mark.parametrize("name", ["availability", "efficiency"])
@pytest.mark.parametrize("share", [-1, 80, 2.001, "95"])
def test_a_share_of_the_capacity_that_is_none_is_refused_with_its_value_and_the_fix(name: str, share: float | str) -> None:
    with pytest.raises(InvalidValue, match=f"^{name} of capacity_data is {share} in row 1: write a share from 0 to "):
        kpis(forecast=forecasts([5.0]), capacity=throughput(10.0, **{name: share}))


def test_a_negative_rating_is_counted_as_missing() -> None:
    report = kpis(forecast=forecasts([5.0]), capacity=throughput(-10.0))
    assert (report["capacity"], report["n_excluded"]["missing_rated"]) == ([], 1)


def test_a_negative_use_per_unit_is_missing() -> None:
    capacity = throughput(10.0, use_per_unit=-1.0).assign(resource="STORAGE")
    (row,) = kpis(forecast=forecasts([5.0]), capacity=capacity)["capacity"]
    assert row["undefined"]["mean_utilisation"] == "missing_columns: use_per_unit"


def test_a_negative_price_is_left_out_of_the_value_fill_and_counted() -> None:
    fill_rate = kpis(history({"unit_price": [-3.0, 2.0, 2.0], "shipped_qty": [0.0, 4.0, 2.0]}, {}))["fill_rate"]
    assert (fill_rate["value"], fill_rate["n_excluded"]["no_unit_price"]) == (75, 1)


@pytest.mark.parametrize("name", ["distance_km", "empty_km"])
def test_a_negative_distance_is_missing(name: str) -> None:
    distances = {"gross_kg": [1.0, 1.0, 1.0], "distance_km": [10.0, 10.0, 10.0], "empty_km": [5.0, 5.0, 5.0], name: [-10.0, -10.0, -10.0]}
    report = kpis(history({}, distances), capacity=vehicles(TRAILER))
    assert report["truck_utilization"]["load_factor_with_empty_km"] is None


def test_a_credit_is_a_negative_cost() -> None:
    report = kpis(history({}, {"transport_cost": [10.0, 10.0, 10.0], "handling_cost": [-3.0, 0.0, 0.0]}))
    assert report["cost_per_unit"]["total"] == 27
