"""The accuracy of forecasts as one value, and as the dict that is stored and served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpi_engine.accuracy.report.parts import (
    Additional,
    BenchmarkComparison,
    Bias,
    Coverage,
    ForecastValueAdded,
    Joins,
    LagAccuracy,
    Trend,
    Window,
)
from kpi_engine.accuracy.report.rows import HorizonRow, Rows, SiteRow, SkuRow, WeekRow
from kpi_engine.accuracy.report.serialise import part_from_json, to_json

PARTS_OF_ADDITIONAL = ("smape_range", "season", "wql", "fva", "lag", "trend", "horizon_profile")
"""What is in `additional` beside figures of their own."""


@dataclass(frozen=True, kw_only=True)
class AccuracyReport:
    """Every measure of the points that occur in forecasts and actuals. Percentages are 0..100; None is undefined.

    sku_breakdown: the largest absolute error first. undefined: why each figure that is None is, by its name.
    """

    mape: float | None
    wape: float | None
    bias: Bias
    ci_coverage: Coverage
    sku_breakdown: Rows[SkuRow]
    site_breakdown: Rows[SiteRow]
    weekly_trends: Rows[WeekRow]
    additional: Additional
    joins: Joins
    window: Window | None
    error_grain: str
    rollup: str
    definitions_version: str
    undefined: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it: dicts, lists, numbers, text and None; dates as YYYY-MM-DD."""
        document: dict[str, Any] = to_json(self)
        return document | {"additional": self.additional.as_dict()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> AccuracyReport:
        """Return the report that `as_dict` gave; what an older version did not write is None."""
        window = document.get("window")
        return cls(
            mape=document.get("mape"),
            wape=document.get("wape"),
            bias=part_from_json(Bias, document.get("bias", {})),
            ci_coverage=part_from_json(Coverage, document.get("ci_coverage", {})),
            sku_breakdown=Rows.from_dicts(SkuRow, document.get("sku_breakdown", ())),
            site_breakdown=Rows.from_dicts(SiteRow, document.get("site_breakdown", ())),
            weekly_trends=Rows.from_dicts(WeekRow, document.get("weekly_trends", ())),
            additional=_additional(document.get("additional", {})),
            joins=part_from_json(Joins, document.get("joins", {})),
            window=window and Window(start=date.fromisoformat(window["start"]), end=date.fromisoformat(window["end"])),
            error_grain=document["error_grain"],
            rollup=document["rollup"],
            definitions_version=document["definitions_version"],
            undefined=document.get("undefined", {}),
        )


def _additional(document: Mapping[str, Any]) -> Additional:
    return Additional(
        measures={name: value for name, value in document.items() if name not in PARTS_OF_ADDITIONAL},
        smape_range=document["smape_range"],
        season=document["season"],
        wql=document["wql"],
        fva=_value_added(document["fva"]),
        lag={lag: part_from_json(LagAccuracy, value) for lag, value in document["lag"].items()},
        trend=part_from_json(Trend, document["trend"]),
        horizon_profile=Rows.from_dicts(HorizonRow, document["horizon_profile"]),
    )


def _value_added(document: Mapping[str, Any]) -> ForecastValueAdded:
    benchmarks = {name: part_from_json(BenchmarkComparison, value) for name, value in document["benchmarks"].items()}
    return part_from_json(ForecastValueAdded, {**document, "benchmarks": benchmarks})
