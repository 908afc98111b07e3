"""The accuracy of forecasts as one value, and as the dict that is stored and served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from kpi_engine.accuracy.report.parts import (
    Additional,
    BenchmarkComparison,
    Bias,
    Control,
    Coverage,
    ForecastValueAdded,
    Joins,
    LagAccuracy,
    LargestSeries,
    Trend,
    Window,
)
from kpi_engine.accuracy.report.rows import ControlRow, HorizonRow, Rows, SiteRow, SkuRow, UnitRow, WeekRow
from kpi_engine.shared.serialise import fields_to_json, json_key

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")
Document: TypeAlias = Mapping[str, Any]
"""A report or a part of one as JSON has it."""
PARTS_OF_ADDITIONAL = ("largest_series", "smape_range", "season", "wql", "fva", "lag", "trend", "horizon_profile")
"""Keys of `additional` that are no single figures."""


@dataclass(frozen=True, kw_only=True)
class AccuracyReport:
    """Every measure of the points that occur in forecasts and actuals. Percentages are 0..100; None is undefined.

    rollup: how series are pooled: `pooled`, by volume, while all have one unit of measure, else `pooled_by_volume_share`, in which every
    unit counts by its series, and a series by its share of the volume in its unit; then figures in units are None, and unit_breakdown has
    them. sku_breakdown: the largest error first. undefined_reasons: why each figure that is None is, by its name. warnings: what readers
    of the headline figures need to know.
    """

    mape: float | None
    wape: float | None
    bias: Bias
    ci_coverage: Coverage
    sku_breakdown: Rows[SkuRow]
    site_breakdown: Rows[SiteRow]
    unit_breakdown: Rows[UnitRow]
    weekly_trends: Rows[WeekRow]
    additional: Additional
    joins: Joins
    window: Window | None
    error_grain: str
    rollup: str
    definitions_version: str
    undefined_reasons: Mapping[str, str] = field(metadata=json_key("undefined"))
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON: dicts, lists, numbers, text and None; dates as YYYY-MM-DD. undefined_reasons is `undefined`."""
        return fields_to_json(self)

    @classmethod
    def from_dict(cls, document: Document) -> AccuracyReport:
        """Return the report that `as_dict` gave; what an older version did not write is None."""
        window = document.get("window")
        return cls(
            mape=document.get("mape"),
            wape=document.get("wape"),
            bias=_bias(document.get("bias", {})),
            ci_coverage=_read_part(Coverage, document.get("ci_coverage", {})),
            sku_breakdown=Rows.from_dicts(SkuRow, document.get("sku_breakdown", ())),
            site_breakdown=Rows.from_dicts(SiteRow, document.get("site_breakdown", ())),
            unit_breakdown=Rows.from_dicts(UnitRow, document.get("unit_breakdown", ())),
            weekly_trends=Rows.from_dicts(WeekRow, document.get("weekly_trends", ())),
            additional=_additional(document.get("additional", {})),
            joins=_read_part(Joins, document.get("joins", {})),
            window=window and Window(start=date.fromisoformat(window["start"]), end=date.fromisoformat(window["end"])),
            error_grain=document["error_grain"],
            rollup=document["rollup"],
            definitions_version=document["definitions_version"],
            undefined_reasons=document.get("undefined", {}),
            warnings=tuple(document.get("warnings", ())),
        )


def _read_part(part: type[P], document: Document) -> P:
    """Return a part without parts of its own; a field that the document lacks is None.

    >>> _read_part(Trend, {"slope": 0.5, "n_weeks": 9})
    Trend(slope=0.5, direction=None, n_weeks=9)
    """
    return part(**{entry.name: document.get(entry.name) for entry in fields(part)})


def _bias(document: Document) -> Bias:
    """Return the bias; the signal and verdict of a report without `control` were those of all series together, and are left out."""
    control = document.get("control")
    if control is None:
        return _read_part(Bias, {**document, "tracking_signal": None, "verdict": None})
    worst_series = Rows.from_dicts(ControlRow, control["worst_series"])
    return _read_part(Bias, {**document, "control": _read_part(Control, {**control, "worst_series": worst_series})})


def _additional(document: Document) -> Additional:
    return Additional(
        measures={name: value for name, value in document.items() if name not in PARTS_OF_ADDITIONAL},
        largest_series=_read_part(LargestSeries, largest) if (largest := document.get("largest_series")) else None,
        smape_range=document["smape_range"],
        season=document["season"],
        wql=document["wql"],
        fva=_value_added(document["fva"]),
        lag={lag: _read_part(LagAccuracy, value) for lag, value in document["lag"].items()},
        trend=_read_part(Trend, document["trend"]),
        horizon_profile=Rows.from_dicts(HorizonRow, document["horizon_profile"]),
    )


def _value_added(document: Document) -> ForecastValueAdded:
    benchmarks = {name: _read_part(BenchmarkComparison, value) for name, value in document["benchmarks"].items()}
    return _read_part(ForecastValueAdded, {**document, "benchmarks": benchmarks})
