"""The keys of the lake: what was written before must be found again, so they never change."""

from __future__ import annotations

import re

from contracts import datasets, paths
from contracts.paths import Zone
from contracts.tables import all_tables

RUN = "4c3a7bc4-6a83-5643-a1bd-0759cba68e5b"


def test_the_documents_of_a_run_are_below_its_id() -> None:
    assert paths.manifest_key(RUN) == f"runs/{RUN}/manifest.json"
    assert paths.quality_key(RUN) == f"runs/{RUN}/quality.json"
    assert paths.forecast_key(RUN) == f"runs/{RUN}/forecast.json"
    assert paths.anomaly_report_key(RUN) == f"anomalies/report/v1/run_id={RUN}/report.json"


def test_the_files_of_a_run_are_partitions_of_their_tables() -> None:
    assert {table.name: paths.part_key(table.run_prefix(RUN)) for table in all_tables()}.items() >= {
        "curated_demand_history": f"curated/demand_history/v1/run_id={RUN}/part-0.parquet",
        "curated_orders": f"curated/orders/v1/run_id={RUN}/part-0.parquet",
        "features_daily_demand": f"features/daily_demand/v1/run_id={RUN}/part-0.parquet",
        "forecasts_daily": f"forecasts/daily/v1/run_id={RUN}/part-0.parquet",
        "forecasts_backtest": f"forecasts/backtest/v1/run_id={RUN}/part-0.parquet",
        "forecasts_excluded": f"forecasts/excluded/v1/run_id={RUN}/part-0.parquet",
        "anomalies_groups": f"anomalies/groups/v1/run_id={RUN}/part-0.parquet",
    }.items()


def test_staged_rows_are_named_after_their_object() -> None:
    assert paths.staging_key("orders", 1, RUN) == f"staging/orders/v1/{RUN}.parquet"


def test_an_uploaded_file_below_the_prefix_of_a_data_set_is_of_its_contract() -> None:
    for name in datasets.list_names():
        assert datasets.load_for_key(f"{paths.dataset_prefix(Zone.LANDING, name)}file.csv") == datasets.load(name)


def test_zones_are_single_lower_case_words_that_say_what_they_contain() -> None:
    assert all(re.fullmatch(r"[a-z]+", zone) and zone.description for zone in Zone)
