"""The report as a value, as the dict that is stored and served, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kpi_engine.accuracy.metrics.catalogue import HEADLINE_METRICS, METRICS
from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from kpi_engine.accuracy.report.rows import HorizonRow, SiteRow, SkuRow, WeekRow
from kpi_engine.examples import forecast_accuracy
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy import panels

ENGINE = ForecastAccuracyEngine()
GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden_reports.json").read_text(encoding="utf-8"))


def frames_of(name: str) -> list[pd.DataFrame]:
    if name == "example":
        return list(forecast_accuracy.inputs().values())
    return [pd.DataFrame(), pd.DataFrame()] if name == "nothing" else [panels.forecasts(1), panels.demand(1)]


def make_report(name: str) -> AccuracyReport:
    return ENGINE.report(*frames_of(name), error_grain=name.removeprefix("panel_by_") if name.startswith("panel_by_") else "day")


def differences(value: Any, golden: Any, path: str = "") -> Iterator[str]:
    """The paths at which a value is not the golden one, but for the last bits, in which libraries differ, and for keys that are new."""
    if isinstance(golden, dict):
        for key, item in golden.items():
            yield from differences(value[key], item, f"{path}.{key}") if key in value else [f"{path}.{key} is missing"]
    elif isinstance(golden, list):
        for number, (own, item) in enumerate(zip(value, golden, strict=True)):
            yield from differences(own, item, f"{path}[{number}]")
    elif value != (pytest.approx(golden, rel=1e-12, abs=1e-12) if isinstance(golden, float) else golden):
        yield f"{path}: {value} is not {golden}"


@pytest.mark.parametrize("name", GOLDEN)
def test_every_key_of_the_first_version_has_its_value_to_this_day(name: str) -> None:
    assert list(differences(make_report(name).as_dict(), GOLDEN[name])) == []


@pytest.mark.parametrize("name", GOLDEN)
def test_a_report_survives_json(name: str) -> None:
    report = make_report(name)
    assert AccuracyReport.from_dict(json.loads(json.dumps(report.as_dict(), allow_nan=False))) == report


@pytest.mark.parametrize("name", GOLDEN)
def test_the_method_of_the_brief_returns_the_dict_of_the_report(name: str) -> None:
    report = make_report(name)
    assert ENGINE.calculate_forecast_kpis(*frames_of(name), error_grain=report.error_grain) == report.as_dict()


def test_a_report_cannot_be_changed() -> None:
    report = make_report("example")
    with pytest.raises(FrozenInstanceError):
        report.wape = 0.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        report.bias.units = 0.0  # type: ignore[misc]
    with pytest.raises(AttributeError):
        report.sku_breakdown[0].wape = 0.0  # type: ignore[misc]


def test_parts_and_rows_are_read_by_attribute() -> None:
    report = make_report("panel_by_day")
    assert report.window is not None
    assert (report.window.start, report.window.end) == (panels.FIRST + timedelta(days=60), panels.FIRST + timedelta(days=108))
    assert report.window.length == timedelta(days=49)
    assert report.additional.fva.benchmarks["random_walk"].n_obs == report.joins.matched
    assert len({lag.n + lag.no_snapshot for lag in report.additional.lag.values()}) == 1
    rows = (report.sku_breakdown, report.site_breakdown, report.weekly_trends, report.additional.horizon_profile)
    assert [type(part[0]) for part in rows] == [SkuRow, SiteRow, WeekRow, HorizonRow]


def test_every_figure_of_all_points_is_where_its_path_leads() -> None:
    report = make_report("example")
    document = report.as_dict()
    figures = {metric.name: metric.value_in(document) for metric in HEADLINE_METRICS}
    assert figures["mae"] == report.additional.measures["mae"] == pytest.approx(60 / 7)
    assert figures["bias_units"] == report.bias.units == 20
    assert figures["forecast_value_added"] == report.additional.fva.points
    assert figures["wql_p90"] == report.additional.wql["p90"]
    assert figures["lag_1w_wape"] == figures["wape"]
    assert figures["lag_2w_wape"] is None


def test_every_undefined_figure_has_its_reason_under_a_key_of_its_own() -> None:
    report = make_report("nothing")
    keys = [metric.key_of_reason for metric in HEADLINE_METRICS if metric.key_of_reason is not None]
    assert len(set(keys)) == len(keys)
    assert set(report.undefined_reasons) == set(keys)


def test_a_figure_without_a_reason_of_its_own_is_null_only_with_one_that_has() -> None:
    reason_of = {
        "accuracy_raw": "accuracy",
        "benchmark_wape": "forecast_value_added",
        "lag_1w_bias": "lag_1w_wape",
        **{metric.name: "ci_coverage" for metric in METRICS if metric.path.startswith("ci_coverage.")},
    }
    by_name = {metric.name: metric for metric in HEADLINE_METRICS}
    for name in ("example", "panel_by_day", "panel_by_month", "nothing"):
        document = make_report(name).as_dict()
        for one, other in reason_of.items():
            assert (by_name[one].value_in(document) is None) == (by_name[other].value_in(document) is None), (name, one)


def test_fields_missing_from_an_older_report_are_none() -> None:
    document = make_report("example").as_dict()
    del document["additional"]["mae"], document["bias"]["mean"], document["sku_breakdown"][0]["mase"]
    report = AccuracyReport.from_dict(document)
    assert "mae" not in report.additional.measures
    assert (report.bias.mean, report.sku_breakdown[0].mase) == (None, None)


def test_a_report_without_points_has_no_window() -> None:
    assert make_report("nothing").window is None
    assert make_report("nothing").as_dict()["window"] is None


def test_dates_of_a_window_are_iso_texts_in_the_dict() -> None:
    assert make_report("example").as_dict()["window"] == {"start": date(2026, 7, 20).isoformat(), "end": "2026-07-26"}
