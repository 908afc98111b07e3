from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast_engine.baseline import SeasonalNaive
from forecast_engine.demand_frame import panel_of
from forecast_engine.errors import InvalidRequest, NothingToForecast
from forecast_engine.forecaster import Forecaster
from forecast_engine.model import PanelModel
from glue_jobs import demand_forecast, lake_io
from glue_jobs.forecast_tables import daily_table, quantiles_table
from kpi_engine.shared.wape import wape_of_points
from tests.unit.glue_jobs.grants import writable_zones, zones_of

AS_OF = date(2026, 11, 22)
FEATURES = "features/daily_demand/v1/run_id=r1/part-0.parquet"


class LakeInMemory:
    """The lake as a dictionary, with the functions of lake_io."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def read_bytes(self, bucket: str, key: str) -> bytes:
        return self.objects[key]

    def write_bytes(self, bucket: str, key: str, content: bytes) -> None:
        self.objects[key] = content

    def keys_under(self, bucket: str, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def table(self, dataset: str) -> pd.DataFrame:
        content = pa.BufferReader(self.objects[f"forecasts/{dataset}/v1/run_id=r1/part-0.parquet"])
        frame: pd.DataFrame = pq.read_table(content).to_pandas()
        return frame

    def summary(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.objects["runs/r1/forecast.json"])
        return content


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> LakeInMemory:
    memory = LakeInMemory()
    for name in ("read_bytes", "write_bytes", "keys_under"):
        monkeypatch.setattr(lake_io, name, getattr(memory, name))
    return memory


def series(sku: str, days: int, mean: float, seed: int = 1, last: date = AS_OF) -> pd.DataFrame:
    """One series' features: the columns the job reads and one it does not."""
    dates = [last - timedelta(days=back) for back in range(days)][::-1]
    demand = np.random.default_rng(seed).poisson(mean, days).astype(np.float64)
    return pd.DataFrame({"site_id": "LDS1", "sku_id": sku, "demand_date": dates, "demand": demand, "stockout": False, "lag_1": 0.0})


def run(lake: LakeInMemory, *frames: pd.DataFrame, horizon: int = 28, forecaster: Forecaster | None = None) -> None:
    """Run the job on the given features, as Glue starts it."""
    manifest = {"run_id": "r1", "as_of_date": AS_OF.isoformat(), "horizon_days": horizon, "today": "2026-11-23", "objects": []}
    lake.objects["runs/r1/manifest.json"] = json.dumps(manifest).encode()
    for number, frame in enumerate(frames):
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
        lake.objects[FEATURES.replace("part-0", f"part-{number}")] = sink.getvalue().to_pybytes()
    argv = ["--lake_bucket", "lake", "--run_id", "r1", "--JOB_NAME", "demand_forecast"]
    if forecaster is None:
        demand_forecast.main(argv)
    else:
        choices = {model.name: model for model in (PanelModel(), forecaster)}
        demand_forecast.main([*argv, "--forecaster", forecaster.name], choices)


def test_the_job_writes_every_zone_that_it_is_granted_and_no_other(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0))
    assert zones_of(lake.objects.keys() - {FEATURES, "runs/r1/manifest.json"}) == writable_zones("demand_forecast")


def test_every_series_gets_28_consecutive_days_of_ordered_quantiles(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0), series("B", 200, 0.4))
    daily = lake.table("daily")
    assert len(daily) == 2 * 28
    for _, rows in daily.groupby("sku_id"):
        assert rows["forecast_date"].tolist() == [AS_OF + timedelta(days=ahead) for ahead in range(1, 29)]
        assert rows["horizon_days"].tolist() == list(range(1, 29))
    assert (daily["confidence_lower"] >= 0).all()
    assert (daily["confidence_lower"] <= daily["predicted_value"]).all()
    assert (daily["predicted_value"] <= daily["confidence_upper"]).all()
    assert (daily["mean_value"] >= 0).all()
    constants = daily[["run_id", "site_id", "interval_level", "uom", "model"]].drop_duplicates()
    assert constants.to_dict("records") == [{"run_id": "r1", "site_id": "LDS1", "interval_level": 0.8, "uom": "EA", "model": "panel"}]


def test_tables_have_exactly_the_columns_of_the_lake(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0), series("B", 20, 5.0))
    keys = ["site_id", "sku_id"]
    values = ["predicted_value", "confidence_lower", "confidence_upper"]
    daily = ["run_id", *keys, "forecast_date", "horizon_days", *values, "mean_value", "interval_level", "uom", "model"]
    assert list(lake.table("daily").columns) == daily
    backtest = [*keys, "origin", "forecast_date", "horizon_days", *values, "actual_value", "seasonal_naive"]
    assert list(lake.table("backtest").columns) == backtest
    assert list(lake.table("excluded").columns) == [*keys, "code", "reason"]


def test_the_forecaster_is_chosen_by_argument_and_back_tested(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0), forecaster=SeasonalNaive())
    assert set(lake.table("daily")["model"]) == {"seasonal_naive_7"}
    backtest = lake.table("backtest")
    assert (backtest["predicted_value"] == backtest["seasonal_naive"]).all()


def test_an_unknown_forecaster_ends_the_job_with_the_names(lake: LakeInMemory, capsys: pytest.CaptureFixture[str]) -> None:
    run(lake, series("A", 300, 5.0))
    with pytest.raises(SystemExit):
        demand_forecast.main(["--lake_bucket", "lake", "--run_id", "r1", "--forecaster", "prophet"])
    assert "choose from" in capsys.readouterr().err


def test_a_forecast_of_other_levels_is_refused(lake: LakeInMemory) -> None:
    forecast = SeasonalNaive().forecast(panel_of(series("A", 90, 5.0), missing="unknown", last_day=AS_OF), 7, (0.2, 0.5))
    with pytest.raises(InvalidRequest, match=re.escape("the forecast has the levels (0.2, 0.5), not (0.1, 0.9)")):
        daily_table(forecast, "r1")
    with pytest.raises(InvalidRequest, match=re.escape("not (0.01, 0.05, 0.1, 0.25, 0.75, 0.9, 0.95, 0.99)")):
        quantiles_table(forecast)


@pytest.mark.parametrize(("horizon", "days"), [(28, 14), (7, 7)])
def test_nine_ordered_quantiles_of_the_first_days_are_kept_and_agree_with_the_interval(lake: LakeInMemory, horizon: int, days: int) -> None:
    run(lake, series("A", 300, 5.0), series("B", 200, 0.4), horizon=horizon)
    quantiles, daily = lake.table("quantiles"), lake.table("daily")
    names = ["p01", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p99"]
    keys = ["site_id", "sku_id", "forecast_date", "horizon_days"]
    assert list(quantiles.columns) == [*keys, *names]
    assert (len(quantiles), quantiles["horizon_days"].max()) == (2 * days, days)
    assert (np.diff(quantiles[names].to_numpy(), axis=1) >= 0).all()
    both = quantiles.merge(daily, on=keys)
    assert len(both) == len(quantiles)
    for name, column in (("p10", "confidence_lower"), ("p50", "predicted_value"), ("p90", "confidence_upper")):
        assert (both[name] == both[column]).all()


def test_excluded_series_are_listed_with_code_and_reason(lake: LakeInMemory) -> None:
    quiet = series("OLD", 400, 5.0)
    quiet.loc[quiet.index[-200:], "demand"] = 0.0
    rare = series("RARE", 300, 0.0)
    rare.loc[rare.index[::50], "demand"] = 1.0
    run(lake, series("A", 300, 5.0), series("NEW", 20, 5.0), quiet, rare)
    exclusions = lake.table("excluded").set_index("sku_id")
    assert exclusions["code"].to_dict() == {"NEW": "TOO_SHORT", "OLD": "DISCONTINUED", "RARE": "TOO_FEW_DEMAND_DAYS"}
    assert exclusions.loc["NEW", "reason"] == "20 days of history, since the first demand on 2026-11-03; at least 56 are needed"
    assert lake.summary()["excluded_by_reason"] == {"DISCONTINUED": 1, "TOO_FEW_DEMAND_DAYS": 1, "TOO_SHORT": 1}
    assert set(lake.table("daily")["sku_id"]) == {"A"}


def test_the_summary_agrees_with_the_tables(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0), series("B", 300, 9.0, seed=2), series("NEW", 20, 5.0))
    summary, backtest = lake.summary(), lake.table("backtest")
    head = {"run_id": "r1", "as_of_date": "2026-11-22", "horizon_days": 28, "backend": "builtin", "model_name": "panel"}
    assert {key: summary[key] for key in head} == head
    assert (summary["series_forecast"], summary["series_excluded"], summary["rows"]) == (2, 1, len(lake.table("daily")))
    score = summary["backtest"]
    actual, median = backtest["actual_value"].to_numpy(), backtest["predicted_value"].to_numpy()
    assert score["wape"] == pytest.approx(wape_of_points(actual, median))
    assert score["baseline_wape"] == pytest.approx(wape_of_points(actual, backtest["seasonal_naive"].to_numpy()))
    assert score["n_obs"] == len(backtest) == 2 * 28 * 2
    assert score["origins"] == ["2026-10-25", "2026-09-27"]
    is_inside = (backtest["confidence_lower"] <= actual) & (actual <= backtest["confidence_upper"])
    assert score["coverage"] == pytest.approx(100 * is_inside.mean())


def test_another_forecaster_takes_the_place_of_the_built_in_one(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0), forecaster=SeasonalNaive(version="7"))
    summary = lake.summary()
    assert (summary["model_name"], summary["model_version"]) == ("seasonal_naive_7", "7")
    assert summary["backtest"]["wape"] == summary["backtest"]["baseline_wape"]
    assert set(lake.table("daily")["model"]) == {"seasonal_naive_7"}
    assert set(summary["params"]) == {
        "min_history_days",
        "min_demand_days",
        "max_quiet_days",
        "max_days_behind",
        "max_history_days",
        "quantiles",
    }


def test_days_out_of_stock_are_not_scored(lake: LakeInMemory) -> None:
    demand = series("A", 300, 5.0)
    demand.loc[demand.index[-5:], "stockout"] = True
    run(lake, demand)
    assert len(lake.table("backtest")) == 2 * 28 - 5


def test_a_short_history_is_forecast_with_a_warning(lake: LakeInMemory) -> None:
    run(lake, series("A", 70, 5.0))
    summary = lake.summary()
    assert summary["backtest"] is None
    assert summary["model_name"] == "panel_untested"
    assert "history of 70 days is too short" in summary["warnings"][0]
    assert len(lake.table("backtest")) == 0


def test_the_manifest_sets_the_horizon(lake: LakeInMemory) -> None:
    run(lake, series("A", 300, 5.0), horizon=7)
    assert lake.table("daily")["horizon_days"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_one_mistyped_year_does_not_widen_the_panel(lake: LakeInMemory, capsys: pytest.CaptureFixture[str]) -> None:
    run(lake, series("A", 300, 5.0), series("B", 2, 5.0, last=date(2000, 1, 2)), series("B", 300, 5.0))
    assert "2026-01-27 to 2026-11-22" in capsys.readouterr().out


def test_days_before_the_last_four_years_are_not_read(lake: LakeInMemory, capsys: pytest.CaptureFixture[str]) -> None:
    run(lake, series("A", 1600, 50.0))
    assert "read 1,461 days of demand of 1 series, 2022-11-23 to 2026-11-22" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (list, "has no rows up to 2026-11-22"),
        (lambda: [series("A", 300, 5.0).iloc[:0]], "has no rows up to 2026-11-22"),
        (
            lambda: [series("A", 9, 5.0), series("B", 300, 0.0)],
            "none of the 2 series.*1 TOO_FEW_DEMAND_DAYS.*1 TOO_SHORT .for example LDS1/A: ",
        ),
    ],
)
def test_a_run_without_anything_to_forecast_fails_and_says_why(
    lake: LakeInMemory, frames: Callable[[], list[pd.DataFrame]], words: str
) -> None:
    with pytest.raises(NothingToForecast, match=words):
        run(lake, *frames())
    assert not any(key.startswith("forecasts/") for key in lake.objects)
