"""The Parquet files of a run's forecast, downloaded to be loaded into the database."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from contracts.tables import EXCLUDED, FORECASTS
from runtime.errors import BrokenRun
from runtime.models.domain.publishing import ForecastFiles
from runtime.services.object_ports import Lake


def download_forecast(lake: Lake, run_id: UUID, rows: int, folder: Path) -> ForecastFiles:
    """Download the forecasts and the excluded series of a run into folder; `rows` is the number of forecasts they must hold.

    Raises BrokenRun when there is no file with forecasts.
    """
    forecasts = _download(lake, FORECASTS.run_prefix(run_id), folder / "daily")
    if not forecasts:
        raise BrokenRun(f"{FORECASTS.run_prefix(run_id)} contains no Parquet file")
    return ForecastFiles(forecasts, _download(lake, EXCLUDED.run_prefix(run_id), folder / "excluded"), rows)


def _download(lake: Lake, prefix: str, folder: Path) -> tuple[Path, ...]:
    folder.mkdir()
    keys = [key for key in lake.keys(prefix) if key.endswith(".parquet")]
    paths = tuple(folder / f"{number:05}.parquet" for number in range(len(keys)))
    for key, path in zip(keys, paths, strict=True):
        lake.download(key, path)
    return paths
