"""A finding: what a rule concluded from the facts of a run, with everything that explains it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpi_engine.insights.terms import InsightCategory

DO_NOTHING = "do nothing"
RESIDUAL = "residual"
NOT_CHECKED = "not_checked"
Value = float | int | str | bool | None


RATES = frozenset({"percent", "point", "points", "ratio", "share", "index", "score"})


def adds_up(name: str) -> bool:
    """Whether amounts of a unit, or results of this name, can be added up: rates, such as percentages and amounts per unit, cannot.

    >>> [adds_up(name) for name in ("units", "EUR", "percent", "points of fill", "cost_per_unit", "unit_fill_percent", "usual_wape")]
    [True, True, False, False, False, False, False]
    """
    words = set(re.split(r"[^a-z]+", name.lower()))
    return not words & (RATES | {"per", "wape", "utilisation"})


@dataclass(frozen=True)
class Rule:
    """A rule by its id with version, such as late_source.v1. can_be_muted: it mutes itself when nobody uses its insights."""

    id: str
    category: InsightCategory
    question: str
    can_be_muted: bool = True


@dataclass(frozen=True)
class Measurement:
    """What was seen: value beside expectation and threshold, in `unit`. lower, upper: the interval of this level, where one is known."""

    metric: str
    value: float
    unit: str
    expected: float | None = None
    threshold: float | None = None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None

    @property
    def delta(self) -> float | None:
        """Value minus expectation."""
        return None if self.expected is None else self.value - self.expected


@dataclass(frozen=True)
class Driver:
    """A part of the difference: units (negative: downwards) of one value of a dimension; RESIDUAL is what no driver explains."""

    kind: str
    key: str
    units: float
    count: int | None = None


@dataclass(frozen=True)
class Money:
    """An amount in a currency; low and high None without an interval."""

    expected: float
    currency: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Impact:
    """Units affected, never negative, and money, or the reason why there is none."""

    units: float
    unit: str
    money: Money | None = None
    money_reason: str | None = None


@dataclass(frozen=True)
class Confidence:
    """Three factors, 0..1; the confidence is their product."""

    evidence: float
    data_quality: float
    statistical: float

    @property
    def score(self) -> float:
        """The confidence, 0..100."""
        return 100 * self.evidence * self.data_quality * self.statistical


@dataclass(frozen=True)
class Rejection:
    """Another explanation and why it does not hold."""

    hypothesis: str
    why: str


@dataclass(frozen=True)
class Counterfactual:
    """What follows from an action, computed by the engines: results by name. cost None: unknown.

    is_feasible None: unknown, with the reason. constraints: what was checked for it. steps: the action in its parts.
    """

    action: str
    result: Mapping[str, Value]
    cost: Money | None = None
    cost_reason: str | None = None
    is_feasible: bool | None = None
    feasibility_reason: str | None = NOT_CHECKED
    constraints: tuple[str, ...] = ()
    steps: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class Sensitivity:
    """The finding does not hold when a parameter or measurement is on the other side of a value: comparison is <= or >=."""

    parameter: str
    comparison: str
    value: float


@dataclass(frozen=True)
class Evidence:
    """Which rows the finding is about: of these sites and SKUs (empty: all) on these days, or of one object."""

    first_day: date | None = None
    last_day: date | None = None
    site_ids: tuple[str, ...] = ()
    sku_ids: tuple[str, ...] = ()
    object_key: str | None = None
    dataset: str | None = None


@dataclass(frozen=True)
class Occurrence:
    """What must be new for an insight to open again that somebody has resolved: a day later than the data of then.

    day: the last day on which it happened; of a window, whose days stay in it for weeks, the first; None for rows of no day.
    is_larger_new: a larger deviation than that of then is new as well.
    """

    day: date | None = None
    is_larger_new: bool = False


@dataclass(frozen=True)
class Sources:
    """More rows that a finding is about: of one data set, of these sites on these days, or the whole of it.

    dataset None: the data sets that demand is made of.
    """

    dataset: str | None
    first_day: date | None = None
    last_day: date | None = None
    site_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PredictedDemand:
    """Demand of sites and SKUs (empty: all) from a day to a day, in units.

    expected: what the finding says of it; limit: beyond which it is true.
    """

    first_day: date
    last_day: date
    expected: float
    limit: float
    site_ids: tuple[str, ...] = ()
    sku_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding. scope: what it is about, by dimension. first_day: the first day on which acting matters.

    deadline: None for the one that follows from the priority. volume_share: percentile of the affected volume, 0..100. period: part of the
    identity, so that a new period is a new insight. is_cause: it has a cause of its own and is not rolled up with others.
    sources: rows beside those of `evidence`. predictions: what is measured once its days have passed.
    details: the rows from which the figures are computed, by name. occurrence: of what has passed; None for coming days and lasting states.
    """

    rule: Rule
    scope: Mapping[str, str]
    headline: str
    cause: str
    action: str
    owner_role: str
    first_day: date
    measurement: Measurement
    impact: Impact
    volume_share: float
    confidence: Confidence
    next_command: str
    deadline: date | None = None
    direction: str = ""
    period: str = ""
    drivers: tuple[Driver, ...] = ()
    assumptions: tuple[str, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    limits: tuple[str, ...] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    sources: tuple[Sources, ...] = ()
    predictions: tuple[PredictedDemand, ...] = ()
    details: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    children: tuple[Finding, ...] = ()
    occurrence: Occurrence | None = None
    is_cause: bool = False
