"""Accuracy reports as single KPI values."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kpi_engine.accuracy.metrics.catalogue import METRICS
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.metric import GET_KPIS
from runtime.models.domain.kpis import Basis, KpiMetric, RunAccuracy
from runtime.services.kpis.accuracy_metrics import extract_metrics
from tests.fakes.examples import AS_OF, a_run
from tests.unit.kpi_engine.examples import actuals, forecasts, golden

SITES = ["LDS1", "MAN1"]


def accuracy(forecast: pd.DataFrame, actual: pd.DataFrame) -> RunAccuracy:
    return RunAccuracy(a_run().id, Basis.ACTUALS, AS_OF, a_run().id, ForecastAccuracyEngine().report(forecast, actual))


def totals(run_accuracy: RunAccuracy) -> dict[str, KpiMetric]:
    return {metric.name: metric for metric in extract_metrics(run_accuracy) if metric.dimensions["level"] == "total"}


def two_sites() -> RunAccuracy:
    """Site LDS1 is forecast 12 where 10 came, site MAN1 has no demand and is forecast 3."""
    forecast = pd.concat([forecasts([12], site_id="LDS1"), forecasts([3], site_id="MAN1")])
    actual = pd.concat([actuals([10]).assign(site_id="LDS1"), actuals([0]).assign(site_id="MAN1")])
    return accuracy(forecast, actual)


def test_exactly_the_metrics_that_the_route_serves_are_stored() -> None:
    assert set(totals(accuracy(*golden()))) == {metric.name for metric in METRICS if metric.served == GET_KPIS}


def test_each_value_is_the_figure_of_the_report_with_the_unit_of_its_definition() -> None:
    run_accuracy = accuracy(*golden())
    report, kpis = run_accuracy.report, totals(run_accuracy)
    assert report.bias.control is not None
    expected = {
        "wape": report.wape,
        "mape": report.mape,
        "bias_units": 20.0,
        "bias_percent": report.bias.percent,
        "series_out_of_control": report.bias.control.series_out_of_control,
        "largest_series_share": 100.0,
        "ci_coverage": report.ci_coverage.coverage,
        "forecast_value_added": report.additional.fva.points,
        **{name: report.additional.measures[name] for name in ("accuracy", "smape", "mase", "rmsse")},
    }
    assert {name: kpis[name].value for name in expected} == expected
    assert {metric.name: metric.unit.value for metric in METRICS if metric.served == GET_KPIS} == {
        name: one.unit for name, one in kpis.items()
    }


def test_a_value_says_how_many_points_it_rests_on() -> None:
    forecast, actual = golden()
    forecast.loc[0, "confidence_lower"] = None
    counts = {name: metric.n_obs for name, metric in totals(accuracy(forecast, actual)).items()}
    assert {name: n for name, n in counts.items() if n != 7} == {"mape": 6, "ci_coverage": 6}


def test_a_value_describes_the_window_of_the_report_and_what_was_known_when() -> None:
    wape = totals(accuracy(*golden()))["wape"]
    assert (wape.period_start, wape.period_end) == (date(2026, 11, 2), date(2026, 11, 8))
    assert wape.dimensions == {"basis": "ACTUALS", "level": "total"}
    assert wape.metadata == {"definitions_version": "2", "as_of_date": AS_OF.isoformat()}
    assert wape.run_id == a_run().id


def test_each_site_has_the_figures_of_its_row() -> None:
    by_site = {
        (metric.dimensions["site_id"], metric.name): metric.value
        for metric in extract_metrics(two_sites())
        if metric.dimensions["level"] == "site"
    }
    assert by_site == {
        ("LDS1", "wape"): pytest.approx(20.0),
        ("LDS1", "mape"): pytest.approx(20.0),
        ("LDS1", "bias_percent"): pytest.approx(20.0),
        **{("MAN1", name): None for name in ("wape", "mape", "bias_percent")},
    }


def test_an_undefined_value_carries_its_reason() -> None:
    reasons = {
        metric.name: metric.metadata["undefined_reason"]
        for metric in extract_metrics(two_sites())
        if metric.dimensions.get("site_id") == "MAN1"
    }
    assert reasons == {"wape": "sum_actuals_zero", "mape": "all_actuals_zero", "bias_percent": "sum_actuals_zero"}
    kpis = totals(accuracy(forecasts([3, 3]), actuals([0, 0])))
    assert (kpis["wape"].value, kpis["wape"].metadata["undefined_reason"]) == (None, "sum_actuals_zero")
    assert (kpis["mase"].value, kpis["mase"].metadata["undefined_reason"]) == (None, "no_observations")
    assert all(("undefined_reason" in metric.metadata) == (metric.value is None) for metric in kpis.values())


def test_a_report_without_points_gives_no_value() -> None:
    assert list(extract_metrics(accuracy(forecasts([3]), actuals([])))) == []
