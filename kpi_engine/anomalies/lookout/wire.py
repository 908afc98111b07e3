"""The messages of Amazon Lookout for Metrics that are read, as in the service's API model 2017-07-25.

Source: botocore 1.40.50, data/lookoutmetrics/2017-07-25/service-2.json; the service ended on 2025-10-09 and botocore dropped the model
later. Every field is optional here: what a source leaves out is counted or missing, never an error.

Fields that the retired service never sent are read from a source that does, under names in its style: per time series
ExpectedValueList, LowerValueList, UpperValueList (p50, p10, p90), CapacityValueList and OrderCountList, parallel to TimestampList as
MetricValueList is; per group AnomalyType, an AnomalyKind that the source has from history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias, TypedDict

Values: TypeAlias = Sequence[float | str | None]


class Page(TypedDict, total=False):
    """Any page of a paged operation; the last one has no NextToken."""

    NextToken: str


class AnomalyGroupSummary(TypedDict, total=False):
    """An entry of AnomalyGroupSummaryList."""

    AnomalyGroupId: str | None
    StartTime: str | datetime | None
    EndTime: str | datetime | None
    AnomalyGroupScore: float | str | None
    PrimaryMetricName: str | None


class SummariesPage(Page, total=False):
    """The response of ListAnomalyGroupSummaries."""

    AnomalyGroupSummaryList: Sequence[AnomalyGroupSummary]
    AnomalyGroupStatistics: Statistics


class Statistics(TypedDict, total=False):
    """AnomalyGroupStatistics of a list."""

    TotalCount: int


class ValueContribution(TypedDict, total=False):
    """Contribution of one value of a dimension."""

    DimensionValue: str
    ContributionScore: float | str | None


class DimensionContribution(TypedDict, total=False):
    """The contributions of the values of one dimension."""

    DimensionName: str
    DimensionValueContributionList: Sequence[ValueContribution] | None


class ContributionMatrix(TypedDict, total=False):
    """The contributions of all dimensions."""

    DimensionContributionList: Sequence[DimensionContribution] | None


class MetricImpact(TypedDict, total=False):
    """An entry of MetricLevelImpactList."""

    MetricName: str | None
    NumTimeSeries: int
    ContributionMatrix: ContributionMatrix | None


class AnomalyGroupDetail(AnomalyGroupSummary, total=False):
    """AnomalyGroup of GetAnomalyGroup."""

    MetricLevelImpactList: Sequence[MetricImpact] | None
    AnomalyType: str | None


class GroupResponse(TypedDict, total=False):
    """The response of GetAnomalyGroup."""

    AnomalyGroup: AnomalyGroupDetail | None


class Dimension(TypedDict, total=False):
    """A name and value that identify a time series."""

    DimensionName: str
    DimensionValue: str


class WireSeries(TypedDict, total=False):
    """An entry of TimeSeriesList; its lists are parallel to TimestampList and may end early."""

    TimeSeriesId: str
    DimensionList: Sequence[Dimension] | None
    MetricValueList: Values | None
    ExpectedValueList: Values | None
    LowerValueList: Values | None
    UpperValueList: Values | None
    CapacityValueList: Values | None
    OrderCountList: Values | None


class SeriesPage(Page, total=False):
    """The response of ListAnomalyGroupTimeSeries."""

    AnomalyGroupId: str
    MetricName: str
    TimestampList: Sequence[str] | None
    TimeSeriesList: Sequence[WireSeries] | None
