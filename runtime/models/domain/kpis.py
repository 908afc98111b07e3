"""KPI values and accuracy reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from kpi_engine.accuracy.report.accuracy_report import AccuracyReport


class Basis(StrEnum):
    """Basis of comparison of a forecast: days held out of a back-test, or actuals that arrived later."""

    BACKTEST = "BACKTEST"
    ACTUALS = "ACTUALS"


@dataclass(frozen=True)
class RunAccuracy:
    """The accuracy of the forecasts of `run_id`, as known on `as_of_date`, computed in the run `computed_by`."""

    run_id: UUID
    basis: Basis
    as_of_date: date
    computed_by: UUID
    report: AccuracyReport


@dataclass(frozen=True)
class KpiMetric:
    """One value of one metric over one period. `value` None means undefined; the reason is in `metadata["undefined_reason"]`.

    `calculation_date` is the date the value describes (the period's last day); `dimensions` say what it is about.
    """

    name: str
    value: float | None
    unit: str
    period_start: date
    period_end: date
    dimensions: Mapping[str, str]
    run_id: UUID
    n_obs: int | None = None
    period_grain: str = "window"
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calculation_date(self) -> date:
        """The last day of the period."""
        return self.period_end

    @property
    def dimension_hash(self) -> str:
        """32 hexadecimal digits that are equal for equal dimensions, whatever their order."""
        canonical = json.dumps(dict(self.dimensions), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return blake2b(canonical.encode(), digest_size=16).hexdigest()
