"""The JSON documents of a run, `runs/<run_id>/*.json`, as their writers fill them in. Readers may check them more closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict


class StagedObjectEntry(TypedDict):
    """One accepted object of the run: landing key, rows as ingestion counted them, and where they are staged.

    replays: where rows are staged that take the places of rows of this object, with their lines. discarded_lines: those of its rows that
    take no part, counted as discarded.
    """

    object_id: str
    dataset: str
    key: str
    rows: int
    staging_key: str
    replays: NotRequired[Sequence[str]]
    discarded_lines: NotRequired[Sequence[int]]


class ManifestDocument(TypedDict):
    """`manifest.json`, the input of every job: dates as YYYY-MM-DD, objects in the order in which they were received."""

    as_of_date: str
    horizon_days: int
    today: str
    objects: Sequence[StagedObjectEntry]


class RowCountsDocument(TypedDict):
    """Counts of rows by outcome: rows_in = curated + quarantined + duplicates + discarded (somebody decided so)."""

    rows_in: int
    curated: int
    quarantined: int
    duplicates: int
    discards: int


class ObjectCountsDocument(RowCountsDocument):
    """The counts of one object, with its quarantined rows by code."""

    object_id: str
    key: str
    codes: dict[str, int]


class QuarantineSample(TypedDict):
    """One quarantined row: its object, line, code and reason, and its values as text (`raw` for a line that could not be read)."""

    object_id: str
    key: str
    line: int
    code: str
    reason: str
    row: dict[str, str]


class RunRecordsDocument(TypedDict):
    """`quarantined_rows.json`: rows that depend on other objects (SERIES_CODES), the first of each object by line."""

    run_id: str
    rows: list[QuarantineSample]


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
    """The counts of one data set, its objects, quarantined rows by code, warnings by name, and a few rows of every code and warning.

    unplaced_rows: quarantined rows, by object, of which site and day cannot be told; of data sets that carry demand.
    """

    objects: list[ObjectCountsDocument]
    codes: dict[str, int]
    warnings: dict[str, int]
    samples: list[QuarantineSample]
    warning_samples: list[WarningDocument]
    unplaced_rows: dict[str, int]


class FeedDocument(TypedDict):
    """The state of one feed: the rows of one data set from one site, up to the as-of date of the run.

    Dates as YYYY-MM-DD, shares 0..1. state: contracts.feeds.FeedState. last_day: the newest with a usable row. last_complete_day: the last
    day before rows are missing; days_behind: from it to the as-of date. partial_days: days at the end with far fewer rows than usual.
    unknown_days: first and last day of every stretch on which rows were due and are missing, those at the end included. days_due and
    days_complete: of the last 28 days, those on which rows are due, and those of them that are complete. volume: rows of the last complete
    week over the median of the same weekdays in the eight weeks before. drift: population stability index of the quantities of the last 28
    days against the 56 before. recent_rows and recent_quarantined: of the last 28 days. daily_rows, daily_quarantined: rows of the last 56
    days, oldest first. later_codes: rows in quarantine about days after the last complete one (all days without one), by code. None where
    undefined.
    """

    dataset: str
    site_id: str
    state: str
    rows: int
    quarantined: int
    first_day: str | None
    last_day: str | None
    last_complete_day: str | None
    days_behind: int
    partial_days: list[str]
    unknown_days: list[tuple[str, str]]
    days_due: int
    days_complete: int
    volume: float | None
    drift: float | None
    recent_rows: int
    recent_quarantined: int
    daily_rows: list[int]
    daily_quarantined: list[int]
    later_codes: dict[str, int]


class FindingDocument(TypedDict):
    """One finding on the input of a run. severity: FAIL, WARN or INFO; owner: who must act."""

    severity: str
    subject: str
    text: str
    action: str
    owner: str


class QualityScoreDocument(TypedDict):
    """The score of a run's input, 0..100, and its parts, 0..1; None where a part has nothing to measure."""

    total: float
    completeness: float | None
    validity: float | None
    timeliness: float | None
    uniqueness: float | None
    consistency: float | None


class QualityChangesDocument(TypedDict):
    """What changed since the report of the newest run with an earlier as-of date: its run, day, verdict and score, and the findings.

    same_findings: the number of findings that both have. Findings that need no action (INFO) are left out.
    """

    run_id: str
    as_of_date: str
    verdict: str
    score: float | None
    new_findings: list[FindingDocument]
    ended_findings: list[FindingDocument]
    same_findings: int


class SeriesProfileDocument(TypedDict):
    """The demand of one series as of the last day of a run; figures are days, from its first demand on.

    unknown_days: days without known demand before the end of its data; days_behind: from that end to the as-of date. quiet_days: the
    longest stretch of known days without demand. outliers: days whose demand is far from the median of the days with demand.
    code, reason: why it is not forecast, None for a series that is.
    """

    site_id: str
    sku_id: str
    history_days: int
    demand_days: int
    unknown_days: int
    days_behind: int
    quiet_days: int
    outliers: int
    demand_class: str | None
    code: str | None
    reason: str | None


class SeriesDocument(TypedDict):
    """`series.json`: how many series a run has and excludes, by reason, and profiles of some of them.

    profiles: excluded series first, then those with the most unknown days.
    """

    run_id: str
    series: int
    excluded: int
    excluded_by_reason: dict[str, int]
    profiles: list[SeriesProfileDocument]


class QualityReportDocument(TypedDict):
    """What the quality gate adds to the content of quality.json in its report: verdict, score, findings (the worst first) and limits.

    changes: since the report before; None for the first.
    """

    verdict: str
    score: QualityScoreDocument
    findings: list[FindingDocument]
    changes: QualityChangesDocument | None
    limits: dict[str, float]


class QualityDocument(RowCountsDocument):
    """`quality.json`: the counts of the whole run and of every data set; bad_row_share is quarantined / rows_in, 0..1.

    feeds: by data set and site. unknown_series_days: days of single series whose rows are in quarantine, listed in the table
    curated_unknown_days.
    """

    run_id: str
    as_of_date: str
    datasets: dict[str, DatasetQualityDocument]
    reconciled: bool
    bad_row_share: float
    feeds: list[FeedDocument]
    unknown_series_days: int


class InsightsDocument(TypedDict):
    """`insights.json`: what a run said about insights. sightings: how many it saw. silent: why a category was not judged, by its name.

    faults: what is wrong with rules and explanations that were left out. rules: what became of the insights of each rule before.
    """

    run_id: str
    as_of_date: str
    sightings: int
    silent: dict[str, str]
    judged_rules: list[str]
    faults: list[str]
    rules: list[dict[str, float | int | str | None]]


class BacktestDocument(TypedDict):
    """Accuracy of a forecast on days it had not seen, in percent; None where undefined. n_obs: scored points, of n_series series.

    wape, baseline_wape: pooled by volume, in several units of measure by volume share within a unit. skill: against the baseline, positive:
    better; no series counts more than a tenth. median_wape: of the series. largest_share: of the volume, that of `largest_series`.
    """

    origins: list[str]
    baseline: str
    wape: float | None
    baseline_wape: float | None
    skill: float | None
    median_wape: float | None
    largest_share: float | None
    largest_series: dict[str, str] | None
    n_series: int
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
