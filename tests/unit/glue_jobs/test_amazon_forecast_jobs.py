"""Handing demand over to Amazon Forecast and taking forecasts back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from glue_jobs import amazon_forecast_input, amazon_forecast_output, demand_forecast, lake_io
from glue_jobs.amazon_forecast_export import BrokenExport
from glue_jobs.amazon_forecast_input import HorizonTooLong
from tests.unit.glue_jobs.grants import writable_zones, zones_of

AS_OF = date(2026, 11, 22)
EXPORT = "forecasts/amazon_forecast/v1/run_id=r1/export=signify_dev_r1_0/"
NO_ACCURACY: dict[str, Any] = {"PredictorEvaluationResults": []}


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The lake as a dictionary."""
    lake: dict[str, bytes] = {}
    monkeypatch.setattr(lake_io, "read_bytes", lambda bucket, key: lake[key])
    monkeypatch.setattr(lake_io, "write_bytes", lambda bucket, key, content: lake.__setitem__(key, content))
    monkeypatch.setattr(lake_io, "keys_under", lambda bucket, prefix: sorted(key for key in lake if key.startswith(prefix)))
    return lake


def put_demand(objects: dict[str, bytes], horizon: int = 14, days: int = 140, out_of_stock: int = 10) -> None:
    """Two series that can be forecast (one with a comma in its name), one that is too short, and one day out of stock (of SKU A)."""
    dates = [AS_OF - timedelta(days=back) for back in range(days)][::-1]
    weekly = np.array([float(day.weekday() + 1) for day in dates])
    frames = [
        pd.DataFrame({"site_id": "LDS1", "sku_id": sku, "demand_date": dates, "demand": weekly * factor, "stockout": False})
        for sku, factor in (("A", 1), ('B,"2"', 3))
    ]
    frames[0].loc[out_of_stock, "stockout"] = True
    frames.append(frames[0].tail(20).assign(sku_id="NEW"))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(pd.concat(frames), preserve_index=False), sink)
    objects["features/daily_demand/v1/run_id=r1/part-0.parquet"] = sink.getvalue().to_pybytes()
    manifest = {"run_id": "r1", "as_of_date": AS_OF.isoformat(), "horizon_days": horizon, "today": "2026-11-23", "objects": []}
    objects["runs/r1/manifest.json"] = json.dumps(manifest).encode()


def put_export(objects: dict[str, bytes], changes: Mapping[str, Mapping[str, Any]] = MappingProxyType({})) -> None:
    """An export of 14 days of both series; changes are by SKU, for its first day."""
    rows = [
        {"item_id": sku, "date": f"{AS_OF + timedelta(days=ahead)}T00:00:00Z", "site_id": "LDS1", "p10": 1.0, "p50": 2.0004, "p90": 4.0}
        | (dict(changes.get(sku, {})) if ahead == 1 else {})
        for sku in ("A", 'B,"2"')
        for ahead in range(1, 15)
    ]
    frame = pd.DataFrame(rows)
    for part, some in enumerate((frame.head(5), frame.iloc[5:])):
        objects[f"{EXPORT}signify_dev_r1_0_2026-11-23T05-00-00Z_part{part}.csv"] = some.to_csv(index=False).encode()


def import_export(accuracy: dict[str, Any] = NO_ACCURACY) -> None:
    arguments = ["--export", "signify_dev_r1_0", "--predictor", "arn:p", "--accuracy", json.dumps(accuracy)]
    amazon_forecast_output.main(["--lake_bucket", "lake", "--run_id", "r1", *arguments])


def table(objects: dict[str, bytes], dataset: str) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(pa.BufferReader(objects[f"forecasts/{dataset}/v1/run_id=r1/part-0.parquet"])).to_pandas()
    return frame


def write_input() -> None:
    amazon_forecast_input.main(["--lake_bucket", "lake", "--run_id", "r1"])


def test_every_known_day_of_every_forecastable_series_is_written(objects: dict[str, bytes]) -> None:
    put_demand(objects)
    write_input()
    rows = list(csv.reader(io.StringIO(objects["features/amazon_forecast/v1/run_id=r1/part-00000.csv"].decode())))
    assert {(row[0], row[3]) for row in rows} == {("A", "LDS1"), ('B,"2"', "LDS1")}
    assert len(rows) == 2 * 140 - 1
    assert all(float(row[2]) == (date.fromisoformat(row[1]).weekday() + 1) * (1 if row[0] == "A" else 3) for row in rows)


def test_the_jobs_write_every_zone_that_they_are_granted_and_no_other(objects: dict[str, bytes]) -> None:
    put_demand(objects)
    put_export(objects)
    before = set(objects)
    write_input()
    after_input = set(objects)
    import_export()
    assert zones_of(after_input - before) == writable_zones("amazon_forecast_input")
    assert zones_of(set(objects) - after_input) == writable_zones("amazon_forecast_output")


def test_a_horizon_beyond_a_quarter_of_the_history_is_refused_before_it_costs(objects: dict[str, bytes]) -> None:
    put_demand(objects, horizon=28, days=111)
    with pytest.raises(HorizonTooLong, match="28 days need 112 days, 111 are there"):
        write_input()
    assert not [key for key in objects if key.endswith(".csv")]


def test_tables_have_the_columns_and_types_of_the_built_in_forecaster(objects: dict[str, bytes]) -> None:
    put_demand(objects)
    demand_forecast.main(["--lake_bucket", "lake", "--run_id", "r1"])
    ours = {name: pq.read_schema(pa.BufferReader(objects[f"forecasts/{name}/v1/run_id=r1/part-0.parquet"])) for name in OUTPUTS}
    built_in = set(json.loads(objects["runs/r1/forecast.json"]))
    put_export(objects)
    import_export()
    for name in OUTPUTS:
        theirs = pq.read_schema(pa.BufferReader(objects[f"forecasts/{name}/v1/run_id=r1/part-0.parquet"]))
        assert theirs.remove_metadata() == ours[name].remove_metadata(), name
    assert set(json.loads(objects["runs/r1/forecast.json"])) == built_in


OUTPUTS = ("daily", "backtest", "excluded")


def test_values_days_and_series_are_those_of_the_export(objects: dict[str, bytes]) -> None:
    put_demand(objects)
    put_export(objects)
    import_export()
    daily = table(objects, "daily")
    assert daily.groupby("sku_id").size().to_dict() == {"A": 14, 'B,"2"': 14}
    assert daily["forecast_date"].tolist()[:14] == [AS_OF + timedelta(days=ahead) for ahead in range(1, 15)]
    assert daily["horizon_days"].tolist() == [*range(1, 15), *range(1, 15)]
    assert daily[["confidence_lower", "predicted_value", "confidence_upper"]].drop_duplicates().to_numpy().tolist() == [[1.0, 2.0, 4.0]]
    assert table(objects, "excluded")["sku_id"].tolist() == ["NEW"]
    summary = json.loads(objects["runs/r1/forecast.json"])
    assert (summary["backend"], summary["rows"], summary["series_forecast"], summary["warnings"]) == ("amazon_forecast", 28, 2, [])


def test_negative_and_crossing_quantiles_are_corrected_with_a_warning(objects: dict[str, bytes]) -> None:
    put_demand(objects)
    put_export(objects, {"A": {"p10": -1.0}, 'B,"2"': {"p10": 5.0, "p90": 4.0}})
    import_export()
    daily = table(objects, "daily")
    first = daily[daily["horizon_days"] == 1].set_index("sku_id")
    assert first.loc["A", "confidence_lower"] == 0
    columns = ["confidence_lower", "predicted_value", "confidence_upper"]
    assert [first.loc['B,"2"', column] for column in columns] == [2.0, 4.0, 5.0]
    negative, crossing = json.loads(objects["runs/r1/forecast.json"])["warnings"]
    assert "negative quantiles in 1 rows" in negative
    assert "crossing quantiles in 1 rows" in crossing


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"item_id": "Z"}, r"1 rows are missing, such as LDS1/A/2026-11-23.*1 rows were not asked for, such as LDS1/Z"),
        ({"date": "2026-11-24T00:00:00Z"}, "1 rows are missing, .*1 rows are there twice"),
        ({"date": "2026-11-22T00:00:00Z"}, "1 rows were not asked for"),
        ({"p50": float("nan")}, "1 rows hold no number"),
    ],
)
def test_an_export_with_other_rows_than_requested_is_refused(objects: dict[str, bytes], change: dict[str, Any], words: str) -> None:
    put_demand(objects)
    put_export(objects, {"A": change})
    with pytest.raises(BrokenExport, match=words):
        import_export()
    assert "runs/r1/forecast.json" not in objects


def test_an_export_without_files_is_refused(objects: dict[str, bytes]) -> None:
    put_demand(objects)
    with pytest.raises(BrokenExport, match=f"{EXPORT} holds no CSV file"):
        import_export()


def accuracy(wape: float, kind: str = "COMPUTED", name: str = "WAPE", median: str = "0.5") -> dict[str, Any]:
    window = {
        "TestWindowStart": "2026-11-09T00:00:00.000Z",
        "TestWindowEnd": "2026-11-22T00:00:00.000Z",
        "EvaluationType": kind,
        "Metrics": {
            "ErrorMetrics": [{"ForecastType": level, name: value} for level, value in (("mean", 8.0), ("0.1", 9.0), (median, wape))]
        },
    }
    return {"PredictorEvaluationResults": [{"TestWindows": [window]}]}


@pytest.mark.parametrize("name", ["WAPE", "Wape"])
def test_the_back_test_compares_the_service_with_the_baseline_on_the_same_days(objects: dict[str, bytes], name: str) -> None:
    put_demand(objects)
    put_export(objects)
    import_export(accuracy(0.25, name=name))
    backtest = json.loads(objects["runs/r1/forecast.json"])["backtest"]
    # The demand repeats week by week, so that the baseline makes no error.
    assert (backtest["wape"], backtest["baseline_wape"], backtest["origins"], backtest["n_obs"]) == (
        pytest.approx(25),
        0,
        ["2026-11-08"],
        28,
    )


@pytest.mark.parametrize("median", ["0.5", ".5", "0.50"])
def test_the_median_is_recognised_with_and_without_zeros(objects: dict[str, bytes], median: str) -> None:
    put_demand(objects)
    put_export(objects)
    import_export(accuracy(0.25, median=median))
    assert json.loads(objects["runs/r1/forecast.json"])["backtest"]["wape"] == pytest.approx(25)


def test_a_series_with_a_gap_in_the_window_is_scored_neither_for_the_service_nor_for_the_baseline(objects: dict[str, bytes]) -> None:
    put_demand(objects, out_of_stock=130)
    put_export(objects)
    import_export(accuracy(0.25))
    assert json.loads(objects["runs/r1/forecast.json"])["backtest"]["n_obs"] == 14


@pytest.mark.parametrize("response", [NO_ACCURACY, accuracy(0.25, "SUMMARY")])
def test_without_a_computed_window_there_is_no_back_test(objects: dict[str, bytes], response: dict[str, Any]) -> None:
    put_demand(objects)
    put_export(objects)
    import_export(response)
    assert json.loads(objects["runs/r1/forecast.json"])["backtest"] is None
