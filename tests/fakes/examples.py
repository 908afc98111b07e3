"""Small valid values to start a test from; every argument changes one field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.paths import forecast_key
from contracts.tables import EXCLUDED, FORECASTS
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus
from runtime.models.domain.publishing import ForecastFiles
from runtime.models.domain.row_checks import BadRow, RowCheck, SiteDays
from runtime.models.domain.runs import Execution, ForecastRun, PublishedRun, RunStatus, run_id_of
from tests.fakes.lake import InMemoryLake

STARTED_AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
AS_OF = date(2026, 11, 21)


def an_execution(name: str = "daily-2026-11-22") -> Execution:
    return Execution(name, f"arn:aws:states:eu-west-1:123456789012:execution:Runs:{name}", STARTED_AT)


def an_accepted_object(name: str = "a.csv", **changes: Any) -> IngestedObject:
    landed_object = LandedObject("test-lake", f"landing/demand_history/v1/{name}", "v1", 100)
    record = IngestedObject(
        id=landed_object.id,
        bucket=landed_object.bucket,
        key=landed_object.key,
        version_id=landed_object.version_id,
        status=ObjectStatus.ACCEPTED,
        received_at=STARTED_AT,
        dataset="demand_history",
        format="csv",
        sha256=f"{landed_object.id.hex}{landed_object.id.hex}",
        bytes=landed_object.bytes,
        rows=10,
        first_date=date(2024, 11, 22),
        last_date=AS_OF,
        staging_key=f"staging/demand_history/v1/{landed_object.id}.parquet",
    )
    return replace(record, **changes)


def a_row_check() -> RowCheck:
    return RowCheck(
        usable_rows=8,
        codes={"TYPE": 2},
        warnings={"price": {"OPTIONAL_TYPE": 1}},
        first_bad_row=BadRow(3, "TYPE", "quantity 'x' is not a decimal", {"quantity": "x"}),
        sites=(SiteDays("S1", 8, AS_OF, AS_OF),),
        site_count=1,
        first_date=AS_OF,
        last_date=AS_OF,
    )


def a_run(name: str = "daily-2026-11-22", **changes: Any) -> ForecastRun:
    run = ForecastRun(
        id=run_id_of(name),
        as_of_date=AS_OF,
        horizon_days=28,
        status=RunStatus.RUNNING,
        code_version="1.2.3",
        created_at=STARTED_AT,
        execution_arn=an_execution(name).arn,
    )
    return replace(run, **changes)


def a_published_run(name: str = "daily-2026-11-21", **changes: Any) -> PublishedRun:
    return replace(PublishedRun(run_id_of(name), AS_OF, 28, STARTED_AT), **changes)


def forecast_json(run_id: UUID, rows: int, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "run_id": str(run_id),
        "as_of_date": AS_OF.isoformat(),
        "horizon_days": 28,
        "backend": "builtin",
        "model_name": "panel",
        "model_version": "1",
        "seed": 0,
        "series_forecast": 2,
        "series_excluded": 1,
        "excluded_by_reason": {"TOO_SHORT": 1},
        "rows": rows,
        "backtest": {
            "origins": ["2026-10-24"],
            "wape": 40.0,
            "median_wape": 38.0,
            "baseline_wape": 55.0,
            "baseline": "seasonal_naive_7",
            "coverage": 79.0,
            "n_obs": 56,
        },
        "warnings": [],
        "params": {},
    }
    return document | changes


def forecast_rows(run_id: UUID, skus: Sequence[str] = ("SKU-1", "SKU-2"), days: int = 28, **changes: Any) -> list[dict[str, Any]]:
    return [
        {
            "run_id": str(run_id),
            "site_id": "LDS1",
            "sku_id": sku,
            "forecast_date": AS_OF + timedelta(days=ahead),
            "horizon_days": ahead,
            "predicted_value": 10.0 + ahead,
            "confidence_lower": 5.0 + ahead,
            "confidence_upper": 15.25 + ahead,
            "mean_value": 10.5 + ahead,
            "interval_level": 0.8,
            "uom": "EA",
            "model": "panel",
        }
        | changes
        for sku in skus
        for ahead in range(1, days + 1)
    ]


def parquet(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def forecast_files(folder: Path, run_id: UUID, rows: Sequence[dict[str, Any]] | None = None) -> ForecastFiles:
    """The files of a run with two series and one excluded series, the forecasts spread over two files."""
    all_rows = list(forecast_rows(run_id) if rows is None else rows)
    excluded_rows = [{"site_id": "LDS1", "sku_id": "NEW-1", "code": "TOO_SHORT", "reason": 'has 3 days of history, "56" are needed'}]
    return ForecastFiles(
        forecasts=(
            parquet(folder / f"{run_id}-1.parquet", all_rows[: len(all_rows) // 2]),
            parquet(folder / f"{run_id}-2.parquet", all_rows[len(all_rows) // 2 :]),
        ),
        excluded_series=(parquet(folder / f"{run_id}-x.parquet", excluded_rows),),
        rows=len(all_rows),
    )


def put_forecast(lake: InMemoryLake, folder: Path, run_id: UUID, **changes: Any) -> None:
    """Write to the lake what the forecast job writes; changes go into forecast.json."""
    files = forecast_files(folder, run_id)
    for number, path in enumerate(files.forecasts):
        lake.upload(path, f"{FORECASTS.run_prefix(run_id)}part-{number}.parquet")
    lake.upload(files.excluded_series[0], f"{EXCLUDED.run_prefix(run_id)}part-0.parquet")
    lake.write_json(forecast_key(run_id), forecast_json(run_id, files.rows, **changes))


def quality_json(run_id: UUID, rows_in: int = 1000, quarantined: int = 20, duplicates: int = 10, **changes: Any) -> dict[str, Any]:
    counts = {"rows_in": rows_in, "curated": rows_in - quarantined - duplicates, "quarantined": quarantined, "duplicates": duplicates}
    codes = {"codes": {"RANGE": quarantined}, "warnings": {}, "samples": [], "objects": []}
    document = {"run_id": str(run_id), "as_of_date": AS_OF.isoformat(), "datasets": {"orders": counts | codes}, **counts}
    return document | {"reconciled": True, "bad_row_share": quarantined / rows_in} | changes
