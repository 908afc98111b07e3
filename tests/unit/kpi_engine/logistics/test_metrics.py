"""The metrics of the logistics engine: one value each, whose figure the report gives."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from kpi_engine.examples import logistics as example
from kpi_engine.logistics.inputs.logistics_inputs import read_inputs
from kpi_engine.logistics.inputs.parameters import DwellParameters, LogisticsParameters, TransportParameters
from kpi_engine.logistics.metric import LogisticsMetric, compute_figures, count_metric, explain_missing_columns, parameter_metric
from kpi_engine.logistics.metrics import METRICS
from kpi_engine.logistics.score.dwell_metrics import DETENTION, DWELL_MEDIAN
from kpi_engine.logistics.score.visits import DwellTimes, list_visits
from kpi_engine.logistics.service import fill, otif
from kpi_engine.logistics.service.due_lines import DueLines, select_due_lines
from kpi_engine.logistics.service.fill_lines import FillLines, select_fill_lines
from kpi_engine.logistics.transport import utilisation_metrics
from kpi_engine.logistics.transport.fleet_trips import FleetTrips, select_trips
from kpi_engine.shared.metric import GET_KPIS, Unit

DOCUMENT = example.example()
PARAMETERS = LogisticsParameters()
INPUTS = read_inputs(
    pd.concat([example.build_order_lines(), example.build_shipments()], ignore_index=True),
    example.build_forecast(),
    example.build_capacity(),
)
FILL_LINES = select_fill_lines(INPUTS.lines, "original_qty")
DUE_LINES = select_due_lines(INPUTS.lines, PARAMETERS.otif)
FLEET = select_trips(INPUTS.shipments, INPUTS.trips, TransportParameters())
HALF = LogisticsMetric[float, float | None](
    name="half",
    title="Half",
    path="part.half",
    formula="x / 2",
    unit=Unit.UNITS,
    sign="no sign",
    zero_policy="null for 0",
    source="a test",
    compute=lambda number: number / 2 or None,
)


def test_there_are_105_metrics_and_no_two_have_one_path() -> None:
    assert len(METRICS) == 105
    assert {path: n for path, n in Counter(metric.path for metric in METRICS).items() if n > 1} == {}


def test_get_kpis_serves_every_logistics_metric() -> None:
    assert {metric.served for metric in METRICS} == {GET_KPIS}


@pytest.mark.parametrize("metric", fill.METRICS, ids=lambda metric: metric.name)
def test_a_fill_metric_computes_the_figure_of_the_report(metric: LogisticsMetric[FillLines, object]) -> None:
    assert metric(FILL_LINES) == metric.value_in(DOCUMENT)


@pytest.mark.parametrize("metric", [*otif.RATES, otif.OTIF_LINES, otif.OTIF_ORDERS], ids=lambda metric: metric.name)
def test_an_otif_metric_computes_the_figure_of_the_report(metric: LogisticsMetric[DueLines, object]) -> None:
    assert metric(DUE_LINES) == metric.value_in(DOCUMENT)


@pytest.mark.parametrize("metric", [*utilisation_metrics.RATES, *utilisation_metrics.COUNTS], ids=lambda metric: metric.name)
def test_a_utilisation_metric_computes_the_figure_of_the_report(metric: LogisticsMetric[FleetTrips, object]) -> None:
    assert metric(FLEET) == metric.value_in(DOCUMENT)


def test_dwell_metrics_compute_the_figures_of_the_report() -> None:
    times = DwellTimes(list_visits(INPUTS.shipments).minutes, DwellParameters().free_minutes)
    assert DWELL_MEDIAN(times) == DWELL_MEDIAN.value_in(DOCUMENT)
    assert DETENTION(times) == DETENTION.value_in(DOCUMENT)


def test_a_null_has_the_reason_of_its_metric() -> None:
    assert compute_figures(0.0, [HALF]).undefined_reasons == {"part.half": "no_observations"}
    assert compute_figures(8.0, [HALF]).undefined_reasons == {}


def test_an_explanation_goes_before_the_reason_and_may_leave_it_to_it() -> None:
    explained_metrics = LogisticsMetric[float, None](
        **{**vars(HALF), "compute": lambda _: None, "explain": lambda number: "negative" if number < 0 else None, "reason": "zero"}
    )
    assert [explained_metrics.explain_null(number) for number in (-1.0, 0.0)] == ["negative", "zero"]


def test_a_reason_may_be_at_another_path_than_the_figure() -> None:
    moved_metric = LogisticsMetric[float, None](**{**vars(HALF), "compute": lambda _: None, "undefined_path": "part"})
    assert compute_figures(1.0, [moved_metric]).undefined_reasons == {"part": "no_observations"}


def test_figures_are_found_by_their_metric() -> None:
    double: LogisticsMetric[float, int] = count_metric("double", "Double", "part.double", "2 * x", lambda number: 2 * int(number))
    figures = compute_figures(4.0, [HALF, double])
    assert (figures[HALF], figures[double]) == (2.0, 8)


def test_the_reason_names_every_column_that_is_missing() -> None:
    assert explain_missing_columns(frozenset({"b"}), "a", "b", "c") == "missing_columns: a, c"
    assert explain_missing_columns(frozenset({"a", "b"}), "a", "b") is None


def test_a_parameter_is_defined_but_not_computed() -> None:
    metric = parameter_metric("free_time", "Free time", "dwell.free_minutes", Unit.MINUTES)
    assert (metric.formula, metric.zero_policy, isinstance(metric, LogisticsMetric)) == ("a parameter", "never null", False)


def test_rates_of_no_line_are_null_and_counts_are_zero() -> None:
    no_lines = select_fill_lines(read_inputs(pd.DataFrame(), pd.DataFrame(), pd.DataFrame()).lines, "original_qty")
    assert [metric(no_lines) for metric in (fill.UNIT_FILL, fill.LINE_FILL, fill.ORDER_FILL, fill.FILL_LINES)] == [None, None, None, 0]
    assert np.isnan(no_lines.cases_per_unit).sum() == 0
