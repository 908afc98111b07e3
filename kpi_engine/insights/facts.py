"""The facts of a run that rules judge. None means that a part was not computed: its rules are silent, and nothing is concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kpi_engine.insights.finding import Money
from kpi_engine.insights.logistics_facts import LogisticsFacts
from kpi_engine.insights.rule_records import RuleRecord


class PartName(StrEnum):
    """The parts of the facts that may be missing."""

    QUALITY = "quality"
    ANOMALIES = "anomalies"
    ACCURACY = "accuracy"
    LOGISTICS = "logistics"


@dataclass(frozen=True, kw_only=True)
class FeedFacts:
    """The rows of one data set from one site. is_late: later than it usually is. bad_share: of its recent rows, 0..1."""

    dataset: str
    site_id: str
    days_behind: int
    last_complete_day: date | None
    is_late: bool
    recent_rows: int
    recent_quarantined: int
    daily_rows: float


@dataclass(frozen=True)
class FileFacts:
    """Rows of one object that a run read: how many are in quarantine, by code."""

    key: str
    dataset: str
    rows: int
    quarantined: int
    codes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class QualityFacts:
    """The quality of the input. score: 0..100. refusal: why the gate refused the run, None when it did not."""

    verdict: str
    score: float
    rows_in: int
    quarantined: int
    duplicates: int
    bad_row_limit: float
    feeds: tuple[FeedFacts, ...] = ()
    files: tuple[FileFacts, ...] = ()
    rejected_files: tuple[FileFacts, ...] = ()


@dataclass(frozen=True)
class SeriesChange:
    """Expected and actual units of one series over the days of an anomaly."""

    site_id: str
    sku_id: str
    expected: float
    actual: float

    @property
    def units(self) -> float:
        """Actual minus expected."""
        return self.actual - self.expected


@dataclass(frozen=True, kw_only=True)
class AnomalyFacts:
    """One material anomaly. scope: of its cause, empty for everything, None when no cause is known.

    planned_units: what the published forecast expects of its series on the next days; None when unknown. expected_a_day, actual_a_day: of
    its series; None when unknown. is_whole: the figures are those of the whole scope, and not of the series that were reported.
    """

    group_id: str
    kind: str | None
    direction: str
    severity: str
    score: float
    first_day: date
    last_day: date
    expected: float | None
    actual: float | None
    lower: float | None
    upper: float | None
    site_ids: tuple[str, ...]
    sku_ids: tuple[str, ...]
    series: tuple[SeriesChange, ...]
    money: Money | None
    money_reason: str | None
    known_events: tuple[str, ...]
    action: str
    owner_role: str
    deadline: date
    planned_units: float | None = None
    scope: Mapping[str, str] | None = None
    expected_a_day: float | None = None
    actual_a_day: float | None = None
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True)
class SkuAccuracy:
    """Accuracy of one SKU over n points, in units: absolute error, demand and bias (positive: forecast too high).

    volume: its demand in the measure that SKUs of all units share, up to a factor; None: that of demand. is_rare: its demand is
    intermittent or lumpy, so that a right forecast is always too low.
    """

    sku_id: str
    n: int
    abs_error: float
    demand: float
    bias_units: float
    volume: float | None = None
    is_rare: bool = False

    @property
    def weight(self) -> float:
        """Its part in figures of several SKUs."""
        return self.demand if self.volume is None else self.volume


@dataclass(frozen=True, kw_only=True)
class AccuracyFacts:
    """The accuracy of one run's forecasts. Percentages are 0..100; None where undefined.

    lead_days: from the last day that the run knew to the last day compared. usual_wape: the mean of usual_count earlier forecasts over
    their first week. skill: against the benchmark, in which no series counts more than a tenth. has_several_units: of measure,
    so that units of SKUs do not add up.
    """

    run_id: str
    is_backtest: bool
    first_day: date
    last_day: date
    lead_days: int
    n: int
    wape: float | None = None
    usual_wape: float | None = None
    usual_count: int = 0
    coverage: float | None = None
    coverage_n: int = 0
    nominal: float | None = None
    wilson_lower: float | None = None
    wilson_upper: float | None = None
    benchmark: str | None = None
    benchmark_wape: float | None = None
    skill: float | None = None
    has_several_units: bool = False
    skus: tuple[SkuAccuracy, ...] = ()

    @property
    def n_days(self) -> int:
        """The days from the first to the last."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Everything that rules judge. site_days: the demand of every site and day of the last four weeks, units.

    rule_records: what became of the insights of rules before this run. made_on: the day of the run, None when it is not known; with old
    data long after as_of_date. dismissals: why anomalies are none, by the id of their group.
    """

    run_id: str
    as_of_date: date
    code_version: str
    model_name: str | None = None
    model_version: str | None = None
    refusal: str | None = None
    quality: QualityFacts | None = None
    anomalies: tuple[AnomalyFacts, ...] | None = None
    accuracy: tuple[AccuracyFacts, ...] | None = None
    logistics: LogisticsFacts | None = None
    rule_records: tuple[RuleRecord, ...] = ()
    site_days: tuple[float, ...] = ()
    planned_units: float | None = None
    missing: Mapping[PartName, str] = field(default_factory=dict)
    made_on: date | None = None
    dismissals: Mapping[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day from which deadlines count: that of the run, and not before the data."""
        return max(self.made_on or self.as_of_date, self.as_of_date)
