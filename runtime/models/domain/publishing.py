"""The input and the result of loading forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class ForecastFiles:
    """Parquet files of one run on the local disk, and how many forecast rows they must hold."""

    forecasts: tuple[Path, ...]
    excluded_series: tuple[Path, ...]
    rows: int


@dataclass(frozen=True)
class LoadedForecast:
    """Content of the table after loading. `is_reused`: the rows were there already."""

    run_id: UUID
    rows: int
    series: int
    excluded_series: int
    is_reused: bool
