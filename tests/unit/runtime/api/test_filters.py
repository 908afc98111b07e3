"""Filters that match nothing warn, so that nobody takes an empty page for a demand of zero; and long lists come in pages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.domain.kpis import Basis, RunAccuracy
from tests.fakes.examples import AS_OF, a_run
from tests.unit.kpi_engine.examples import actuals, forecasts
from tests.unit.runtime.api.conftest import World, call

WHOLE_RUN = {"limit": 100, "next_cursor": None, "has_more": False}


def warnings(path: str, **query: Any) -> list[str]:
    answer = call(path, **query)
    assert answer.status == 200
    return list(answer.json["meta"]["warnings"])


@pytest.mark.parametrize(
    ("filters", "parts"),
    [
        ({"site_id": "lds1"}, ["site_id = 'lds1' is no site of this run", "did you mean LDS1?"]),
        ({"site_id": "YORK"}, ["site_id = 'YORK' is no site of this run", "it has LDS1."]),
        ({"site_id": "LDS1", "sku_filter": "NEW-1"}, ["'LDS1' has no forecast that matches the other filters", "NEW-1 has no forecast"]),
        (
            {"start_date": "2020-01-01", "end_date": "2020-01-02"},
            ["start_date = 2020-01-01 is outside", "end_date = 2020-01-02 is outside"],
        ),
        ({"end_date": "2026-12-25"}, ["end_date = 2026-12-25 is outside", "2026-11-22 to 2026-11-28"]),
    ],
)
def test_a_filter_of_the_forecasts_that_matches_nothing_warns(world: World, filters: dict[str, str], parts: list[str]) -> None:
    messages = " ".join(warnings("/forecasts", time_horizon="7d", **filters))
    assert [part for part in parts if part not in messages] == []


def test_filters_that_match_do_not_warn(world: World) -> None:
    assert warnings("/forecasts", time_horizon="7d", site_id="LDS1", start_date="2026-11-22", end_date="2026-11-28") == []


@pytest.mark.parametrize("name", ["wap", "WAPE2", "w_ape"])
def test_a_metric_that_does_not_exist_warns_with_the_nearest(world: World, name: str) -> None:
    [message] = warnings("/kpis", metric=["mape", name])
    assert f"metric = {name!r} is not known. Did you mean wape?" in message


def test_a_dimension_that_no_value_has_warns(world: World) -> None:
    [message] = warnings("/kpis", dimension="bassis:ACTUALS")
    assert "'bassis:ACTUALS'" in message


@pytest.mark.parametrize("path", ["/data-quality/objects", "/data-quality/quarantine"])
def test_a_data_set_that_does_not_exist_warns_with_the_nearest(world: World, path: str) -> None:
    [message] = warnings("/data-quality/objects", dataset="order")
    assert "dataset = 'order' is not known. Did you mean orders?" in message


def walk(path: str, name: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Return the pages of a list, to its end."""
    content = call(path, **query).json
    pages = [content[name]]
    while content["page"]["has_more"]:
        content = call(path, cursor=content["page"]["next_cursor"], **query).json
        pages.append(content[name])
    return pages


def test_excluded_series_come_in_pages(world: World) -> None:
    names = [f"NEW-{number:03}" for number in range(250)]
    world.forecasts.excluded_series = [{"site_id": "LDS1", "sku_id": name, "code": "TOO_SHORT", "reason": "3 days"} for name in names]
    pages = walk(f"/forecasts/{a_run().id}/excluded", "excluded")
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [row["sku_id"] for page in pages for row in page] == names
    assert [len(page) for page in walk(f"/forecasts/{a_run().id}/excluded", "excluded", limit="200")] == [200, 50]


def accuracy_of(skus: int) -> RunAccuracy:
    names = [f"SKU-{number:03}" for number in range(skus)]
    frames = [pd.concat([frame([10 + number % 7], sku=name) for number, name in enumerate(names)]) for frame in (forecasts, actuals)]
    return RunAccuracy(a_run().id, Basis.BACKTEST, AS_OF, a_run().id, ForecastAccuracyEngine().report(*frames))


def test_the_breakdown_of_an_accuracy_report_comes_in_pages(world: World) -> None:
    accuracy = world.accuracy.by_run[a_run().id] = accuracy_of(23)
    path = f"/forecasts/{a_run().id}/accuracy"
    pages = walk(path, "sku_breakdown", group_by="sku", limit="10")
    assert [len(page) for page in pages] == [10, 10, 3]
    assert [row["sku_id"] for page in pages for row in page] == [row.sku_id for row in accuracy.report.sku_breakdown]
    assert [len(page) for page in walk(path, "site_breakdown", group_by="site")] == [1]
    whole = call(path).json
    assert (whole["sku_breakdown"], whole["page"]) == ([], WHOLE_RUN)


def test_a_cursor_of_another_report_does_not_continue_this_one(world: World) -> None:
    world.accuracy.by_run[a_run().id] = accuracy_of(3)
    path = f"/forecasts/{a_run().id}/accuracy"
    cursor = call(path, group_by="sku", limit="1").json["page"]["next_cursor"]
    assert call(path, group_by="site", limit="1", cursor=cursor).json["code"] == "BAD_CURSOR"
    report = accuracy_of(4)
    world.accuracy.by_run[a_run().id] = RunAccuracy(report.run_id, Basis.ACTUALS, AS_OF, report.run_id, report.report)
    assert call(path, group_by="sku", limit="1", cursor=cursor).json["code"] == "BAD_CURSOR"
