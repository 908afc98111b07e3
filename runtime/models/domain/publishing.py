"""The input and the result of loading forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from runtime.models.domain.audit import Actor


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


@dataclass(frozen=True)
class ManualPublication:
    """The publication of the published run by hand: when, and the newest run that had published itself before, if there is one."""

    at: datetime
    last_run: RunExtent | None


class PublishOutcome(StrEnum):
    """What became of publishing a run by hand, as the function `publish_run` of the database returns it."""

    PUBLISHED = "PUBLISHED"
    UNCHANGED = "UNCHANGED"
    """It is the published run already."""
    REPEATED = "REPEATED"
    """The same request was carried out before."""
    KEY_TAKEN = "KEY_TAKEN"
    """Another request had the same id."""
    NOT_FOUND = "NOT_FOUND"
    NOT_LOADED = "NOT_LOADED"
    """Its forecasts were never loaded, or are deleted."""


@dataclass(frozen=True)
class PublishCommand:
    """One request to publish a run by hand: when, by whom and why.

    is_repeatable: the client may send it again under the same id, so it is recorded also when the run is the published one already.
    """

    id: UUID
    at: datetime
    actor: Actor
    reason: str
    is_repeatable: bool = False


@dataclass(frozen=True)
class ShorterHorizon:
    """The days forecast by a run that was published by hand, and the larger number of the run that it replaced."""

    days: int
    replaced_days: int

    def describe(self) -> str:
        """Return what readers notice."""
        return (
            f"Readers see {self.days} days instead of {self.replaced_days}: a longer time_horizon is refused (422) "
            "until a run with more days is published."
        )


@dataclass(frozen=True)
class PublishResult:
    """What became of publishing a run by hand. shorter_horizon: None unless the horizon of readers became shorter."""

    outcome: PublishOutcome
    shorter_horizon: ShorterHorizon | None = None


CURSOR_LIFETIME = timedelta(hours=24)
"""A list can be read on from its first page for so long, and the rows of a run that is replaced meanwhile are kept as long."""
UNPUBLISHED_PREFIX = "Not published because "
"""Start of the warning of a run that was loaded and not published. Publishing it by hand removes the warning."""


def unpublished_warning(reason: str) -> str:
    """Return the warning of a run that is loaded and not published."""
    return f"{UNPUBLISHED_PREFIX}{reason}."


def unpublished_reason(run: RunExtent, published_run: RunExtent | None, manual_publication: ManualPublication | None = None) -> str | None:
    """Return why the run must not replace the published one, or None when it may.

    Publishing never goes back: readers keep the newer data and the longer horizon. Of two runs with the same last day of data, the one
    that was started later is published, whichever finishes last.

    After a publication by hand the runs continue as usual: a run is compared with the published run and, when it was started before that
    publication, also with the last run that had published itself, so that a late retry does not undo the decision. The longer horizon
    of a run that was published by hand is no reason to refuse later runs.
    """
    if published_run is None or published_run.run_id == run.run_id:
        return None
    name = f"the published run {published_run.run_id}"
    if manual_publication is None:
        return _step_back(run, published_run, published_run.horizon_days, name)
    last_run = manual_publication.last_run
    horizon_days = min(published_run.horizon_days, last_run.horizon_days if last_run else 0)
    reason = _step_back(run, published_run, horizon_days, name)
    if reason is None and last_run is not None and run.started_at < manual_publication.at:
        return _step_back(run, last_run, horizon_days, f"run {last_run.run_id}, which was published before,")
    return reason


def _step_back(run: RunExtent, other: RunExtent, horizon_days: int, name: str) -> str | None:
    """Return in what a run is behind another one, of this name in the text, or has a shorter horizon than it needs."""
    if run.as_of_date < other.as_of_date:
        return f"its data ends on {run.as_of_date}, that of {name} on {other.as_of_date}"
    if run.horizon_days < horizon_days:
        return f"it forecasts {run.horizon_days} days, {name} {horizon_days}"
    if run.as_of_date == other.as_of_date and run.started_at < other.started_at:
        return f"{name} has the same last day of data and was started later"
    return None
