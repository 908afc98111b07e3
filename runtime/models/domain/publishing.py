"""What publishing loads, and what it loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class ForecastFiles:
    """Parquet files of one run on the local disk, and how many forecast rows they must hold."""

    forecasts: tuple[Path, ...]
    excluded: tuple[Path, ...]
    rows: int


@dataclass(frozen=True)
class LoadedForecast:
    """What stands in the table after loading. `reused` says that the rows were there already."""

    run_id: UUID
    rows: int
    series: int
    excluded: int
    reused: bool
