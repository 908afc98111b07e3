"""GET /forecast-runs/{id}/compare, against sums in plain loops over what /forecasts returns of each run."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.runs import ForecastRun
from tests.fakes.examples import AS_OF, STARTED_AT, a_run, forecast_files, forecast_json, forecast_rows
from tests.unit.runtime.api.conftest import ApiResponse, call


def load(database: Database, folder: Path, name: str, days_later: int, units: dict[tuple[str, str], float], wape: float) -> ForecastRun:
    """Load a run of series (site, SKU) with these units a day."""
    run = PostgresRuns(database).start(a_run(name, as_of_date=AS_OF + timedelta(days=days_later)))
    rows = []
    for (site_id, sku_id), value in units.items():
        for row in forecast_rows(run.id, [sku_id], site_id=site_id, predicted_value=value, confidence_lower=None, confidence_upper=None):
            day = row["forecast_date"] + timedelta(days=days_later)
            rows.append(row | {"forecast_date": day, "predicted_value": value + 0.25 * day.weekday()})
    PostgresForecastLoader(database).load(run.id, forecast_files(folder, run.id, rows), STARTED_AT)
    backtest = forecast_json(run.id, 1)["backtest"] | {"wape": wape}
    PostgresRuns(database).record_forecast(run.id, ForecastDocument.model_validate(forecast_json(run.id, len(rows), backtest=backtest)))
    return run


@pytest.fixture
def runs(empty: Database, tmp_path: Path) -> tuple[ForecastRun, ForecastRun]:
    """A newer run, and the older one that it replaced."""
    old = {("LDS1", "A"): 10.0, ("LDS1", "B"): 20.0, ("MAN1", "A"): 5.0, ("MAN1", "OLD"): 7.0, ("MAN1", "SAME"): 3.0}
    new = {("LDS1", "A"): 12.0, ("LDS1", "B"): 11.5, ("MAN1", "A"): 5.0, ("MAN1", "SAME"): 3.0, ("HUL1", "NEW"): 2.0, ("LDS1", "NEW"): 4.0}
    older = load(empty, tmp_path, "older", 0, old, 40.0)
    return load(empty, tmp_path, "newer", 3, new, 31.5), older


def request(run_id: UUID, other_id: UUID | str, **query: str) -> ApiResponse:
    parameters: dict[str, Any] = {"with": str(other_id), **query}
    return call(f"/forecast-runs/{run_id}/compare", **parameters)


def compare(run: ForecastRun, other: ForecastRun, **query: str) -> Any:
    return request(run.id, other.id, **query).json


def read(run: ForecastRun) -> dict[tuple[str, str, date], float]:
    rows = call("/forecasts", time_horizon="28d", limit="1000", run_id=str(run.id)).json["forecasts"]
    return {(row["site_id"], row["sku_id"], date.fromisoformat(row["forecast_date"])): row["predicted_value"] for row in rows}


def totals(values: dict[tuple[str, str, date], float], position: int, days: set[date]) -> dict[Any, float]:
    sums: dict[Any, float] = defaultdict(float)
    for key, value in values.items():
        if key[2] in days:
            sums[key[position]] += value
    return sums


def test_the_sums_by_day_and_site_are_those_of_the_rows(runs: tuple[ForecastRun, ForecastRun]) -> None:
    comparison, (new, old) = compare(*runs), (read(runs[0]), read(runs[1]))
    common = {key[2] for key in new} & {key[2] for key in old}
    every_day = {key[2] for key in new} | {key[2] for key in old}
    assert comparison["common_days"] == {"start": str(min(common)), "end": str(max(common))}
    assert len(common) == 25
    by_day = {date.fromisoformat(row["forecast_date"]): (row["run"], row["other"]) for row in comparison["by_day"]}
    new_days, old_days = totals(new, 2, every_day), totals(old, 2, every_day)
    assert by_day == {day: (new_days.get(day), old_days.get(day)) for day in sorted(every_day)}
    new_sites, old_sites = totals(new, 0, common), totals(old, 0, common)
    assert {row["site_id"]: (row["run"], row["other"]) for row in comparison["by_site"]} == {
        site: (new_sites.get(site, 0), old_sites.get(site, 0)) for site in ("HUL1", "LDS1", "MAN1")
    }
    total = comparison["totals"]
    assert (total["run"], total["other"]) == (sum(new_sites.values()), sum(old_sites.values()))
    assert total["change"] == total["run"] - total["other"]
    assert total["change_percent"] == round(100 * total["change"] / total["other"], 2)
    assert comparison["by_site"][0]["change_percent"] is None


def test_the_skus_that_changed_most_come_first_and_those_that_did_not_change_are_left_out(runs: tuple[ForecastRun, ForecastRun]) -> None:
    comparison = compare(*runs)
    assert [(row["sku_id"], row["change"]) for row in comparison["changed_skus"]] == [("B", -8.5 * 25), ("A", 2.0 * 25)]
    assert [row["sku_id"] for row in compare(*runs, limit="1")["changed_skus"]] == ["B"]


def test_series_that_only_one_run_has_are_counted_and_listed(runs: tuple[ForecastRun, ForecastRun]) -> None:
    comparison = compare(*runs)
    assert comparison["series"] == {"run_count": 6, "other_count": 5, "added_count": 2, "dropped_count": 1}
    assert [(row["site_id"], row["sku_id"]) for row in comparison["added_series"]] == [("LDS1", "NEW"), ("HUL1", "NEW")]
    old = read(runs[1])
    assert comparison["dropped_series"] == [
        {"site_id": "MAN1", "sku_id": "OLD", "units": sum(value for key, value in old.items() if key[1] == "OLD")}
    ]


def test_the_backtests_stand_beside_each_other(runs: tuple[ForecastRun, ForecastRun]) -> None:
    comparison = compare(*runs)
    assert [(comparison[name]["run_id"], comparison[name]["backtest_wape"]) for name in ("run", "other")] == [
        (str(runs[0].id), 31.5),
        (str(runs[1].id), 40.0),
    ]


def test_the_other_way_round_every_change_has_the_other_sign(runs: tuple[ForecastRun, ForecastRun]) -> None:
    there, back = compare(*runs), compare(runs[1], runs[0])
    assert {row["sku_id"]: row["change"] for row in there["changed_skus"]} == {
        row["sku_id"]: -row["change"] for row in back["changed_skus"]
    }
    assert there["added_series"] == back["dropped_series"]


def test_runs_without_a_common_day_have_no_totals(empty: Database, tmp_path: Path) -> None:
    new, old = (load(empty, tmp_path, name, days, {("LDS1", "A"): 1.0}, 40.0) for name, days in (("new", 40), ("old", 0)))
    comparison = compare(new, old)
    assert (comparison["common_days"], comparison["totals"]) == (None, {"run": 0, "other": 0, "change": 0, "change_percent": None})
    assert (len(comparison["by_day"]), comparison["changed_skus"]) == (56, [])


def test_runs_that_cannot_be_compared_are_problems(empty: Database, runs: tuple[ForecastRun, ForecastRun]) -> None:
    new, old = runs
    assert call(f"/forecast-runs/{new.id}/compare").status == 422
    assert request(new.id, "nonsense").status == 422
    assert "another run" in request(new.id, new.id).json["detail"]
    assert [request(new.id, uuid4()).status, request(uuid4(), new.id).status] == [404, 404]
    running = PostgresRuns(empty).start(a_run("running"))
    assert request(new.id, running.id).json["code"] == "NO_FORECASTS"
    PostgresForecastLoader(empty).retire(0, STARTED_AT + timedelta(days=1))
    assert request(new.id, old.id).json["code"] == "FORECASTS_DELETED"
