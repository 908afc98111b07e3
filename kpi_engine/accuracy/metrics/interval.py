"""Quality of prediction intervals."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.metrics.accuracy_metric import AccuracyMetric, Population
from kpi_engine.accuracy.metrics.interval_sums import IntervalSums
from kpi_engine.shared.arrays import Floats, ratio
from kpi_engine.shared.metric import GET_KPIS, Unit

Z_95 = 1.959963984540054
ENOUGH_POINTS = 30
GNEITING_RAFTERY = "Gneiting and Raftery 2007, Strictly proper scoring rules"
NULL_WITHOUT_INTERVAL = "null `no_observations` without a point that has an interval"


def wilson(inside: Floats, n: Floats, *, side: int) -> Floats:
    """Return one end of the 95 % Wilson interval of the share inside / n, percent: the lower (side = -1) or the upper (1).

    Source: Wilson 1927.

    >>> [wilson(np.array([5.0]), np.array([7.0]), side=side).round(2).item() for side in (-1, 1)]
    [35.89, 91.78]
    """
    z2 = Z_95**2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = inside / n
        centre = (share + z2 / (2 * n)) / (1 + z2 / n)
        half_width = Z_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return np.clip(100 * (centre + side * half_width), 0.0, 100.0)  # the last bit of a share of 0 or 1 may be outside


COVERAGE = AccuracyMetric[IntervalSums](
    name="ci_coverage",
    title="Coverage of the prediction interval",
    path="ci_coverage.coverage",
    formula="100 * share of lower <= A <= upper",
    unit=Unit.PERCENT,
    sign="nearest to nominal is best",
    zero_policy=f"{NULL_WITHOUT_INTERVAL}; missing and crossed bounds are counted in ci_coverage.n_excluded",
    source=GNEITING_RAFTERY,
    served=GET_KPIS,
    inputs=IntervalSums,
    compute=lambda sums: 100 * ratio(sums.n_inside, sums.n),
    population=Population.WITH_INTERVAL,
)
COVERAGE_GAP = AccuracyMetric[IntervalSums](
    name="ci_coverage_gap",
    title="Coverage gap",
    path="ci_coverage.gap",
    formula="coverage - nominal",
    unit=Unit.POINTS,
    sign="negative: intervals are too narrow",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source=GNEITING_RAFTERY,
    inputs=IntervalSums,
    compute=lambda sums: COVERAGE(sums) - sums.nominal(),
    reason_key=None,
)
WILSON_LOWER = AccuracyMetric[IntervalSums](
    name="ci_coverage_wilson_lower",
    title="Coverage, lower end of its 95 % interval",
    path="ci_coverage.wilson_lower",
    formula="(p + z^2/2n - z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), z = 1.96, in percent",
    unit=Unit.PERCENT,
    sign="describes the sample",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source="Wilson 1927, Probable inference",
    inputs=IntervalSums,
    compute=lambda sums: wilson(sums.n_inside, sums.n, side=-1),
    reason_key=None,
)
WILSON_UPPER = AccuracyMetric[IntervalSums](
    name="ci_coverage_wilson_upper",
    title="Coverage, upper end of its 95 % interval",
    path="ci_coverage.wilson_upper",
    formula="(p + z^2/2n + z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), z = 1.96, in percent",
    unit=Unit.PERCENT,
    sign="describes the sample",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source="Wilson 1927, Probable inference",
    inputs=IntervalSums,
    compute=lambda sums: wilson(sums.n_inside, sums.n, side=1),
    reason_key=None,
)
SHARE_BELOW = AccuracyMetric[IntervalSums](
    name="share_below",
    title="Actuals below the interval",
    path="ci_coverage.share_below",
    formula="100 * share of A < lower",
    unit=Unit.PERCENT,
    sign="(100 - nominal) / 2 is expected",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source=GNEITING_RAFTERY,
    inputs=IntervalSums,
    compute=lambda sums: 100 * ratio(sums.n_below, sums.n),
    reason_key=None,
)
SHARE_ABOVE = AccuracyMetric[IntervalSums](
    name="share_above",
    title="Actuals above the interval",
    path="ci_coverage.share_above",
    formula="100 * share of A > upper",
    unit=Unit.PERCENT,
    sign="(100 - nominal) / 2 is expected",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source=GNEITING_RAFTERY,
    inputs=IntervalSums,
    compute=lambda sums: 100 * ratio(sums.n_above, sums.n),
    reason_key=None,
)
MEAN_WIDTH = AccuracyMetric[IntervalSums](
    name="mean_interval_width",
    title="Mean width of the interval",
    path="ci_coverage.mean_width",
    formula="mean(upper - lower)",
    unit=Unit.UNITS,
    sign="smaller is better at the same coverage",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source=GNEITING_RAFTERY,
    inputs=IntervalSums,
    compute=lambda sums: ratio(sums.width, sums.n),
    reason_key=None,
)
RELATIVE_WIDTH = AccuracyMetric[IntervalSums](
    name="relative_interval_width",
    title="Relative width of the interval",
    path="ci_coverage.relative_width",
    formula="sum(upper - lower) / sum|A|",
    unit=Unit.RATIO,
    sign="smaller is better at the same coverage",
    zero_policy="null when the actuals sum to zero",
    source=GNEITING_RAFTERY,
    inputs=IntervalSums,
    compute=lambda sums: ratio(sums.width, sums.abs_actual),
    reason_key=None,
)
INTERVAL_SCORE = AccuracyMetric[IntervalSums](
    name="interval_score",
    title="Interval score",
    path="ci_coverage.interval_score",
    formula="mean of (u - l) + 2/alpha * (l - A where A < l) + 2/alpha * (A - u where A > u), alpha = 1 - level",
    unit=Unit.UNITS,
    sign="smaller is better",
    zero_policy=NULL_WITHOUT_INTERVAL,
    source=GNEITING_RAFTERY,
    inputs=IntervalSums,
    compute=lambda sums: ratio(sums.score, sums.n),
    reason_key=None,
)

METRICS = (
    COVERAGE,
    COVERAGE_GAP,
    WILSON_LOWER,
    WILSON_UPPER,
    SHARE_BELOW,
    SHARE_ABOVE,
    MEAN_WIDTH,
    RELATIVE_WIDTH,
    INTERVAL_SCORE,
)


def judge_coverage(sums: IntervalSums) -> str | None:
    """Return calibrated where the nominal level is inside the Wilson interval, else overconfident (too narrow) or underconfident.

    `sums` has one group. insufficient_data below 30 points, None without any.

    >>> sums = IntervalSums.zeros(1)
    >>> judge_coverage(sums) is None
    True
    """
    n, nominal = sums.n[0], sums.nominal()[0]
    if not n:
        return None
    if n < ENOUGH_POINTS:
        return "insufficient_data"
    low, high = WILSON_LOWER(sums)[0], WILSON_UPPER(sums)[0]
    if low <= nominal <= high:
        return "calibrated"
    return "overconfident" if high < nominal else "underconfident"
