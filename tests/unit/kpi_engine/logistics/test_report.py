"""The typed report, and its dict with fixed keys."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.examples import logistics as example
from kpi_engine.logistics.inputs.parameters import CostParameters, LogisticsParameters
from kpi_engine.logistics.report import LogisticsReport
from kpi_engine.logistics_efficiency import LogisticsEfficiencyEngine

GOLDEN = Path(__file__).with_name("golden_report.json")
JSON_TYPES = (dict, list, str, int, float, bool, type(None))


def golden_report() -> LogisticsReport:
    engine = LogisticsEfficiencyEngine(LogisticsParameters(cost=CostParameters(baseline_per_unit=30.0)))
    historical = pd.concat([example.build_order_lines(), example.build_shipments()], ignore_index=True)
    return engine.report(historical, example.build_forecast(), example.build_capacity(), forecast_accuracy=82.0)


def values_in(document: Any) -> list[Any]:
    """Every value of a document, the nested ones too."""
    children = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return [document, *(value for item in children for value in values_in(item))]


def parts_in(value: Any) -> list[Any]:
    """Every part of a report, the nested ones too."""
    if is_dataclass(value):
        return [value, *(part for field in fields(value) for part in parts_in(getattr(value, field.name)))]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [part for item in children for part in parts_in(item)]


def test_the_dict_of_the_golden_week_is_the_recorded_one() -> None:
    assert golden_report().as_dict() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_method_of_the_brief_returns_the_report_as_a_dict() -> None:
    assert example.example() == golden_report().as_dict()


def test_a_dict_holds_nothing_but_values_of_json() -> None:
    strangers = {type(value) for value in values_in(golden_report().as_dict()) if type(value) not in JSON_TYPES}
    assert strangers == set()


def test_figures_are_read_by_attribute() -> None:
    report = golden_report()
    assert report.fill_rate.unit == pytest.approx(97.9591836735)
    assert report.otif is not None
    assert report.otif.as_of == date(2026, 7, 22)
    assert report.truck_utilization.plan is not None
    assert report.truck_utilization.plan.groups[1].loads[0].moved_in[0].from_trip == "T3"
    assert report.capacity[0].needs is not None
    assert report.capacity[0].needs.fte == 24
    assert report.dwell is not None
    assert report.dwell.by_site["LDS1"].visits == 4
    assert report.efficiency_score.components[0].name == "otif"


def test_no_part_of_a_report_can_be_changed() -> None:
    for part in parts_in(golden_report()):
        with pytest.raises(FrozenInstanceError):
            setattr(part, fields(part)[0].name, None)


def test_every_null_of_a_report_without_rows_has_a_reason() -> None:
    report = LogisticsEfficiencyEngine().report(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    assert (report.otif, report.dwell, report.cost_per_unit, report.capacity_overall) == (None, None, None, None)
    assert {"otif", "dwell", "cost_per_unit", "capacity_overall", "efficiency_score.score"} <= set(report.undefined_reasons)


def test_the_accuracy_of_the_forecast_counts_in_the_score_alone() -> None:
    engine, frames = LogisticsEfficiencyEngine(), (example.build_order_lines(), example.build_forecast(), example.build_capacity())
    without, with_accuracy = engine.report(*frames), engine.report(*frames, forecast_accuracy=np.float64(90))
    assert with_accuracy.efficiency_score.weight_coverage == without.efficiency_score.weight_coverage + 15
    assert without.as_dict() | {"efficiency_score": None, "undefined": None} == with_accuracy.as_dict() | {
        "efficiency_score": None,
        "undefined": None,
    }
