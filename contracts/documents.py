"""The JSON documents of a run, `runs/<run_id>/*.json`, as their writers fill them in. Readers may check them more closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict


class StagedObjectEntry(TypedDict):
    """One accepted object of the run: landing key, rows as ingestion counted them, and where they are staged."""

    object_id: str
    dataset: str
    key: str
    rows: int
    staging_key: str


class ManifestDocument(TypedDict):
    """`manifest.json`, the input of every job: dates as YYYY-MM-DD, objects in the order in which they were received."""

    as_of_date: str
    horizon_days: int
    today: str
    objects: Sequence[StagedObjectEntry]


class RowCountsDocument(TypedDict):
    """Counts of rows by outcome: rows_in = curated + quarantined + duplicates."""

    rows_in: int
    curated: int
    quarantined: int
    duplicates: int


class ObjectCountsDocument(RowCountsDocument):
    """The counts of one object."""

    object_id: str
    key: str


class QuarantineSample(TypedDict):
    """One quarantined row: its object, line, code and reason, and its values as text (`raw` for a line that could not be read)."""

    object_id: str
    key: str
    line: int
    code: str
    reason: str
    row: dict[str, str]


class WarningSample(TypedDict):
    """One row that a warning is about: its object and line, and the value as it is in the file (or, of an object, how many rows)."""

    object_id: str
    key: str
    line: int
    value: str | None


class WarningDocument(TypedDict):
    """A warning about rows that are used: a WarningCode, the column it is about (None for whole rows), the rows, and some of them."""

    code: str
    column: str | None
    rows: int
    samples: list[WarningSample]


class DatasetQualityDocument(RowCountsDocument):
    """The counts of one data set, its objects, quarantined rows by code, warnings by name, and a few rows of every code and warning."""

    objects: list[ObjectCountsDocument]
    codes: dict[str, int]
    warnings: dict[str, int]
    samples: list[QuarantineSample]
    warning_samples: list[WarningDocument]


class QualityDocument(RowCountsDocument):
    """`quality.json`: the counts of the whole run and of every data set; bad_row_share is quarantined / rows_in, 0..1."""

    run_id: str
    as_of_date: str
    datasets: dict[str, DatasetQualityDocument]
    reconciled: bool
    bad_row_share: float


class BacktestDocument(TypedDict):
    """Accuracy of a forecast on days it had not seen, in percent; None where undefined. n_obs: scored points."""

    origins: list[str]
    baseline: str
    wape: float | None
    baseline_wape: float | None
    coverage: float | None
    n_obs: int


class ForecastDocument(TypedDict):
    """`forecast.json`: which model forecast what, how accurate it was, and the parameters it used."""

    run_id: str
    as_of_date: str
    horizon_days: int
    backend: str
    model_name: str
    model_version: str
    seed: int | None
    series_forecast: int
    series_excluded: int
    excluded_by_reason: dict[str, int]
    rows: int
    backtest: BacktestDocument | None
    warnings: list[str]
    params: Mapping[str, object]
