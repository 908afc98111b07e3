"""The metrics of the anomaly engine, each with its arithmetic on a report. Scores, kinds and deltas of single groups are in its lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from kpi_engine.anomalies.assessment.costs import Money
from kpi_engine.anomalies.assessment.severity import LOWEST_SCORES
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.report import UNKNOWN_KIND, AnomalyReport
from kpi_engine.anomalies.terms import Severity
from kpi_engine.shared.metric import ComputedMetric, ScorAttribute, Unit

Count: TypeAlias = ComputedMetric[AnomalyReport, int]
Amount: TypeAlias = ComputedMetric[AnomalyReport, float | None]

CONVENTION = "a convention of this project"
PREDICTION_INTERVALS = "Gneiting and Raftery 2007 (central prediction intervals)"
MORE_ANOMALIES = "larger is more anomalies"

TOTAL = Count(
    name="anomalies_total",
    title="Anomaly groups",
    path="total",
    formula="number of groups with score >= 30 that touch the window of whole local days",
    unit=Unit.COUNT,
    sign=MORE_ANOMALIES,
    zero_policy="0 when the source has no group in the window",
    source="Amazon Lookout for Metrics API reference, ListAnomalyGroupSummaries",
    compute=lambda report: report.total,
)


def _count_severity(severity: Severity) -> Count:
    lowest = LOWEST_SCORES[severity]
    above = min((score for score in LOWEST_SCORES.values() if score > lowest), default=None)
    scores = f"score >= {lowest:.0f}" if above is None else f"{lowest:.0f} <= score < {above:.0f}"
    return Count(
        name=f"anomalies_{severity.lower()}",
        title=f"Anomaly groups, {severity.lower()}",
        path=f"by_severity.{severity}",
        formula=f"number of groups with {scores}; a known event lowers a group by one band, LOW stays LOW",
        unit=Unit.COUNT,
        sign=MORE_ANOMALIES,
        zero_policy="0, never left out; the four bands sum to total",
        source="Bands: a convention of this project; score scale: Amazon Lookout for Metrics developer guide, detectors-anomalies.md",
        compute=lambda report: report.by_severity[severity],
    )


def _count_kind(
    kind: AnomalyKind | None, title: str, rule: str, *, source: str = CONVENTION, scor: ScorAttribute = ScorAttribute.RELIABILITY
) -> Count:
    """The number of groups of a kind; rule: which groups those are."""
    return Count(
        name=f"anomalies_{kind.lower() if kind else 'type_unknown'}",
        title=title,
        path=f"by_type.{kind or UNKNOWN_KIND}",
        formula=f"number of groups{rule}",
        unit=Unit.COUNT,
        sign=MORE_ANOMALIES,
        zero_policy="0, never left out; the types sum to total",
        source=source,
        scor=scor,
        compute=lambda report: report.by_kind[kind],
    )


BY_KIND = (
    _count_kind(
        AnomalyKind.VOLUME_SPIKE,
        "Volume spikes",
        " whose days moved most by: actual > upper bound of the prediction interval",
        source=PREDICTION_INTERVALS,
        scor=ScorAttribute.AGILITY,
    ),
    _count_kind(
        AnomalyKind.VOLUME_DROP,
        "Volume drops",
        " whose days moved most by: actual < lower bound of the prediction interval",
        source=PREDICTION_INTERVALS,
        scor=ScorAttribute.AGILITY,
    ),
    _count_kind(
        AnomalyKind.ZERO_DEMAND,
        "Zero demand",
        " whose days moved most by: actual = 0 where the lower bound is above 0",
    ),
    _count_kind(
        AnomalyKind.LEVEL_SHIFT,
        "Level shifts",
        " whose days moved most by: at least 3 consecutive days beyond z = 2 in one direction, or a window of 3, 7 or 14 days out",
        source="Montgomery, Introduction to Statistical Quality Control, 9.1",
        scor=ScorAttribute.AGILITY,
    ),
    _count_kind(
        AnomalyKind.TREND_BREAK,
        "Trend breaks",
        " whose days moved most by: residuals of at least 7 days that rise or fall by the Mann-Kendall test at 1 percent",
        source="Mann 1945; Kendall 1975",
        scor=ScorAttribute.AGILITY,
    ),
    _count_kind(
        AnomalyKind.INTERMITTENT_BURST,
        "Bursts of intermittent demand",
        " whose days moved most by: actual > upper bound of a series with demand less often than every 1.32 days",
        source="Syntetos and Boylan 2005",
        scor=ScorAttribute.AGILITY,
    ),
    _count_kind(
        AnomalyKind.DATA_GAP,
        "Data gaps",
        ": something was expected and no actual is known; never counted as a drop",
    ),
    _count_kind(
        AnomalyKind.CAPACITY_BREACH,
        "Capacity breaches",
        " whose days moved most by: actual load > capacity",
        scor=ScorAttribute.AGILITY,
    ),
    _count_kind(
        AnomalyKind.SERVICE_DROP,
        "Service drops",
        " whose days moved most by: actual service level < lower bound of its prediction interval",
    ),
    _count_kind(None, "Groups of unknown type", ": the source gave no expected values, or the changes cancel out"),
)

DELTA_UNITS = Amount(
    name="anomaly_delta_units",
    title="Units above or below the expectation",
    path="business_impact.delta_units",
    formula="sum(actual - expected) over the known days of all volume groups; service levels, capacity loads and data gaps are left out",
    unit=Unit.UNITS,
    sign="positive is more than expected, negative is less",
    zero_policy="null `no_observations` or the reason in business_impact.reason when no volume group has expected values",
    source=CONVENTION,
    scor=ScorAttribute.AGILITY,
    compute=lambda report: report.business_impact.delta_units,
)


def _sum_money(name: str, demand: str, select: Callable[[Money], float | None]) -> Amount:
    """One amount of money; demand: which demand would have been there without the anomaly."""
    return Amount(
        name=f"anomaly_money_{name}",
        title=f"Money lost or spent, {name}",
        path=f"business_impact.money.{name}",
        formula=f"sum over groups, demand = the {demand}: fall: max(0, sum((demand - actual) * unit_margin)); "
        "rise: max(0, actual - capacity) * (expedite + overtime cost) + max(0, actual - demand) * marginal cost; "
        "service: orders * (demand - actual) / 100 * penalty",
        unit=Unit.MONEY,
        sign="larger is worse; never negative",
        zero_policy="money is null with a reason when a price, a capacity or the currency is missing in any group; "
        "low and high are null without a prediction interval",
        source=CONVENTION,
        scor=ScorAttribute.COST,
        compute=lambda report: select(report.business_impact.money) if report.business_impact.money else None,
    )


METRICS: tuple[Count | Amount, ...] = (
    TOTAL,
    *(_count_severity(severity) for severity in Severity),
    *BY_KIND,
    DELTA_UNITS,
    _sum_money("low", "lower or other bound that gives the low amount", lambda money: money.low),
    _sum_money("expected", "expected value", lambda money: money.expected),
    _sum_money("high", "upper or other bound that gives the high amount", lambda money: money.high),
)
"""In the order in which they are documented."""
