"""The copies of rows that functions save in the lake, and the function that rebuilds the database from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typing_extensions import override

from contracts.paths import quality_key, run_backup_prefix
from runtime.errors import DatabaseNotEmpty, InvalidInput
from runtime.functions import (
    database_rebuilder,
    execution_listener,
    kpi_calculator,
    logistics_calculator,
    quality_gate,
    run_publisher,
    run_recorder,
    run_resolver,
)
from runtime.models.domain.backups import BackupTable, Row
from runtime.services.recovery.row_backup import RowBackup
from tests.fakes import FixedClock, InMemoryLake, InMemoryTableRows
from tests.fakes.examples import an_accepted_object, an_execution, put_forecast, quality_json
from tests.fakes.workflow import InMemoryWorkflow
from tests.unit.runtime.functions.conftest import EXECUTION, call


def test_every_state_copies_the_rows_of_its_run_to_the_lake(lake: InMemoryLake, table_rows: InMemoryTableRows, tmp_path: Path) -> None:
    run_id = an_execution().run_id
    key = f"{run_backup_prefix(run_id)}forecast_runs.json"
    resolution = call(run_resolver, {"input": {}, "execution": EXECUTION})
    assert key not in lake.contents
    lake.write_json(quality_key(run_id), quality_json(run_id))
    put_forecast(lake, tmp_path, run_id)
    outcome = {"outcome": "SUCCEEDED", "execution": EXECUTION}
    states = [(run_resolver, {"input": {}, "execution": EXECUTION}), (run_publisher, resolution), (quality_gate, resolution)]
    for number, (function, event) in enumerate(
        [*states, (kpi_calculator, resolution), (logistics_calculator, resolution), (run_recorder, outcome)]
    ):
        table_rows.by_owner[BackupTable.RUNS, run_id] = [{"id": str(run_id), "number": number}]
        call(function, event)
        assert lake.read_json(key)["rows"] == [{"id": str(run_id), "number": number}]


def test_the_listener_copies_the_rows_of_a_stopped_run(
    lake: InMemoryLake, workflow: InMemoryWorkflow, table_rows: InMemoryTableRows
) -> None:
    run_id, name = an_execution().run_id, EXECUTION["name"]
    workflow.start(name, {})
    workflow.finished_names.add(name)
    table_rows.by_owner[BackupTable.JOBS, run_id] = [{"id": str(run_id)}]
    detail = {"executionArn": an_execution().arn, "name": name, "status": "ABORTED", "startDate": 1763785800000}
    call(execution_listener, {"detail": detail})
    assert lake.read_json(f"{run_backup_prefix(run_id)}jobs.json")["table"] == "jobs"


def test_the_rebuilder_returns_its_position_and_continues_there(
    lake: InMemoryLake, table_rows: InMemoryTableRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_rebuilder, "PART_S", -1)
    object_id = an_accepted_object().id
    source = InMemoryTableRows()
    source.by_owner[BackupTable.OBJECTS, object_id] = [{"id": str(object_id)}]
    RowBackup(source, lake, FixedClock()).save_object(object_id)
    first = call(database_rebuilder, {"actor": "operator"})
    key = f"backup/ingested_objects/{object_id}.json"
    assert first == {
        "position": {"step": "objects", "after": key},
        "count": 1,
        "total": 1,
        "new_rows": {"ingested_objects": 1},
        "warnings": [],
    }
    second = call(database_rebuilder, {"actor": "operator", "position": first["position"]})
    assert second["position"] == {"step": "duplicates", "after": key}
    assert table_rows.select(BackupTable.OBJECTS, object_id) == [{"id": str(object_id)}]


def test_a_backup_copies_rows_that_no_function_has_changed_and_continues_where_it_stopped(
    lake: InMemoryLake, table_rows: InMemoryTableRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_rebuilder, "PART_S", -1)
    object_id, run_id = an_accepted_object().id, an_execution().run_id
    table_rows.by_owner[BackupTable.OBJECTS, object_id] = [{"id": str(object_id)}]
    table_rows.by_owner[BackupTable.RUNS, run_id] = [{"id": str(run_id)}]
    first = call(database_rebuilder, {"actor": "operator", "backup": True})
    assert first["position"] == {"step": "objects", "after": str(object_id)}
    assert (first["count"], first["total"], first["new_rows"]) == (1, 1, {"ingested_objects": 1})
    assert lake.read_json(f"backup/ingested_objects/{object_id}.json")["rows"] == [{"id": str(object_id)}]
    second = call(database_rebuilder, {"actor": "operator", "backup": True, "position": first["position"]})
    assert second["new_rows"] == {"forecast_runs": 1}
    assert f"{run_backup_prefix(run_id)}forecast_runs.json" in lake.contents


class ChangingRows(InMemoryTableRows):
    """Rows that another function changes, and copies, between the reading and the writing of a copy."""

    def __init__(self, lake: InMemoryLake) -> None:
        super().__init__()
        self.lake, self.changes = lake, 2

    @override
    def select(self, table: BackupTable, owner: UUID | None) -> list[Row]:
        rows = list(super().select(table, owner))
        if self.changes and rows:
            self.changes -= 1
            self.by_owner[table, owner] = [{**rows[0], "number": self.changes}]
            RowBackup(self, self.lake, FixedClock()).save(table, owner)
        return rows


def test_a_row_that_changes_while_it_is_copied_is_copied_as_it_is_in_the_end(lake: InMemoryLake) -> None:
    rows, run_id = ChangingRows(lake), an_execution().run_id
    rows.by_owner[BackupTable.RUNS, run_id] = [{"id": str(run_id), "number": 9}]
    assert RowBackup(rows, lake, FixedClock()).save(BackupTable.RUNS, run_id) == 1
    assert lake.read_json(f"{run_backup_prefix(run_id)}forecast_runs.json")["rows"] == rows.by_owner[BackupTable.RUNS, run_id]


@pytest.mark.parametrize("event", [{}, {"actor": ""}, {"actor": "me", "position": {"step": "nothing", "after": ""}}])
def test_a_request_to_rebuild_that_is_wrong_names_its_field(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"not a RebuildEvent: (actor|position\.step): "):
        call(database_rebuilder, event)


def test_a_database_with_objects_is_not_rebuilt(table_rows: InMemoryTableRows) -> None:
    table_rows.by_owner[BackupTable.OBJECTS, an_accepted_object().id] = [{}]
    with pytest.raises(DatabaseNotEmpty, match="uploaded objects or runs"):
        call(database_rebuilder, {"actor": "operator"})
    assert call(database_rebuilder, {"actor": "operator", "merge": True})["position"] is None
