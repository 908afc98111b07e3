"""The metrics of dwell and detention."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kpi_engine.logistics.arithmetic import count_true, percentage, sum_exactly
from kpi_engine.logistics.metric import SMALLER_IS_BETTER, LogisticsMetric, count_metric, parameter_metric
from kpi_engine.logistics.score.dwell_segments import SEGMENT_METRICS
from kpi_engine.logistics.score.visits import DwellTimes, Visits
from kpi_engine.shared.metric import ScorAttribute, Unit

OIG = "US DOT OIG, ST2018019 (detention of commercial drivers)"
NULL_WITHOUT_TIMES = "null (the whole of `dwell`) when gate times are not there"


def _minutes_metric(
    name: str,
    title: str,
    key: str,
    formula: str,
    compute: Callable[[DwellTimes], float],
    scor: ScorAttribute = ScorAttribute.RESPONSIVENESS,
) -> LogisticsMetric[DwellTimes, float]:
    return LogisticsMetric(
        name=name,
        title=title,
        path=f"dwell.{key}",
        formula=formula,
        unit=Unit.MINUTES,
        sign=SMALLER_IS_BETTER,
        zero_policy=NULL_WITHOUT_TIMES,
        source=OIG,
        scor=scor,
        compute=compute,
    )


DWELL_MEDIAN = _minutes_metric(
    "dwell_median", "Median dwell", "median", "median of gate-out - gate-in", lambda times: float(np.percentile(times.minutes, 50))
)
DWELL_P90 = _minutes_metric(
    "dwell_p90",
    "90th percentile of dwell",
    "p90",
    "90th percentile of gate-out - gate-in, linear interpolation",
    lambda times: float(np.percentile(times.minutes, 90)),
)
DWELL_OVER_FREE = LogisticsMetric[DwellTimes, float | None](
    name="dwell_over_free",
    title="Visits beyond the free time",
    path="dwell.share_over_free",
    formula="100 * visits with dwell > free time / visits",
    unit=Unit.PERCENT,
    sign=SMALLER_IS_BETTER,
    zero_policy=NULL_WITHOUT_TIMES,
    source=OIG,
    scor=ScorAttribute.RESPONSIVENESS,
    compute=lambda times: percentage(count_true(times.detention > 0), len(times.minutes)),
)
DETENTION = _minutes_metric(
    "detention",
    "Detention",
    "detention_minutes",
    "sum max(0, dwell - free time)",
    lambda times: sum_exactly(times.detention),
    scor=ScorAttribute.COST,
)
DWELL_VISITS: LogisticsMetric[DwellTimes, int] = count_metric(
    "dwell_visits",
    "Visits measured",
    "dwell.visits",
    "visits with both gate times in order",
    lambda times: len(times.minutes),
    zero_policy=NULL_WITHOUT_TIMES,
    scor=ScorAttribute.RESPONSIVENESS,
)
MISSING_TIME: LogisticsMetric[Visits, int] = count_metric(
    "dwell_excluded_missing",
    "Visits left out: a gate time is missing",
    "dwell.n_excluded.missing_time",
    "visits without gate-in or gate-out",
    lambda visits: count_true(np.isnan(visits.minutes)),
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.RESPONSIVENESS,
)
NEGATIVE_TIME: LogisticsMetric[Visits, int] = count_metric(
    "dwell_excluded_negative",
    "Visits left out: gate-out before gate-in",
    "dwell.n_excluded.negative",
    "visits with a negative dwell",
    lambda visits: count_true(np.asarray(visits.minutes < 0)),
    sign=SMALLER_IS_BETTER,
    scor=ScorAttribute.RESPONSIVENESS,
)
METRICS = (
    *(DWELL_MEDIAN, DWELL_P90, DWELL_OVER_FREE, DETENTION, DWELL_VISITS),
    parameter_metric(
        "dwell_free_time",
        "Free time",
        "dwell.free_minutes",
        Unit.MINUTES,
        sign="larger is more lenient",
        source=OIG,
        scor=ScorAttribute.RESPONSIVENESS,
    ),
    *(metric for metrics in SEGMENT_METRICS.values() for metric in metrics),
    *(MISSING_TIME, NEGATIVE_TIME),
)
