"""The last week against what was expected of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pandas as pd
import pytest

from contracts.paths import anomaly_report_key
from contracts.tables import ANOMALY_GROUPS, BACKTEST, DAILY_DEMAND, QUANTILE_LEVELS
from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
from runtime.adapters.lake.anomaly_table import LakeAnomalyTable
from runtime.adapters.lake.forecast_frames import LakeForecastFrames
from runtime.models.domain.runs import PublishedRun
from runtime.services.anomalies.anomaly_detection import AnomalyDetection
from runtime.services.anomalies.expectations import select_weekly_runs
from tests.fakes import InMemoryFrames, InMemoryLake, InMemoryRuns
from tests.fakes.examples import AS_OF, STARTED_AT, a_published_run, a_run, parquet

DAYS = 56
FIRST = AS_OF - timedelta(days=DAYS - 1)


@pytest.fixture
def frames() -> InMemoryFrames:
    return InMemoryFrames()


@pytest.fixture
def detection(runs: InMemoryRuns, frames: InMemoryFrames, lake: InMemoryLake) -> AnomalyDetection:
    runs.start(a_run())
    return AnomalyDetection(runs=runs, frames=frames, lake=lake, table=LakeAnomalyTable(lake))


def expectations(level: float = 100.0) -> pd.DataFrame:
    """A back-test of one series that expects `level`, 10 less or more, on each of the last 56 days."""
    days = [FIRST + timedelta(days=day) for day in range(DAYS)]
    bounds = {"predicted_value": level, "confidence_lower": level - 10, "confidence_upper": level + 10}
    frame = pd.DataFrame({"site_id": "LDS1", "sku_id": "SKU-1", "forecast_date": days})
    return frame.assign(horizon_days=[1 + day % 28 for day in range(DAYS)], **bounds)


def demand(last: float, stockout: bool = False) -> pd.DataFrame:
    """What came: 99, 100 or 101 in turn, and on the last day `last`."""
    days = [FIRST + timedelta(days=day) for day in range(DAYS)]
    units = [100.0 + day // 7 % 3 - 1 for day in range(DAYS - 1)]
    out = [False] * (DAYS - 1) + [stockout]
    return pd.DataFrame(
        {"site_id": "LDS1", "sku_id": "SKU-1", "demand_date": days, "demand": [*units, last], "stockout": out, "source": "demand_history"}
    )


@pytest.mark.parametrize(("last", "kind", "delta"), [(160.0, "VOLUME_SPIKE", 60), (40.0, "VOLUME_DROP", -60)])
def test_a_day_far_from_its_expectation_is_reported_once_with_its_units(
    detection: AnomalyDetection, frames: InMemoryFrames, lake: InMemoryLake, last: float, kind: str, delta: float
) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(last)
    output = detection.detect(run_id).to_state_output()
    document = lake.read_json(anomaly_report_key(run_id))
    assert (output["total"], output["series"], output["report"]) == (1, 1, anomaly_report_key(run_id))
    assert {name: count for name, count in document["report"]["by_type"].items() if count} == {kind: 1}
    assert document["report"]["business_impact"]["delta_units"] == delta
    assert document["report"]["window"] == {"start": "2026-11-15", "end": "2026-11-21", "days": 7}
    assert detection.detect(run_id).to_state_output() == output


def read_table(lake: InMemoryLake, folder: Path, run_id: UUID) -> pd.DataFrame:
    """The table as Athena reads it."""
    [key] = lake.keys(ANOMALY_GROUPS.run_prefix(run_id))
    lake.download(key, folder / "groups.parquet")
    return pd.read_parquet(folder / "groups.parquet")


def test_the_groups_of_a_report_are_the_rows_of_a_table(
    detection: AnomalyDetection, frames: InMemoryFrames, lake: InMemoryLake, tmp_path: Path
) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(160)
    for _ in range(2):  # again is the same
        detection.detect(run_id)
    [row] = read_table(lake, tmp_path, run_id).to_dict("records")
    assert (row["type"], row["direction"], row["delta_units"], row["detector"]) == ("VOLUME_SPIKE", "up", 60, "builtin/demand")
    assert (row["as_of_date"], row["end_date"]) == (AS_OF, AS_OF)
    assert (list(row["site_ids"]), list(row["sku_ids"]), list(row["known_events"])) == (["LDS1"], ["SKU-1"], [])


def test_a_table_without_a_row_has_the_columns_that_the_catalog_names(
    detection: AnomalyDetection, frames: InMemoryFrames, lake: InMemoryLake, tmp_path: Path
) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(101)
    detection.detect(run_id)
    table = read_table(lake, tmp_path, run_id)
    assert len(table) == 0
    assert list(table.columns) == list(ANOMALY_GROUPS.column_names)


@pytest.mark.parametrize(
    ("limits", "false_days"),
    [(AlarmLimits(), 0.02), (AlarmLimits(false_alarms_per_year=0.1), 0.0), (AlarmLimits(false_discovery_rate=0.001), 0.0)],
)
def test_the_report_states_what_was_judged_and_how_many_days_are_expected_to_be_chance(
    detection: AnomalyDetection, frames: InMemoryFrames, lake: InMemoryLake, limits: AlarmLimits, false_days: float
) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(190)
    replace(detection, limits=limits).detect(run_id)
    assert lake.read_json(anomaly_report_key(run_id))["false_alarms"] == {
        "false_alarms_per_series_year": limits.false_alarms_per_year,
        "false_discovery_rate": limits.false_discovery_rate,
        "judged_days": 7,
        "reported_days": 1,
        "expected_false_days": false_days,  # 7 days at 0.0027, and at 0.00027; 0.001 of one reported day
    }


def test_fewer_false_alarms_are_accepted_by_reporting_larger_anomalies_alone(detection: AnomalyDetection, frames: InMemoryFrames) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(75)
    assert detection.detect(run_id).report.total == 1
    strict = replace(detection, limits=AlarmLimits(false_alarms_per_year=0.01))
    assert strict.detect(run_id).report.total == 0


def test_a_day_as_expected_is_no_anomaly(detection: AnomalyDetection, frames: InMemoryFrames) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(101)
    assert detection.detect(run_id).to_state_output()["total"] == 0


def test_a_day_without_stock_is_left_out(detection: AnomalyDetection, frames: InMemoryFrames) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(0, stockout=True)
    assert detection.detect(run_id).to_state_output()["total"] == 0


def test_a_day_whose_demand_is_unknown_is_a_gap_in_the_data_and_no_lost_demand(
    detection: AnomalyDetection, frames: InMemoryFrames, lake: InMemoryLake
) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(float("nan"))
    assert detection.detect(run_id).to_state_output()["total"] == 1
    by_type = lake.read_json(anomaly_report_key(run_id))["report"]["by_type"]
    assert {name: count for name, count in by_type.items() if count} == {"DATA_GAP": 1}


@pytest.mark.parametrize(("source", "kind"), [("gap", "DATA_GAP"), ("demand_history", "ZERO_DEMAND")])
def test_a_day_without_a_row_is_a_gap_and_a_row_of_zero_is_zero_demand(
    detection: AnomalyDetection, frames: InMemoryFrames, lake: InMemoryLake, source: str, kind: str
) -> None:
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(0)
    frames.demands[run_id].loc[DAYS - 1, "source"] = source
    detection.detect(run_id)
    report = lake.read_json(anomaly_report_key(run_id))["report"]
    assert {name: count for name, count in report["by_type"].items() if count} == {kind: 1}
    assert report["business_impact"]["delta_units"] == (None if kind == "DATA_GAP" else -100)


def test_the_newest_forecast_made_before_the_day_is_the_expectation(
    detection: AnomalyDetection, frames: InMemoryFrames, runs: InMemoryRuns
) -> None:
    """An earlier run knew of the promotion on the last day; the back-test, which is older, did not."""
    earlier = runs.start(a_run("earlier", as_of_date=AS_OF - timedelta(days=2)))
    runs.point_readers_at(earlier.id, STARTED_AT)
    knew = {"horizon_days": [2], "predicted_value": [160.0], "confidence_lower": [150.0], "confidence_upper": [170.0]}
    frames.forecasts[earlier.id] = pd.DataFrame({"site_id": ["LDS1"], "sku_id": ["SKU-1"], "forecast_date": [AS_OF], **knew})
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(160)
    assert detection.detect(run_id).to_state_output()["total"] == 0


@pytest.mark.parametrize(("has_quantiles", "total"), [(True, 0), (False, 1)])
def test_a_day_is_judged_by_the_quantiles_of_its_forecast_and_by_its_interval_where_there_are_none(
    detection: AnomalyDetection, frames: InMemoryFrames, runs: InMemoryRuns, has_quantiles: bool, total: int
) -> None:
    """The interval alone says that 130 is far out; the quantiles, that one day in 20 is as high."""
    earlier = runs.start(a_run("earlier", as_of_date=AS_OF - timedelta(days=2)))
    runs.point_readers_at(earlier.id, STARTED_AT)
    key = {"site_id": ["LDS1"], "sku_id": ["SKU-1"], "forecast_date": [AS_OF]}
    interval = {"horizon_days": [2], "predicted_value": [100.0], "confidence_lower": [90.0], "confidence_upper": [110.0]}
    frames.forecasts[earlier.id] = pd.DataFrame({**key, **interval})
    if has_quantiles:
        values = (60.0, 80.0, 90.0, 95.0, 100.0, 105.0, 110.0, 130.0, 180.0)
        frames.quantile_frames[earlier.id] = pd.DataFrame({**key, **dict(zip((c.name for c in QUANTILE_LEVELS), values, strict=True))})
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(130)
    assert detection.detect(run_id).to_state_output()["total"] == total


def test_without_expectations_the_report_says_so(detection: AnomalyDetection, lake: InMemoryLake) -> None:
    run_id = a_run().id
    assert detection.detect(run_id).to_state_output()["total"] == 0
    assert lake.read_json(anomaly_report_key(run_id))["report"]["undefined"]["groups"] == "no_expectations"


def test_one_run_a_week_is_read_and_none_that_ended_before_the_window() -> None:
    def on(day: int) -> PublishedRun:
        return a_published_run(f"day-{day}", as_of_date=AS_OF - timedelta(days=day))

    selection = select_weekly_runs([on(day) for day in range(1, 120)], FIRST)
    assert [(AS_OF - run.as_of_date).days for run in selection] == [1, 8, 15, 22, 29, 36, 43, 50, 57, 64, 71, 78]


def test_the_files_of_the_jobs_hold_every_column_that_is_read(detection: AnomalyDetection, lake: InMemoryLake, tmp_path: Path) -> None:
    run_id = a_run().id
    backtest = expectations().assign(actual_value=100.0, seasonal_naive=100.0, origin=FIRST)
    for prefix, frame in ((BACKTEST.run_prefix(run_id), backtest), (DAILY_DEMAND.run_prefix(run_id), demand(160))):
        lake.upload(
            parquet(tmp_path / "part.parquet", [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False)]),
            f"{prefix}part-0.parquet",
        )
    assert replace(detection, frames=LakeForecastFrames(lake)).detect(run_id).to_state_output()["total"] == 1


@pytest.mark.parametrize(("before", "times"), [([0] * 4, None), ([0] * 5, 1), ([0, 0, 4, 4, 4], 0.25)])
def test_the_number_of_groups_is_compared_with_the_median_of_the_runs_before(
    detection: AnomalyDetection, frames: InMemoryFrames, runs: InMemoryRuns, lake: InMemoryLake, before: list[int], times: float | None
) -> None:
    for number, total in enumerate(before):
        earlier = runs.start(a_run(f"earlier-{number}", as_of_date=AS_OF - timedelta(days=100 + number)))
        runs.point_readers_at(earlier.id, STARTED_AT)
        lake.write_json(anomaly_report_key(earlier.id), {"report": {"total": total}})
    without_report = runs.start(a_run("unreported", as_of_date=AS_OF - timedelta(days=200)))
    runs.point_readers_at(without_report.id, STARTED_AT)
    run_id = a_run().id
    frames.backtests[run_id], frames.demands[run_id] = expectations(), demand(160)
    assert detection.detect(run_id).times_usual == times
