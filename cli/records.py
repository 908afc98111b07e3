"""Documents of the API that the CLI prints, as far as it reads them."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from contracts.documents import FindingDocument, QualityChangesDocument


class WithdrawalRecord(TypedDict):
    """Who withdrew an object, and why."""

    actor: str
    reason: str
    erased_at: str | None


class BadRowRecord(TypedDict):
    """One row that breaks a rule."""

    line: int
    code: str
    reason: str
    values: dict[str, str]
    suggested_values: dict[str, str] | None


class SiteRecord(TypedDict):
    """The usable rows of one site."""

    site_id: str
    rows: int
    first_date: str
    last_date: str


class RowCheckRecord(TypedDict):
    """The outcome of the rows of an object."""

    usable_rows: int
    quarantined_rows: int
    codes: dict[str, int]
    warnings: dict[str, dict[str, int]]
    first_bad_row: BadRowRecord | None
    sites: list[SiteRecord]
    site_count: int
    sheets: NotRequired[list[str]]


class ObjectRecord(TypedDict):
    """The record of one object, from /data-quality/objects."""

    id: NotRequired[str]
    key: str
    version_id: str
    dataset: NotRequired[str | None]
    received_at: NotRequired[str]
    status: str
    rows: int | None
    reason_code: str | None
    reason: str | None
    warnings: NotRequired[list[str]]
    row_check: NotRequired[RowCheckRecord | None]
    withdrawal: NotRequired[WithdrawalRecord | None]


class QuarantineSample(TypedDict):
    """One quarantined row."""

    key: str
    line: int
    code: str
    reason: str


class DatasetCounts(TypedDict):
    """Row counts of one data set in a run."""

    rows_in: int
    curated: int
    quarantined: int
    duplicates: int
    discards: NotRequired[int]
    codes: dict[str, int]
    samples: list[QuarantineSample]


class FeedRecord(TypedDict):
    """The state of the rows of one data set from one site."""

    dataset: str
    site_id: str
    state: str
    last_complete_day: str | None
    days_behind: int
    days_due: int
    days_complete: int


class QualityCounts(TypedDict):
    """Row counts of a run by data set; what is wrong, the worst first; and the state of every site and source."""

    datasets: dict[str, DatasetCounts]
    findings: NotRequired[list[FindingDocument]]
    changes: NotRequired[QualityChangesDocument | None]
    feeds: NotRequired[list[FeedRecord]]


class QualityReport(TypedDict):
    """The quality report of a run, from /data-quality/reports."""

    run_id: str
    verdict: str
    report: QualityCounts


class JobRecord(TypedDict):
    """A job, from /jobs."""

    job_id: str
    status: str
    requested_by: str | None
    created_at: str
    progress: dict[str, str | int]


class ForecastRow(TypedDict):
    """The forecast of one series for one day."""

    site_id: str
    sku_id: str
    forecast_date: str
    confidence_lower: float
    predicted_value: float
    confidence_upper: float


class ForecastMeta(TypedDict):
    """Metadata of a page of forecasts."""

    as_of_date: str


class ForecastPage(TypedDict):
    """A page of /forecasts."""

    meta: ForecastMeta
    forecasts: list[ForecastRow]


class RunRecord(TypedDict):
    """A run, from /forecast-runs. Times are RFC 3339."""

    run_id: str
    status: str
    as_of_date: str
    horizon_days: int
    published: bool
    published_at: str | None
    unpublished_reason: str | None
    has_forecasts: bool
    measured: bool
    backtest_wape: float | None
    created_at: str


class ComparedRun(TypedDict):
    """One of two runs that are compared."""

    run_id: str
    as_of_date: str
    horizon_days: int
    backtest_wape: float | None
    baseline_wape: float | None


class Change(TypedDict):
    """Forecast units of two runs; `change_percent` is null where the other run has none."""

    run: float
    other: float
    change: float
    change_percent: float | None


class SiteChange(Change):
    """Change at one site."""

    site_id: str


class SkuChange(Change):
    """Change of one SKU."""

    sku_id: str


class Comparison(TypedDict):
    """Differences of a run from another one, from /forecast-runs/{id}/compare."""

    run: ComparedRun
    other: ComparedRun
    common_days: dict[str, str] | None
    totals: Change
    by_site: list[SiteChange]
    changed_skus: list[SkuChange]
    series: dict[str, int]
