"""How much the pooled figures rest on single series: the median series, the largest one, and figures by value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric, Population
from kpi_engine.accuracy.metrics.bias import BIAS_PERCENT, OVER_FORECAST
from kpi_engine.accuracy.metrics.point import SMALLER_IS_BETTER, WAPE, PointErrors
from kpi_engine.accuracy.metrics.value_added import ValueAdded
from kpi_engine.accuracy.metrics.weeks import CONVENTION
from kpi_engine.shared.arrays import Floats, Ints, ratio, sum_by_group
from kpi_engine.shared.metric import GET_KPIS, NO_OBSERVATIONS, Unit
from kpi_engine.shared.skill import LARGEST_VOTE, measure_skill

SINGLE_SERIES = "single_series"
NO_VALUES = "no_unit_values"
SEVERAL_CURRENCIES = "several_currencies"
KNOWN_VALUE_PERCENT = 95.0
"""Of the volume of every unit of measure: with less, a figure by value would be one of those that have a price."""


@dataclass(frozen=True, kw_only=True)
class SeriesErrors:
    """Errors of each series in its own units, its unit of measure, and the value of one unit.

    common_errors: the errors in a measure that all series share. value_added: the errors beside those of the seasonal naive. currencies:
    those of the values.
    """

    errors: PointErrors
    common_errors: PointErrors
    value_added: ValueAdded
    unit_of: Ints
    value: Floats
    currencies: frozenset[str]

    def largest(self) -> int | None:
        """Return the position of the series with the most volume; None without volume."""
        volume = self.common_errors.abs_actual
        return int(np.argmax(volume)) if volume.any() else None

    def median_wape(self) -> Floats:
        """Return the median of the WAPEs of the series that have one."""
        values = WAPE(self.errors)
        values = values[~np.isnan(values)]
        return np.array([np.median(values) if len(values) else np.nan])

    def largest_share(self) -> Floats:
        """Return the percent of the volume that the largest series has."""
        volume = self.common_errors.abs_actual
        return 100 * ratio(volume.max(initial=0.0, keepdims=True), volume.sum(keepdims=True))

    def without_largest(self) -> PointErrors:
        """Return the sums of all series but the largest, as one group."""
        is_other = np.arange(len(self.errors.n)) != self.largest()
        return self.common_errors.select(is_other).total()

    def by_value(self) -> PointErrors:
        """Return the sums in money, as one group; NaN when the values of too much volume are unknown."""
        total = self.errors.weigh(np.nan_to_num(self.value)).total()
        return total if self.explain_no_value() is None else PointErrors(*np.full((9, 1), np.nan))

    def explain_no_value(self) -> str | None:
        """Return why there is no figure by value; None when there is one."""
        if len(self.currencies) > 1:
            return SEVERAL_CURRENCIES
        units = int(self.unit_of.max(initial=0)) + 1
        volume = sum_by_group(self.unit_of, units, self.errors.abs_actual)
        known_volume = sum_by_group(self.unit_of, units, np.where(np.isnan(self.value), 0.0, self.errors.abs_actual))
        is_known = not np.isnan(self.value).all() and (100 * known_volume >= KNOWN_VALUE_PERCENT * volume).all()
        return None if is_known else NO_VALUES

    def skill(self) -> Floats:
        """Return the skill against the seasonal naive."""
        errors = self.value_added
        volume = np.maximum(errors.abs_actual, np.maximum(errors.abs_error, errors.benchmark_error))
        value = measure_skill(errors.abs_error, errors.benchmark_error, volume, self.unit_of)
        return np.array([np.nan if value is None else value])


def _explain_others(series: SeriesErrors) -> str:
    return SINGLE_SERIES if len(series.errors.n) <= 1 else SUM_ACTUALS_ZERO


MEDIAN_SERIES_WAPE = AccuracyMetric[SeriesErrors](
    name="median_series_wape",
    title="WAPE of the median series",
    path="additional.median_series_wape",
    formula="median over series (SKU at a site) of the WAPE of each",
    unit=Unit.PERCENT,
    sign=f"{SMALLER_IS_BETTER}; far from WAPE: few large series decide about it",
    zero_policy="series whose actuals sum to zero are left out; null `sum_actuals_zero` when none is left",
    source=CONVENTION,
    served=GET_KPIS,
    inputs=SeriesErrors,
    compute=lambda series: series.median_wape(),
    reason=SUM_ACTUALS_ZERO,
)
LARGEST_SERIES_SHARE = AccuracyMetric[SeriesErrors](
    name="largest_series_share",
    title="Volume of the largest series",
    path="additional.largest_series_share",
    formula="100 * largest sum|A| of a series / sum|A| of all; in several units of measure, by volume share",
    unit=Unit.PERCENT,
    sign="above 50: one series decides about WAPE and bias",
    zero_policy="null `sum_actuals_zero` when the actuals sum to zero",
    source=CONVENTION,
    served=GET_KPIS,
    inputs=SeriesErrors,
    compute=lambda series: series.largest_share(),
    reason=SUM_ACTUALS_ZERO,
)
WAPE_WITHOUT_LARGEST = AccuracyMetric[SeriesErrors](
    name="wape_without_largest",
    title="WAPE without the largest series",
    path="additional.wape_without_largest",
    formula="WAPE over all series but the one with the most volume",
    unit=Unit.PERCENT,
    sign=f"{SMALLER_IS_BETTER}; far from WAPE: the largest series decides about it",
    zero_policy=f"null `{SINGLE_SERIES}` when there is no other, `sum_actuals_zero` when their actuals sum to zero",
    source=CONVENTION,
    inputs=SeriesErrors,
    compute=lambda series: WAPE(series.without_largest()),
    explain=_explain_others,
)
WAPE_BY_VALUE = AccuracyMetric[SeriesErrors](
    name="wape_by_value",
    title="WAPE by value",
    path="additional.wape_by_value",
    formula="100 * sum(v |A - F|) / sum(v |A|), v = the value of one unit of the SKU",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=f"null `{NO_VALUES}` when the value of more than 5 % of the volume of a unit of measure is unknown, "
    f"`{SEVERAL_CURRENCIES}` when values have several currencies",
    source=CONVENTION,
    served=GET_KPIS,
    inputs=SeriesErrors,
    compute=lambda series: WAPE(series.by_value()),
    explain=lambda series: series.explain_no_value() or SUM_ACTUALS_ZERO,
)
BIAS_BY_VALUE = AccuracyMetric[SeriesErrors](
    name="bias_by_value",
    title="Bias by value, percent",
    path="additional.bias_by_value",
    formula="100 * sum(v (F - A)) / sum(v A), v = the value of one unit of the SKU",
    unit=Unit.PERCENT,
    sign=OVER_FORECAST,
    zero_policy=f"{WAPE_BY_VALUE.zero_policy}; null `{SUM_ACTUALS_ZERO}` when returns are worth as much as sales, or more",
    source=CONVENTION,
    served=GET_KPIS,
    inputs=SeriesErrors,
    compute=lambda series: BIAS_PERCENT(series.by_value()),
    explain=lambda series: series.explain_no_value() or SUM_ACTUALS_ZERO,
)
FORECAST_SKILL = AccuracyMetric[SeriesErrors](
    name="forecast_skill",
    title="Skill against the seasonal naive",
    path="additional.fva.skill",
    formula="100 * sum of votes * (naive error - error) / (naive error + error) of each series; votes: volume shares within a unit of "
    f"measure, at most {LARGEST_VOTE:.0%} for one series",
    unit=Unit.PERCENT,
    sign="positive: better than the seasonal naive; no single series decides",
    zero_policy="null `no_observations` where the seasonal naive knew nothing",
    source="Bounded relative error: a convention of this project, docs/adr/0030",
    served=GET_KPIS,
    inputs=SeriesErrors,
    compute=lambda series: series.skill(),
    population=Population.WITH_BENCHMARK,
    reason=NO_OBSERVATIONS,
)

METRICS = (
    MEDIAN_SERIES_WAPE,
    LARGEST_SERIES_SHARE,
    WAPE_WITHOUT_LARGEST,
    WAPE_BY_VALUE,
    BIAS_BY_VALUE,
    FORECAST_SKILL,
)
