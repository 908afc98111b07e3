"""`signify kpis accuracy`, with the report of a small panel behind a fake of the API."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from cli.console import out
from cli.kpis import command
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.api.accuracy import accuracy_body
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.services.forecasts.row_ids import ForecastKey
from tests.fakes.examples import AS_OF, a_run
from tests.unit.cli.invocation import invoke

pytestmark = pytest.mark.usefixtures("home")
RUN = a_run()


class FakePlatform:
    """An API with the accuracy of one published run."""

    def __init__(self, accuracy: RunAccuracy | None) -> None:
        self.body = json.loads(json.dumps(accuracy_body(ForecastKey(RUN.id), accuracy), default=str))

    def get(self, path: str, **parameters: object) -> dict[str, Any]:
        if path == "/forecast-runs":
            return {"forecast_runs": [{"run_id": str(RUN.id), "published": True}]}
        assert path == f"/forecasts/{RUN.id}/accuracy"
        return dict(self.body)


def measure(skus: pd.DataFrame | None = None) -> RunAccuracy:
    days = pd.date_range("2026-10-05", periods=28)
    rows = [
        pd.DataFrame({"site_id": "S1", "sku_id": sku, "forecast_date": days, "actual_value": level, "predicted_value": level * share})
        for sku, level, share in (("BULK", 90_000.0, 1.5), ("A", 10.0, 1.1), ("B", 20.0, 1.0))
    ]
    together = pd.concat(rows, ignore_index=True)
    actual = together.rename(columns={"forecast_date": "demand_date"}).drop(columns="predicted_value")
    report = ForecastAccuracyEngine().report(together.drop(columns="actual_value"), actual, sku_data=skus)
    return RunAccuracy(RUN.id, Basis.BACKTEST, AS_OF, RUN.id, report)


def show(monkeypatch: pytest.MonkeyPatch, accuracy: RunAccuracy | None, *arguments: str) -> str:
    monkeypatch.setattr(command, "open_platform", lambda stage: FakePlatform(accuracy))
    monkeypatch.setattr(out, "width", 200)
    result = invoke("kpis", "accuracy", *arguments)
    return " ".join((result.stdout + result.stderr).split())


def test_the_median_and_the_largest_series_stand_beside_the_pooled_error(monkeypatch: pytest.MonkeyPatch) -> None:
    output = show(monkeypatch, measure())
    assert "against back-test" in output
    assert "│ WAPE % │ 49.98 │ 84 points" in output
    assert "│ median series % │ 10.00 │" in output
    assert "│ largest series, % of volume │ 99.97 │ S1 BULK, WAPE without it 3.33 %" in output
    assert "warning: SKU BULK at site S1 carries 100.0 % of the volume of 3 series" in output
    assert "│ series out of control │ 2 │ of 3, with 99.98 % of their volume" in output
    assert "│ S1 BULK │ 28.00 │ 13.23 │ 1,260,000.00 │ 50.00 │ 99.97 │" in output


def test_units_of_measure_have_rows_of_their_own_and_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    output = show(monkeypatch, measure(pd.DataFrame({"sku_id": ["BULK", "A", "B"], "uom": ["KGM", "EA", "EA"]})))
    assert "│ bias, units │ - │ several_units" in output
    assert "│ KGM │ 1 │ 2,520,000.00 │ 50.00 │ 1,260,000.00 │ 50.00 │" in output
    assert "│ EA │ 2 │ 840.00 │ 3.33 │ 28.00 │ 3.33 │" in output


def test_a_run_that_was_not_compared_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert show(monkeypatch, None) == "No forecast of this run has been compared with demand yet."


def test_the_figures_are_there_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(show(monkeypatch, measure(), "--json"))["metrics"]["bias"]["control"]["series_out_of_control"] == 2
