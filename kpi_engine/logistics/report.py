"""The report of the logistics engine: frozen values for services, and the dict with fixed keys for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kpi_engine.logistics.capacity.overall import CapacityOverall
from kpi_engine.logistics.capacity.rows import CapacityRow
from kpi_engine.logistics.metric import SMALLER_IS_BETTER, LogisticsMetric, count_metric
from kpi_engine.logistics.score.cost import CostPerUnit
from kpi_engine.logistics.score.dwell import Dwell
from kpi_engine.logistics.score.grade import EfficiencyScore
from kpi_engine.logistics.service.fill import FillRate
from kpi_engine.logistics.service.otif import Otif
from kpi_engine.logistics.transport.utilisation import TruckUtilisation
from kpi_engine.shared.serialise import fields_to_json, json_key

DEFINITIONS_VERSION = "1"


@dataclass(frozen=True)
class InputExclusions:
    """Numbers of rows of forecast_data and capacity_data that no figure counts, by reason."""

    forecast_without_value_or_date: int
    missing_rated: int


@dataclass(frozen=True, kw_only=True)
class LogisticsReport:
    """Every measure that the columns allow; a part that is None has its reason in undefined_reasons.

    Percentages are 0..100, money in its currency, times in minutes. undefined_reasons: why each None is, by its path in the dict, but for
    those of the rows of `capacity`, which have their own.
    """

    fill_rate: FillRate
    otif: Otif | None
    truck_utilization: TruckUtilisation
    dwell: Dwell | None
    cost_per_unit: CostPerUnit | None
    capacity_overall: CapacityOverall | None
    capacity: tuple[CapacityRow, ...]
    efficiency_score: EfficiencyScore
    undefined_reasons: Mapping[str, str] = field(metadata=json_key("undefined"))
    n_excluded: InputExclusions
    definitions_version: str = DEFINITIONS_VERSION

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON; keys are the names of the fields, but for `undefined`, which has the undefined_reasons."""
        return fields_to_json(self)


FORECAST_ROWS_EXCLUDED: LogisticsMetric[InputExclusions, int] = count_metric(
    "forecast_rows_excluded",
    "Forecast rows left out",
    "n_excluded.forecast_without_value_or_date",
    "rows without a value or a date",
    lambda rows: rows.forecast_without_value_or_date,
    sign=SMALLER_IS_BETTER,
)
METRICS = (FORECAST_ROWS_EXCLUDED,)
