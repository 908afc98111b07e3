"""The graphs of the dashboards: which metrics are on them, with which statistic, and nothing that does not exist."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdk.monitoring.dashboards import BUSINESS
from contracts.metrics import NAMESPACE, CloudWatchUnit, PlatformMetric
from tests.infrastructure.templates import Stage, render

# Metrics without a graph: alarms or the API's own graphs show them.
WITHOUT_GRAPH = {
    PlatformMetric.DAILY_START_ACCEPTED,
    PlatformMetric.ROWS_STAGED,
    PlatformMetric.UNREADABLE_ROWS,
    PlatformMetric.ANOMALY_SERIES,
    PlatformMetric.KPIS_COMPUTED,
    PlatformMetric.LOGISTICS_KPIS_COMPUTED,
    PlatformMetric.CANARY_PASSED,
    PlatformMetric.CANARY_DURATION,
    PlatformMetric.DATABASE_UNAVAILABLE,
    PlatformMetric.AUTHENTICATION_FAILURES,
    PlatformMetric.THROTTLED_SHARE,
    PlatformMetric.RETENTION_COMPLETED,
    PlatformMetric.ROWS_DELETED,
}
GRAPHS = {title: graph for graphs in BUSINESS.values() for title, graph in graphs.items()}


def widgets(stage: Stage, name: str) -> list[dict[str, Any]]:
    [board] = [b for b in stage.of_type("AWS::CloudWatch::Dashboard").values() if b["Properties"]["DashboardName"].endswith(name)]
    body = json.loads(render(board["Properties"]["DashboardBody"]).replace("<AWS::Region>", "eu-central-1"))
    return [widget for widget in body["widgets"] if widget["type"] == "metric"]


def metrics(widget: dict[str, Any]) -> list[tuple[str, str, dict[str, str], str]]:
    """Namespace, name, dimensions and statistic of each line that is no expression; the default statistic is the average."""
    lines = []
    for line in (line for line in widget["properties"]["metrics"] if isinstance(line[0], str)):
        options = line[-1] if isinstance(line[-1], dict) else {}
        names = [part for part in line[2:] if isinstance(part, str)]
        lines.append((line[0], line[1], dict(zip(names[::2], names[1::2], strict=True)), options.get("stat", "Average")))
    return lines


def test_every_metric_has_a_graph_or_is_listed_without_one() -> None:
    on_graphs = {metric for graph, _ in GRAPHS.values() for metric in graph}
    assert on_graphs | WITHOUT_GRAPH == set(PlatformMetric)
    assert not on_graphs & WITHOUT_GRAPH


def test_graphs_have_titles_of_their_own() -> None:
    assert len(GRAPHS) == sum(len(graphs) for graphs in BUSINESS.values())


def test_the_business_dashboard_shows_every_graph_by_the_dimensions_of_the_contract(stage: Stage) -> None:
    by_title = {widget["properties"]["title"]: widget for widget in widgets(stage, "Business")}
    assert by_title.keys() == GRAPHS.keys()
    for title, (graph, statistic) in GRAPHS.items():
        lines = [(NAMESPACE, metric.value, metric.dimensions(stage.name), statistic) for metric in graph]
        assert metrics(by_title[title]) == lines, title


@pytest.mark.parametrize("title", GRAPHS)
def test_events_are_added_up_and_shares_are_not(title: str) -> None:
    """The sum of a percentage or of a ratio over the runs of a day has no meaning."""
    graph, statistic = GRAPHS[title]
    if statistic == "Sum":
        assert all(metric.unit is CloudWatchUnit.COUNT or metric is PlatformMetric.GLUE_DPU_HOURS for metric in graph)
    if any(metric.unit is CloudWatchUnit.PERCENT for metric in graph):
        assert "%" in title


@pytest.mark.parametrize("title", GRAPHS)
def test_metrics_of_one_graph_have_one_unit(title: str) -> None:
    assert len({metric.unit for metric in GRAPHS[title][0]}) == 1


def test_the_technical_dashboard_shows_every_function_that_has_an_alarm(stage: Stage) -> None:
    functions_on_board = {
        names["FunctionName"]
        for widget in widgets(stage, "Technical")
        for namespace, _, names, _ in metrics(widget)
        if namespace == "AWS/Lambda"
    }
    functions_with_alarm = {
        render(each["Properties"]["Dimensions"][0]["Value"])
        for name, each in stage.of_type("AWS::CloudWatch::Alarm").items()
        if "FunctionErrors" in name
    }
    assert len(functions_with_alarm) >= 10
    assert functions_on_board == functions_with_alarm


def test_no_widget_overlaps_another_or_leaves_the_board(stage: Stage) -> None:
    """A dashboard has 24 columns."""
    for name in ("Business", "Technical"):
        cells: set[tuple[int, int]] = set()
        for widget in widgets(stage, name):
            area = {
                (x, y)
                for x in range(widget["x"], widget["x"] + widget["width"])
                for y in range(widget["y"], widget["y"] + widget["height"])
            }
            assert not cells & area
            assert max(x for x, _ in area) < 24
            cells |= area
