"""The input and the result of loading forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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
    """Content of the table after loading. `is_reused`: the rows were there already.

    unpublished_reason: why the run was loaded and not published although it was to be; None where there is no such reason.
    """

    run_id: UUID
    rows: int
    series: int
    excluded_series: int
    is_reused: bool
    unpublished_reason: str | None = None


@dataclass(frozen=True)
class RunExtent:
    """What decides which of two runs readers see: the last day of data, the days forecast, the start (aware)."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    started_at: datetime


def unpublished_reason(run: RunExtent, published_run: RunExtent | None) -> str | None:
    """Return why the run must not replace the published one, or None when it may.

    Publishing never goes back: readers keep the newer data and the longer horizon. Of two runs with the same last day of data, the one
    that was started later is published, whichever finishes last.
    """
    if published_run is None or published_run.run_id == run.run_id:
        return None
    if run.as_of_date < published_run.as_of_date:
        return f"its data ends on {run.as_of_date}, that of the published run {published_run.run_id} on {published_run.as_of_date}"
    if run.horizon_days < published_run.horizon_days:
        return f"it forecasts {run.horizon_days} days, the published run {published_run.run_id} {published_run.horizon_days}"
    if run.as_of_date == published_run.as_of_date and run.started_at < published_run.started_at:
        return f"the published run {published_run.run_id} has the same last day of data and was started later"
    return None
