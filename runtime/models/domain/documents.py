"""The JSON documents that pass between the steps of a run through the lake."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.feeds import FeedState
from contracts.quality_codes import PARKED_CODES, UNKNOWN_CODES

TOO_NEW = "TOO_SHORT"  # the code of series whose history is too short


class Document(BaseModel):
    """A frozen document; keys that a newer writer adds are tolerated."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())


class ManifestObject(Document):
    """One accepted object that the run reads; `replays` and `discarded_lines` as in contracts.documents.StagedObjectEntry."""

    object_id: UUID
    dataset: str
    key: str
    version_id: str
    sha256: str
    rows: int
    staging_key: str
    replays: tuple[str, ...] = ()
    discarded_lines: tuple[int, ...] = ()

    @property
    def content(self) -> str:
        """What the run reads of the object, as text."""
        changes = "".join(f" {part}" for part in (*self.replays, *self.discarded_lines))
        return f"{self.dataset} {self.sha256}{changes}"


class Manifest(Document):
    """`runs/<run_id>/manifest.json`: all settings and objects that a job reads, so that a retry reads the same input."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    today: date
    objects: tuple[ManifestObject, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the data sets and contents in order, as hexadecimal text: equal for runs that read the same rows."""
        contents = "\n".join(entry.content for entry in self.objects)
        return hashlib.sha256(contents.encode()).hexdigest()


class RowCounts(Document):
    """Counts of rows by outcome."""

    rows_in: int = Field(ge=0)
    curated: int = Field(ge=0)
    quarantined: int = Field(ge=0)
    duplicates: int = Field(ge=0)
    discards: int = Field(0, ge=0)

    @property
    def is_reconciled(self) -> bool:
        """Every row is curated, quarantined, a duplicate or discarded."""
        return self.rows_in == self.curated + self.quarantined + self.duplicates + self.discards

    def sum_up(self) -> str:
        """Return the counts as text, for when they do not add up."""
        parts = f"{self.curated} curated + {self.quarantined} quarantined + {self.duplicates} duplicates"
        return f"{self.rows_in} rows in, but {parts}" + (f" + {self.discards} discarded" if self.discards else "")


class ObjectQuality(RowCounts):
    """Counts of one object."""

    key: str
    object_id: str | None = None
    codes: dict[str, int] = {}

    @property
    def is_unusable(self) -> bool:
        """None of its rows can be used."""
        return 0 < self.rows_in == self.quarantined


class QuarantinedRow(Document):
    """A sample of the quarantined rows."""

    key: str
    line: int
    code: str
    reason: str


class DatasetQuality(RowCounts):
    """Counts of one dataset, with its quarantine codes and warnings."""

    objects: tuple[ObjectQuality, ...] = ()
    codes: dict[str, int] = {}
    warnings: dict[str, int] = {}
    samples: tuple[QuarantinedRow, ...] = ()
    unplaced_rows: dict[str, int] | None = None

    @property
    def parked_codes(self) -> dict[str, int]:
        """Rows that wait for master data, by code."""
        return {code: rows for code, rows in self.codes.items() if code in PARKED_CODES}

    @property
    def open_codes(self) -> dict[str, int]:
        """The other quarantined rows, by code: their source must correct them."""
        return {code: rows for code, rows in self.codes.items() if code not in PARKED_CODES | UNKNOWN_CODES}


class Feed(Document):
    """One feed: the rows of one data set from one site; the fields as in contracts.documents.FeedDocument."""

    dataset: str
    site_id: str
    state: FeedState
    rows: int
    quarantined: int
    first_day: date | None
    last_day: date | None
    last_complete_day: date | None
    days_behind: int
    partial_days: tuple[date, ...] = ()
    unknown_days: tuple[tuple[date, date], ...] = ()
    days_due: int = 0
    days_complete: int = 0
    volume: float | None = None
    drift: float | None = None
    recent_rows: int = 0
    recent_quarantined: int = 0
    daily_rows: tuple[int, ...] = ()
    daily_quarantined: tuple[int, ...] = ()
    later_codes: dict[str, int] = {}

    @property
    def recent_bad_share(self) -> float:
        """Share of the rows of the last 28 days that are in quarantine."""
        total = self.recent_rows + self.recent_quarantined
        return self.recent_quarantined / total if total else 0.0


class QualityDocument(RowCounts):
    """`runs/<run_id>/quality.json`, as the cleansing job writes it (the parts that rules look at)."""

    run_id: UUID
    as_of_date: date | None = None
    datasets: dict[str, DatasetQuality]
    bad_row_share: float = Field(ge=0, le=1)
    feeds: tuple[Feed, ...] = ()


class Backtest(Document):
    """The run's error on days the model had not seen. `wape` and `coverage` in the units of the KPI engine (percent)."""

    origins: tuple[date, ...] = ()
    wape: float | None = None
    baseline_wape: float | None = None
    baseline: str | None = None
    skill: float | None = None
    median_wape: float | None = None
    largest_share: float | None = None
    largest_series: dict[str, str] | None = None
    n_series: int | None = None
    coverage: float | None = None
    n_obs: int = 0


class ForecastDocument(Document):
    """`runs/<run_id>/forecast.json`, as the forecast job writes it."""

    run_id: UUID
    as_of_date: date
    horizon_days: int
    backend: str
    model_name: str
    model_version: str
    seed: int | None = None
    series_forecast: int
    series_excluded: int
    excluded_by_reason: dict[str, int] = {}
    rows: int
    backtest: Backtest | None = None
    warnings: tuple[str, ...] = ()
    params: dict[str, object] = {}

    @property
    def too_new_share(self) -> float | None:
        """Percent of all series that are too new to be forecast; None when there is none."""
        series = self.series_forecast + self.series_excluded
        return 100 * self.excluded_by_reason.get(TOO_NEW, 0) / series if series else None
