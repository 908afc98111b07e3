"""How PostgreSQL finds a page: by the primary key, in one run's partition, reading little more than the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, LiteralString

import pytest

from runtime.adapters.postgres.database import Database, Parameters
from runtime.adapters.postgres.reads import PostgresForecastReads
from runtime.models.domain.partitions import forecast_partition
from runtime.models.domain.runs import ForecastRun
from runtime.services.read_ports import ForecastSlice
from tests.contract.api.conftest import Served
from tests.contract.api.published import publish
from tests.fakes.examples import AS_OF

SERIES = [f"S{number:04}" for number in range(120)]
PAGE = 50
Node = dict[str, Any]
Place = tuple[str, str, str]


class Explained:
    """A database that keeps the plan of the last statement instead of its rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.nodes: list[dict[str, Any]] = []

    def fetch(self, sql: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        [([plan_json],)] = self._database.fetch("explain (analyze, buffers, format json) " + sql, parameters)
        self.nodes = list(below(plan_json["Plan"]))
        return [("[]", None, False)]


def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from below(child)


@pytest.fixture(scope="module")
def big(api_database: Served, tmp_path_factory: pytest.TempPathFactory) -> ForecastRun:
    """A run of 6720 rows: enough that reading all of them would be the wrong plan. Readers do not see it."""
    return publish(api_database.database, tmp_path_factory.mktemp("big"), "big", SERIES, ("S1", "S2"), may_publish=False)


def plan(database: Database, run: ForecastRun, skus: Sequence[str] = (), site: str | None = None, after: Place | None = None) -> list[Node]:
    plan_lines = Explained(database)
    query = ForecastSlice(run.id, AS_OF + timedelta(days=1), AS_OF + timedelta(days=28), tuple(skus), site, after, PAGE)
    PostgresForecastReads(plan_lines).rows(query)  # type: ignore[arg-type]
    return plan_lines.nodes


PAGES = [
    {},
    {"after": ("S0060", "S1", "2026-11-30")},
    {"skus": SERIES[3:4]},
    {"skus": SERIES[5:105]},
    {"site": "S2"},
    {"skus": SERIES[3:5], "after": ("S0003", "S1", "2026-11-30")},
]


@pytest.mark.parametrize("query", PAGES)
def test_a_page_is_read_from_one_partition_by_an_index_of_it(api_database: Served, big: ForecastRun, query: dict[str, Any]) -> None:
    reading = [node for node in plan(api_database.api, big, **query) if "Relation Name" in node]
    assert [node["Relation Name"] for node in reading] == [forecast_partition(big.id)]
    assert reading[0]["Node Type"] in ("Index Scan", "Bitmap Heap Scan")


@pytest.mark.parametrize("query", PAGES[:2])
def test_the_walk_itself_sorts_nothing_and_reads_one_row_more_than_the_page(
    api_database: Served, big: ForecastRun, query: dict[str, Any]
) -> None:
    nodes = plan(api_database.api, big, **query)
    [reading] = [node for node in nodes if node.get("Index Name", "").endswith("_pkey")]
    assert (reading["Actual Rows"], reading.get("Rows Removed by Filter", 0)) == (PAGE + 1, 0)
    assert not [node for node in nodes if "Sort" in node["Node Type"]]
