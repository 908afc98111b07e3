"""Accuracy from end to end: the engine computes it, the adapters store it, the API reads it under the same names."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.runs import ForecastRun
from runtime.services.forecasts.row_ids import ForecastKey, encode
from runtime.services.kpis.kpi_calculation import KpiCalculation
from tests.fakes import InMemoryFrames
from tests.fakes.anomalies.events import InMemoryReferenceData
from tests.fakes.examples import STARTED_AT, a_run
from tests.unit.kpi_engine.examples import ACTUAL, P10, P50, P90, TRAINING, actuals, forecasts
from tests.unit.runtime.api.conftest import call

MONDAY = date(2026, 11, 2)
SUNDAY = MONDAY + timedelta(days=6)


def golden_forecast() -> pd.DataFrame:
    """The golden series at one site, and a SKU nobody bought at another."""
    series = forecasts(P50, MONDAY, site_id="LDS1", confidence_lower=P10, confidence_upper=P90, interval_level=0.8)
    return pd.concat([series, forecasts([0] * 7, MONDAY, "NOBODY'S", site_id="EMPTY")], ignore_index=True)


def golden_demand() -> pd.DataFrame:
    """21 training days and the seven days that came."""
    series = actuals([*TRAINING, *ACTUAL], MONDAY - timedelta(days=len(TRAINING))).assign(site_id="LDS1")
    demand = pd.concat([series, actuals([0] * 7, MONDAY, "NOBODY'S").assign(site_id="EMPTY")], ignore_index=True)
    return demand.rename(columns={"actual_value": "demand"}).assign(stockout=False)


@pytest.fixture
def run(empty: Database) -> ForecastRun:
    """A published run whose seven days have come, measured by the run of the last of them."""
    runs, frames = PostgresRuns(empty), InMemoryFrames()
    old, today = runs.start(a_run("old", as_of_date=MONDAY - timedelta(days=1))), runs.start(a_run("today", as_of_date=SUNDAY))
    with empty.transaction() as cursor:
        cursor.execute("update forecast_runs set published_at = %s where id = %s", [STARTED_AT, old.id])
    frames.forecasts[old.id], frames.demands[today.id] = golden_forecast(), golden_demand()
    calculation = KpiCalculation(
        runs=runs, frames=frames, kpis=PostgresKpis(empty), engine=ForecastAccuracyEngine(), reference=InMemoryReferenceData()
    )
    calculation.calculate(today.id)
    return old


def accuracy(forecast_id: object, **query: str) -> Any:
    answer = call(f"/forecasts/{forecast_id}/accuracy", **query)  # type: ignore[arg-type]
    assert answer.status == 200
    return answer.json


def test_the_headline_figures_are_those_of_the_golden_series(run: ForecastRun) -> None:
    metrics = accuracy(run.id)["metrics"]
    assert metrics["mape"] == {"value": near(8.5919928025), "unit": "percent", "n_obs": 6, "n_excluded": {"zero_actual": 8}}
    assert metrics["wape"] == {"value": near(10.2564102564), "unit": "percent", "n_obs": 14}
    assert metrics["bias"]["percent"] == near(3.4188034188)
    assert metrics["bias"] | {"percent": 0} == {
        "units": 20.0,
        "mean": near(20 / 14),
        "verdict": "in_control",
        "percent": 0,
        "tracking_signal": None,
        "control": {"series_judged": 2.0, "series_out_of_control": 0.0, "volume_out_of_control": 0.0, "worst_series": []},
        "sign_convention": "forecast_minus_actual",
    }
    assert (metrics["ci_coverage"]["coverage"], metrics["ci_coverage"]["verdict"]) == (near(71.4285714286), "insufficient_data")
    assert metrics["fva"] == metrics["additional"]["fva"]
    assert (metrics["fva"]["benchmark"], metrics["fva"]["points"]) == ("seasonal_naive_7", near(22.3931623932))


def near(value: float) -> Any:
    """Return what equals the value rounded to four decimals."""
    return pytest.approx(round(value, 4), abs=1e-9)


def to_four_decimals_throughout(value: object) -> object:
    """Return a JSON value with four decimals for each number, read back from its text."""
    return json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 4))


def test_the_answer_says_what_was_compared_with_what(run: ForecastRun) -> None:
    answer = accuracy(run.id)
    assert (answer["forecast_id"], answer["status"], answer["basis"]) == (str(run.id), "COMPLETE", "ACTUALS")
    assert answer["window"] == {"start": str(MONDAY), "end": str(SUNDAY)}
    assert (answer["as_of_date"], answer["error_grain"], answer["definitions_version"]) == (str(SUNDAY), "day", "2")
    joins = answer["metrics"]["joins"]
    assert (joins["matched"], joins["forecast_only"], joins["actual_only"]) == (14, 0, 0)


def test_nothing_of_the_engines_report_is_lost_on_the_way(run: ForecastRun) -> None:
    engine = ForecastAccuracyEngine()
    report = engine.calculate_forecast_kpis(golden_forecast(), golden_demand().rename(columns={"demand": "actual_value"}))
    whole = accuracy(run.id)
    read = whole["metrics"] | {
        name: whole[name] for name in ("window", "definitions_version", "error_grain", "rollup", "unit_breakdown", "warnings")
    }
    for breakdown, group in (("sku_breakdown", "sku"), ("site_breakdown", "site"), ("weekly_trends", "week")):
        assert whole[breakdown] == []
        read[breakdown] = accuracy(run.id, group_by=group)[breakdown]
    assert set(report) <= set(read)
    for name in set(report) - {"mape", "wape"}:
        assert read[name] == to_four_decimals_throughout(report[name]), name


def test_a_row_has_the_accuracy_of_its_sku_alone(run: ForecastRun) -> None:
    series, unsold, ghost = (accuracy(encode(ForecastKey(run.id, "LDS1", sku, MONDAY))) for sku in ("SKU-1", "NOBODY'S", "GHOST"))
    assert (series["scope"], series["metrics"]["wape"]) == (
        {"sku_id": "SKU-1"},
        {"value": near(10.2564102564), "unit": "percent", "n_obs": 7},
    )
    assert unsold["metrics"]["wape"] == {"value": None, "unit": "percent", "n_obs": 7, "undefined_reason": "sum_actuals_zero"}
    assert (ghost["status"], ghost["metrics"]["wape"], ghost["basis"]) == ("PENDING_ACTUALS", None, None)


def test_the_same_figures_are_among_the_kpis(run: ForecastRun) -> None:
    metrics = accuracy(run.id)["metrics"]
    rows = {row["name"]: row for row in call("/kpis", dimension=["level:total", "basis:ACTUALS"]).json["kpis"]}
    expected = {
        "wape": to_four_decimals(metrics["wape"]["value"]),
        "mape": to_four_decimals(metrics["mape"]["value"]),
        "bias_percent": to_four_decimals(metrics["bias"]["percent"]),
        "bias_units": to_four_decimals(metrics["bias"]["units"]),
        "series_judged": 2,
        "series_out_of_control": metrics["bias"]["control"]["series_out_of_control"],
        "median_series_wape": to_four_decimals(metrics["additional"]["median_series_wape"]),
        "forecast_skill": to_four_decimals(metrics["fva"]["skill"]),
        "ci_coverage": to_four_decimals(metrics["ci_coverage"]["coverage"]),
        "forecast_value_added": to_four_decimals(metrics["fva"]["points"]),
        **{name: to_four_decimals(metrics["additional"][name]) for name in ("accuracy", "smape", "mase", "rmsse")},
    }
    assert {name: rows[name]["value"] for name in expected} == expected
    assert {name: row["n_obs"] for name, row in rows.items() if row["n_obs"] != 14} == {
        "mape": 6,
        "ci_coverage": 7,
        "forecast_value_added": 7,
        "forecast_skill": 7,
    }
    assert rows["wape"]["window"] == {"start": str(MONDAY), "end": str(SUNDAY)}


def to_four_decimals(value: float) -> Any:
    """KPI values are kept with four decimals."""
    return pytest.approx(value, abs=0.00005)


def test_a_site_without_sales_has_undefined_kpis_with_the_true_reason(run: ForecastRun) -> None:
    rows = call("/kpis", dimension="site_id:EMPTY").json["kpis"]
    assert {row["name"]: (row["value"], row["metadata"]["undefined_reason"]) for row in rows} == {
        "wape": (None, "sum_actuals_zero"),
        "mape": (None, "all_actuals_zero"),
        "bias_percent": (None, "sum_actuals_zero"),
    }
    assert {row["metadata"]["definitions_version"] for row in rows} == {"2"}


def test_a_run_without_a_report_is_pending_with_every_key_there(run: ForecastRun, empty: Database) -> None:
    fresh = PostgresRuns(empty).start(a_run("fresh"))
    pending, complete = accuracy(fresh.id), accuracy(run.id)
    assert (pending["status"], pending["metrics"]["mape"], pending["window"]) == ("PENDING_ACTUALS", None, None)
    assert set(pending) == set(complete)
